/**
 * A gateway in a process of its own, to be killed: a plugin for `PretendNetwork`, and the seams at which SIGKILL comes.
 * Its options are JSON, the one argument.
 */

import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import {
  BaseGateway,
  BaseSession,
  createLog,
  type LegacyContact,
  type RawConfig,
  resolveConfig,
  type SendTextOptions,
  startGateway,
} from '../../../src/gateway/index.ts';
import { killAt, reached, type Step } from './kill.ts';
import type { FromNetwork, FromPlugin } from './pretend-network.ts';

export interface KilledGatewayOptions {
  readonly config: RawConfig;
  readonly networkPort: number;
  readonly isIdempotent: boolean;
  /** Milliseconds in which the server must answer. */
  readonly timeout: number;
  /** Where to be killed, when it is reached for the nth time. */
  readonly kill: { readonly step: Step; readonly nth: number } | undefined;
}

const options: KilledGatewayOptions = JSON.parse(process.argv[2] as string);
if (options.kill !== undefined) killAt(options.kill.step, options.kill.nth);

class Gateway extends BaseGateway {
  override readonly componentName = 'Reliable';

  override async validate(): Promise<void> {}
}

class Session extends BaseSession {
  override readonly idempotentSends = options.isIdempotent;
  #socket: Socket | undefined;
  #count = 0;
  readonly #sending = new Map<number, (id: string) => void>();

  override async login(): Promise<string> {
    const socket = connect(options.networkPort, '127.0.0.1');
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    createInterface({ input: socket }).on('line', (line) => this.#hear(JSON.parse(line)));
    this.#tell({ do: 'login' });
    return 'Connected';
  }

  override async logout(): Promise<void> {
    this.#socket?.destroy();
  }

  override async sendText(
    chat: LegacyContact,
    text: string,
    { idempotencyKey: key }: SendTextOptions,
  ): Promise<string> {
    reached('handed');
    const n = this.#count++;
    this.#tell({ do: 'send', n, key, chat: chat.legacyId, text });
    const id = await new Promise<string>((resolve) => this.#sending.set(n, resolve));
    reached('taken');
    return id;
  }

  #hear(message: FromNetwork): void {
    if ('sent' in message) {
      this.#sending.get(message.sent)?.(message.id);
      this.#sending.delete(message.sent);
      return;
    }
    const { said, chat, text } = message;
    this.contacts
      .byLegacyId(chat)
      .then((contact) => {
        contact.sendText(text, { legacyMsgId: said });
        return this.xmpp.drained();
      })
      .then(() => this.#tell({ do: 'take', id: said }))
      .catch((error) => this.xmpp.exception(error));
  }

  #tell(message: FromPlugin): void {
    this.#socket?.write(`${JSON.stringify(message)}\n`);
  }
}

const gateway = await startGateway({ gateway: Gateway, session: Session }, resolveConfig(options.config), {
  log: createLog('warn'),
  reconnectAfter: 20,
  keepalive: { period: options.timeout, timeout: options.timeout },
});
console.log('connected');
process.once('SIGTERM', () => gateway.shutdown().then(() => process.exit(0)));
