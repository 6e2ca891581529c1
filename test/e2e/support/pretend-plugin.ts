/** A plugin for `PretendNetwork`: each session is a connection. */

import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import {
  BaseGateway,
  BaseSession,
  defineOptions,
  type LegacyContact,
  type SendTextOptions,
} from '../../../src/gateway/index.ts';
import type { FromNetwork, FromPlugin } from './pretend-network.ts';

export const options = defineOptions({
  'network-port': { type: 'number', required: true, describe: 'Where the network listens' },
  'network-knows-keys': { type: 'boolean', default: false, describe: 'Whether it knows what it was sent before' },
});

export class PretendGateway extends BaseGateway {
  override readonly componentName = 'Pretend';

  override async validate(): Promise<void> {}
}

export class PretendSession extends BaseSession {
  override readonly idempotentSends = options.of(this.xmpp).networkKnowsKeys;
  #socket: Socket | undefined;
  #count = 0;
  readonly #sending = new Map<number, (id: string) => void>();

  override async login(): Promise<string> {
    const socket = connect(options.of(this.xmpp).networkPort, '127.0.0.1');
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    createInterface({ input: socket }).on('line', (line) => this.#hear(JSON.parse(line)));
    this.#tell({ do: 'login', user: this.user.jid.bare, pid: process.pid });
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
    const n = this.#count++;
    this.#tell({ do: 'send', n, key, chat: chat.legacyId, text });
    return new Promise<string>((resolve) => this.#sending.set(n, resolve));
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
