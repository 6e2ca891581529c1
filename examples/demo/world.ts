/** What the demo consists of: a server in this process, the example gateway, two users. */

import { type BaseGateway, pluginClasses, resolveConfig, silentLog, startGateway } from 'slipway';
import { ClientStream, type Element } from 'slipway/stanza';
import { LOOPBACK, XmppServer, type XmppServerOptions } from 'slipway/testing';
import * as harbour from '../harbour/harbour.ts';

export const GATEWAY = 'harbour.localhost';
/** Each user's password is their name. */
export const USERS = ['romeo', 'juliet'] as const;

export interface World {
  readonly server: XmppServer;
  readonly gateway: BaseGateway;
  stop(): Promise<void>;
}

export async function startWorld(options: Pick<XmppServerOptions, 'onHttpRequest' | 'ports'> = {}): Promise<World> {
  const secret = 'a secret that only this process knows';
  const server = new XmppServer({
    ...options,
    users: Object.fromEntries(USERS.map((name) => [name, name])),
    components: { [GATEWAY]: secret },
  });
  await server.start();
  const config = resolveConfig({ jid: GATEWAY, secret, server: LOOPBACK, port: server.componentPort });
  // Nothing outlives the demo.
  const classes = pluginClasses(harbour, 'examples/harbour/harbour.ts');
  const gateway = await startGateway(classes, { ...config, homeDir: undefined }, { log: silentLog });
  return {
    server,
    gateway,
    async stop() {
      await gateway.shutdown();
      await server.stop();
    },
  };
}

/** Logs in to the demo's server over TCP, as any XMPP client does. */
export async function logIn(
  server: XmppServer,
  name: string,
  onStanza?: (stanza: Element) => void,
): Promise<ClientStream> {
  const client = new ClientStream({
    jid: `${name}@${server.domain}/tour`,
    password: name,
    host: LOOPBACK,
    port: server.clientPort,
    tls: 'never',
    ...(onStanza && { onStanza }),
  });
  await client.start();
  return client;
}
