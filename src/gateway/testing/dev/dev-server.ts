/** `slipway dev`: server, web chat and gateway in one, and another gateway whenever the plugin changes. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ClientStream, StanzaError, systemClock } from '../../../stanza/index.ts';
import { submit } from '../../../xep/0004-data-forms.ts';
import { NS as NS_REGISTER, register } from '../../../xep/0077-register.ts';
import type { RawValues } from '../../options.ts';
import { Recorder } from '../kit/recording.ts';
import { LOOPBACK, XmppServer } from '../server/server.ts';
import { ReloadingGateway } from './reloading.ts';
import { type WebChat, webChat } from './web-chat.ts';

export interface DevOptions {
  /** The absolute path of the plugin. */
  readonly plugin: string;
  /** The domain of the gateway. */
  readonly jid: string;
  /** The port of the web chat; 0 takes a free one. */
  readonly port: number;
  /** Where the gateway keeps its data; nothing for a folder that is removed at the end. */
  readonly homeDir: string | undefined;
  /** What romeo fills in to register at the start, by field; nothing when nobody is to be registered. */
  readonly account: Readonly<Record<string, string>> | undefined;
  /** The file for a recording of everything that is said. */
  readonly record: string | undefined;
  /** Further options for the gateway and the plugin. */
  readonly values: RawValues;
  readonly say: (line: string) => void;
}

/** Each one's password is the name. */
const USERS = ['romeo', 'juliet'];
const SECRET = 'a secret of this process';

export class DevServer {
  readonly server: XmppServer;
  readonly #options: DevOptions;
  readonly #recorder: Recorder;
  readonly #gateway: ReloadingGateway;
  readonly #folder: string | undefined;
  readonly #chat: WebChat | undefined;

  private constructor(options: DevOptions) {
    const { plugin, jid, port, homeDir, values, say } = options;
    this.#options = options;
    this.#folder = homeDir === undefined ? mkdtempSync(join(tmpdir(), 'slipway-dev-')) : undefined;
    const chat = webChat({
      from: dirname(plugin),
      webSocketUrl: () => this.server.webSocketUrl,
      domain: 'localhost',
      chats: [jid],
      title: `${jid}, in development`,
    });
    this.#chat = chat;
    this.server = new XmppServer({
      users: Object.fromEntries(USERS.map((name) => [name, name])),
      components: { [jid]: SECRET },
      ports: { http: port },
      onHttpRequest: chat ?? ((_, response) => response.writeHead(404).end(`${MISSING_CHAT}\n`)),
      onStanza: (stanza) => this.#recorder.routed(stanza),
      onClientStanza: (stanza) => this.#recorder.sent(stanza),
    });
    this.#recorder = new Recorder(jid, this.server.domain, systemClock);
    this.#gateway = new ReloadingGateway({
      plugin,
      say,
      values: {
        // Uploads of users are on this machine.
        'allow-private-urls': true,
        ...values,
        jid,
        secret: SECRET,
        server: LOOPBACK,
        'home-dir': homeDir ?? this.#folder,
      },
    });
  }

  /** Starts everything, and says where it is. A plugin that cannot be started is told, and waited for. */
  static async start(options: DevOptions): Promise<DevServer> {
    const dev = new DevServer(options);
    await dev.server.start();
    dev.#gateway.set('port', dev.server.componentPort);
    await dev.#gateway.start();
    if (options.account !== undefined) await dev.#register(options.account);
    dev.#introduce();
    return dev;
  }

  async stop(): Promise<void> {
    const { record, say } = this.#options;
    await this.#gateway.stop();
    await this.server.stop();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    if (record === undefined) return;
    writeFileSync(record, `${JSON.stringify(this.#recorder.recording({}), undefined, 2)}\n`);
    say(`Recorded in ${record}, without secrets: replay it in a test.`);
  }

  #introduce(): void {
    const { jid, say } = this.#options;
    const { httpPort, clientPort, domain } = this.server;
    const users = USERS.map((name) => `${name}@${domain} with the password ${name}`).join(', ');
    say(`
  ${this.#chat === undefined ? MISSING_CHAT : `Web chat, logged in as romeo:   http://${LOOPBACK}:${httpPort}/   (?user=juliet for juliet)`}

  Any other XMPP client:
    server     ${LOOPBACK}, port ${clientPort}, no encryption
    accounts   ${users}
    gateway    ${jid}: write "register" to it, or "help"

  Save a file of the plugin, and it is loaded anew. Ctrl-C ends it.
`);
  }

  async #register(account: Readonly<Record<string, string>>): Promise<void> {
    const { jid, say } = this.#options;
    const [name = ''] = USERS;
    const { clientPort: port, domain } = this.server;
    const client = new ClientStream({
      jid: `${name}@${domain}/dev`,
      password: name,
      host: LOOPBACK,
      port,
      tls: 'never',
    });
    await client.start();
    try {
      await register(client, jid, { form: submit(account, NS_REGISTER) });
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      say(`${name} could not be registered with --account: ${error.text || error.condition}`);
    } finally {
      await client.stop();
    }
  }
}

const MISSING_CHAT = 'For a web chat: npm install --save-dev converse.js';
