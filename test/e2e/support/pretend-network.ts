/**
 * A network that outlives the gateway: it keeps what users have sent to it, and tells of what others say until the
 * plugin has taken it; after each login it tells some of its history again, as real ones do. It notices when somebody is
 * logged in twice.
 */

import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What the plugin says. */
export type FromPlugin =
  | { readonly do: 'login'; readonly user: string; readonly pid: number }
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

/** Whose process has logged somebody in, and when. */
export interface Login {
  readonly pid: number;
  readonly at: number;
}

/** How many messages, besides those that were not taken, are told again after a login. */
const HISTORY = 20;

/** What the network has of one user. */
export class Mailbox {
  readonly user: string;
  /** What the user has sent, in the order in which it came. */
  readonly received: Message[] = [];
  /** What others have said. */
  readonly said: Message[] = [];
  readonly logins: Login[] = [];
  readonly #taken = new Set<string>();
  /** What has been sent with this key: where sending is idempotent. */
  readonly #byKey = new Map<string, string>();
  readonly #isIdempotent: boolean;
  #plugin: Socket | undefined;

  constructor(user: string, isIdempotent: boolean) {
    this.user = user;
    this.#isIdempotent = isIdempotent;
  }

  /** Whether the plugin has taken everything that was said. */
  get isTaken(): boolean {
    return this.#taken.size === this.said.length;
  }

  /** The process in which the user is logged in at the moment. */
  get pid(): number | undefined {
    return this.#plugin === undefined ? undefined : this.logins.at(-1)?.pid;
  }

  /** Somebody says something to the user. */
  say(chat: string, text: string): void {
    const message = { id: `net-${this.said.length}`, chat, text };
    this.said.push(message);
    this.#tell(message);
  }

  /** The connection of a plugin that has logged the user in. Returns the one that had done so before. */
  logIn(socket: Socket, pid: number): Socket | undefined {
    const before = this.#plugin;
    this.#plugin = socket;
    this.logins.push({ pid, at: Date.now() });
    socket.once('close', () => {
      if (this.#plugin === socket) this.#plugin = undefined;
    });
    this.said.forEach((each, i) => {
      if (!this.#taken.has(each.id) || i >= this.said.length - HISTORY) this.#tell(each);
    });
    return before;
  }

  take(socket: Socket, message: Exclude<FromPlugin, { readonly do: 'login' }>): void {
    if (message.do === 'take') return void this.#taken.add(message.id);
    const { n, key, chat, text } = message;
    let id = this.#isIdempotent ? this.#byKey.get(key) : undefined;
    if (id === undefined) {
      id = `sent-${this.received.length}`;
      this.#byKey.set(key, id);
      this.received.push({ id, chat, text });
    }
    write({ sent: n, id }, socket);
  }

  #tell({ id, chat, text }: Message): void {
    write({ said: id, chat, text }, this.#plugin);
  }
}

export class PretendNetwork {
  /** Who was logged in twice at a time, and where. */
  readonly doubleLogins: string[] = [];
  readonly #isIdempotent: boolean;
  readonly #server: Server;
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #sockets = new Set<Socket>();

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

  /** Of the user with this bare JID. */
  mailbox(user: string): Mailbox {
    const mailbox = this.#mailboxes.get(user) ?? new Mailbox(user, this.#isIdempotent);
    this.#mailboxes.set(user, mailbox);
    return mailbox;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    let mailbox: Mailbox | undefined;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // The gateway is killed: its connections break.
    socket.on('error', () => undefined);
    createInterface({ input: socket })
      .on('line', (line) => {
        const message: FromPlugin = JSON.parse(line);
        if (message.do !== 'login') return mailbox?.take(socket, message);
        mailbox = this.mailbox(message.user);
        const [last] = mailbox.logins.slice(-1);
        const before = mailbox.logIn(socket, message.pid);
        if (before !== undefined) this.#suspect(before, `${message.user}: ${last?.pid}, then ${message.pid}`);
      })
      .on('error' as never, () => undefined);
  }

  /** That another connection has ended may be told in the same turn of the event loop, but later. */
  #suspect(before: Socket, what: string): void {
    setImmediate(() => setImmediate(() => before.closed || before.readableEnded || this.doubleLogins.push(what)));
  }
}

function write(message: FromNetwork, socket: Socket | undefined): void {
  if (socket !== undefined && !socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
}
