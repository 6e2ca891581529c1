/** A whole conversation in one process: the development server, a gateway, and users at real clients. */

import * as assert from 'uvu/assert';
import {
  type BaseGateway,
  type Log,
  type PluginClasses,
  type RawConfig,
  resolveConfig,
  silentLog,
  startGateway,
} from '../../src/gateway/index.ts';

import { LOOPBACK, XmppServer, type XmppServerOptions } from '../../src/gateway/testing/index.ts';
import {
  ClientStream,
  type Clock,
  type Element,
  find,
  JID,
  presence,
  result,
  StanzaError,
} from '../../src/stanza/index.ts';
import { info } from '../../src/xep/0030-disco.ts';
import { register } from '../../src/xep/0077-register.ts';
import { sendPing } from '../../src/xep/0199-ping.ts';
import { eventually } from './eventually.ts';
import { TEST_PLUGIN, type TestGateway, type TestSession } from './plugin.ts';
import { assertValid, hasValidator } from './validator.ts';
import { stanza } from './xml.ts';

export const GATEWAY = 'gw.localhost';
const SECRET = 'secret';

export interface StageOptions {
  readonly plugin?: Partial<PluginClasses>;
  readonly server?: XmppServerOptions;
  readonly config?: RawConfig;
  readonly homeDir?: string;
  readonly clock?: Clock;
  /** Default: nothing is logged. */
  readonly log?: Log;
}

export class Stage {
  readonly server: XmppServer;
  gateway: TestGateway;
  /** Everything that has passed through the server. */
  readonly routed: Element[];
  readonly #options: StageOptions;
  readonly #users: User[] = [];

  private constructor(server: XmppServer, gateway: BaseGateway, routed: Element[], options: StageOptions) {
    this.server = server;
    this.routed = routed;
    this.gateway = gateway as TestGateway;
    this.#options = options;
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    const routed: Element[] = [];
    const server = new XmppServer({
      onStanza: (each) => routed.push(each),
      users: { romeo: 'romeo', mercutio: 'mercutio' },
      components: { [GATEWAY]: SECRET },
      ...options.server,
    });
    await server.start();
    return new Stage(server, await start(server, options), routed, options);
  }

  /** Opens a stage, plays, and clears it away. */
  static async with(options: StageOptions, play: (stage: Stage) => Promise<void>): Promise<void> {
    const stage = await Stage.open(options);
    try {
      await play(stage);
    } finally {
      await stage.close();
    }
  }

  /** A user at a client, with roster and presence. */
  async logIn(name = 'romeo', resource = 'test', options: LogInOptions = {}): Promise<User> {
    const user = await User.logIn(this.server, name, resource, options);
    this.#users.push(user);
    return user;
  }

  /** A user who is registered with the gateway and whose session is ready; nothing of that is left to be received. */
  async registered(name = 'romeo', password = 'right'): Promise<User> {
    const user = await this.logIn(name);
    await register(user.client, GATEWAY, { username: name, password });
    await this.session(name).waitForReady();
    await user.settle();
    user.received.length = 0;
    // What was called besides the login: the presence of the client that is there, where the plugin wants to know.
    this.session(name).calls.splice(1);
    return user;
  }

  session(name = 'romeo'): TestSession {
    const session = this.gateway.getSessionFromJid(`${name}@localhost`);
    if (session === undefined) throw new Error(`${name} has no session`);
    return session as TestSession;
  }

  /** Stops the gateway and starts another one with the same options. */
  async restart(): Promise<void> {
    await this.gateway.shutdown();
    await this.start();
  }

