/**
 * A network that outlives the gateway: it keeps what users have sent to it, and tells of what others say until the
 * plugin has taken it; after each login it tells some of its history again, as real ones do.
 */

import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What the plugin says. */
export type FromPlugin =
  | { readonly do: 'login' }
  | { readonly do: 'send'; readonly n: number; readonly key: string; readonly chat: string; readonly text: string }
  | { readonly do: 'take'; readonly id: string };

/** What the network says. */
export type FromNetwork =
  | { readonly sent: number; readonly id: string }
  | { readonly said: string; readonly chat: string; readonly text: string };

export interface Message {
  readonly id: string;
  readonly chat: string;
  readonly text: string;
}

/** How many messages, besides those that were not taken, are told again after a login. */
const HISTORY = 20;

export class PretendNetwork {
  /** What the user has sent, in the order in which it came. */
  readonly received: Message[] = [];
  /** What others have said. */
  readonly said: Message[] = [];
  readonly #taken = new Set<string>();
  /** What has been sent with this key: where sending is idempotent. */
  readonly #byKey = new Map<string, string>();
  readonly #isIdempotent: boolean;
  readonly #server: Server;
  #plugin: Socket | undefined;

  private constructor(isIdempotent: boolean) {
    this.#isIdempotent = isIdempotent;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(isIdempotent: boolean): Promise<PretendNetwork> {
    const network = new PretendNetwork(isIdempotent);
    await new Promise<void>((resolve) => network.#server.listen(0, '127.0.0.1', resolve));
    return network;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Whether the plugin has taken everything that was said. */
  get isTaken(): boolean {
    return this.#taken.size === this.said.length;
  }

  /** Somebody says something to the user. */
  say(chat: string, text: string): void {
    const message = { id: `net-${this.said.length}`, chat, text };
    this.said.push(message);
    this.#tell(message);
  }

  async stop(): Promise<void> {
    this.#plugin?.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    // The gateway is killed: its connections break.
    createInterface({ input: socket })
      .on('line', (line) => this.#take(socket, JSON.parse(line)))
      .on('error' as never, () => undefined);
    socket.on('error', () => undefined);
  }

  #take(socket: Socket, message: FromPlugin): void {
    switch (message.do) {
      case 'login':
        this.#plugin = socket;
        this.said.forEach((each, i) => {
          if (!this.#taken.has(each.id) || i >= this.said.length - HISTORY) this.#tell(each);
        });
        return;
      case 'send': {
        const { n, key, chat, text } = message;
        let id = this.#isIdempotent ? this.#byKey.get(key) : undefined;
        if (id === undefined) {
          id = `sent-${this.received.length}`;
          this.#byKey.set(key, id);
          this.received.push({ id, chat, text });
        }
        this.#write({ sent: n, id }, socket);
        return;
      }
      case 'take':
        this.#taken.add(message.id);
    }
  }

  #tell({ id, chat, text }: Message): void {
    this.#write({ said: id, chat, text }, this.#plugin);
  }

  #write(message: FromNetwork, socket: Socket | undefined): void {
    if (socket !== undefined && !socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
  }
}