  /** Starts a gateway after the one before was shut down. */
  async start(): Promise<void> {
    this.gateway = (await start(this.server, this.#options)) as TestGateway;
  }

  /** Resolves when the server is known to have read everything: then a break of the link repeats nothing. */
  async fenced(): Promise<void> {
    const { journal } = this.gateway.store;
    await eventually(async () => assert.is(await journal.stored.lastOutgoing(), 0));
  }

  async close(): Promise<void> {
    for (const user of this.#users) await user.client.stop();
    await this.gateway.shutdown();
    await this.server.stop();
    const sent = this.routed.filter(({ attrs }) => JID.parse(attrs.from ?? '').domain === GATEWAY);
    if (hasValidator) assertValid(sent, { component: true });
  }
}

function start(server: XmppServer, options: StageOptions): Promise<BaseGateway> {
  const port = server.componentPort;
  const raw = { jid: GATEWAY, secret: SECRET, server: LOOPBACK, port, ...options.config };
  const config = { ...resolveConfig(raw), homeDir: options.homeDir };
  return startGateway({ ...TEST_PLUGIN, ...options.plugin }, config, {
    log: options.log ?? silentLog,
    reconnectAfter: 10,
    // The server does not know that time is made: it must not seem slow.
    ...(options.clock && { clock: options.clock, keepalive: { period: 1e12, timeout: 1e12 } }),
  });
}

const CLIENT = { category: 'client', type: 'pc', name: 'Test' };

export interface LogInOptions {
  /** What the client says when it is asked what it can do. */
  readonly features?: readonly string[];
  /** What stands in its first presence. */
  readonly payloads?: readonly Element[];
}

export class User {
  readonly client: ClientStream;
  /** What has come and nobody has asked for. */
  readonly received: Element[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(server: XmppServer, name: string, resource: string) {
    this.client = new ClientStream({
      jid: `${name}@${server.domain}/${resource}`,
      password: name,
      host: LOOPBACK,
      port: server.clientPort,
      tls: 'never',
      onStanza: (each) => this.#take(each),
    });
  }

  static async logIn(
    server: XmppServer,
    name: string,
    resource: string,
    { features = [], payloads = [] }: LogInOptions,
  ): Promise<User> {
    const user = new User(server, name, resource);
    user.features = features;
    await user.client.start();
    await user.client.request({ type: 'get', payload: stanza("<query xmlns='jabber:iq:roster'/>") });
    user.client.send(presence({}, ...payloads));
    await user.settle();
    user.justReceived = user.received.splice(0);
    return user;
  }

  /** Sends a stanza as it is written. */
  sends(xml: string): void {
    this.client.send(stanza(xml));
  }

  /** The payload that answers a request, or the error. */
  async asks(type: 'get' | 'set', to: string, payload: string): Promise<Element | StanzaError | undefined> {
    try {
      return await this.client.request({ type, to, payload: stanza(payload) });
    } catch (error) {
      if (error instanceof StanzaError) return error;
      throw error;
    }
  }

  /** The first stanza that fits, come already or coming; it is taken out of `received`. */
  async receives(fits: (stanza: Element) => boolean, ms = 5000): Promise<Element> {
    const end = Date.now() + ms;
    for (;;) {
      const index = this.received.findIndex(fits);
      if (index !== -1) return this.received.splice(index, 1)[0] as Element;
      const left = end - Date.now();
      if (left <= 0) throw new Error(`nothing that fits has come; there were:\n${this.received.join('\n')}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(wake, left);
        const waiting = this.#waiting;
        function wake() {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        }
        waiting.add(wake);
      });
    }
  }

  /** All messages, or all presences, that have come so far, as XML; and forgets them. */
  async all(kind: 'message' | 'presence'): Promise<string[]> {
    await this.settle();
    const found = this.received.filter((each) => each.name === kind);
    this.received.length = 0;
    return found.map(String);
  }

  /** Waits until what was sent has had its effect: some rounds through the gateway and back. */
  async settle(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await sendPing(this.client, GATEWAY).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** What came while the client logged in. */
  justReceived: readonly Element[] = [];
  features: readonly string[] = [];
  /** How often the gateway has asked. */
  asked = 0;

  #answer(request: Element): void {
    const asked = find(request, info);
    if (asked === undefined) {
      this.received.push(request);
      for (const wake of [...this.#waiting]) wake();
      return;
    }
    if (request.attrs.from === GATEWAY) this.asked++;
    const { features } = this;
    const node = asked.node === undefined ? {} : { node: asked.node };
    this.client.send(result(request, info.build({ ...node, identities: [CLIENT], features, forms: [] })));
  }

  #take(each: Element): void {
    if (each.name === 'iq' && this.client.online) {
      if (each.attrs.type === 'set') this.client.send(result(each));
      else if (each.attrs.type === 'get') return this.#answer(each);
    }
    this.received.push(each);
    for (const wake of [...this.#waiting]) wake();
  }
}
