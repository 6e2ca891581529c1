/**
 * A stand-in for __network__: a network in memory, with people who repeat what you say.
 * Put the library of the real network in its place.
 */

export type NetworkEvent =
  | { readonly kind: 'text'; readonly chat: string; readonly from: string; readonly id: string; readonly text: string }
  | { readonly kind: 'edit'; readonly chat: string; readonly from: string; readonly id: string; readonly text: string }
  | { readonly kind: 'removal'; readonly chat: string; readonly from: string; readonly id: string }
  | { readonly kind: 'typing'; readonly chat: string; readonly from: string };

/** What the user has done. */
export type Deed =
  | {
      readonly kind: 'text';
      readonly chat: string;
      readonly id: string;
      readonly text: string;
      readonly answers: string | undefined;
    }
  | { readonly kind: 'correction'; readonly chat: string; readonly id: string; readonly text: string }
  | { readonly kind: 'retraction' | 'reading'; readonly chat: string; readonly id: string }
  | { readonly kind: 'typing'; readonly chat: string };

export const PEOPLE: ReadonlyMap<string, string> = new Map([
  ['anna', 'Anna'],
  ['otto', 'Otto'],
]);
//#if groups

export const GROUPS: ReadonlyMap<string, { readonly name: string; readonly members: readonly string[] }> = new Map([
  ['palindromes', { name: 'Palindromes', members: ['anna', 'otto'] }],
]);
//#end

/** Milliseconds until somebody answers. */
const PAUSE = 500;

/** No two messages have the same id, not even in different runs. */
let lastId = Date.now();

/** The connection of one user. */
export class NetworkClient {
  /** Everything the user has done: the test looks here. */
  readonly deeds: Deed[] = [];
  readonly #onEvent: (event: NetworkEvent) => void;
  readonly #later: (ms: number, task: () => void) => void;
  #isOpen = false;

  constructor(onEvent: (event: NetworkEvent) => void, later: (ms: number, task: () => void) => void) {
    this.#onEvent = onEvent;
    this.#later = later;
  }
  //#if password code

  /** Whether these are the right credentials. */
  static async check(username: string, password: string): Promise<boolean> {
    return username !== '' && password === 'secret';
  }
  //#end
  //#if code

  /** Whether this is the code that the network has sent. */
  static async checkCode(code: string): Promise<boolean> {
    return code === '123456';
  }
  //#end

  async connect(): Promise<void> {
    this.#isOpen = true;
  }

  async disconnect(): Promise<void> {
    this.#isOpen = false;
  }

  /** Sends a text, perhaps in answer to a message. Returns its id. */
  async send(chat: string, text: string, answers?: string): Promise<string> {
    const id = NetworkClient.newId();
    this.deeds.push({ kind: 'text', chat, id, text, answers });
    const from = PEOPLE.has(chat) ? chat : 'anna';
    this.#later(PAUSE, () => this.happen({ kind: 'typing', chat, from }));
    this.#later(2 * PAUSE, () => {
      this.happen({ kind: 'text', chat, from, id: NetworkClient.newId(), text: `You said: ${text}` });
    });
    return id;
  }

  async edit(chat: string, id: string, text: string): Promise<void> {
    this.deeds.push({ kind: 'correction', chat, id, text });
  }

  async remove(chat: string, id: string): Promise<void> {
    this.deeds.push({ kind: 'retraction', chat, id });
  }

  async markRead(chat: string, id: string): Promise<void> {
    this.deeds.push({ kind: 'reading', chat, id });
  }

  async sendTyping(chat: string): Promise<void> {
    this.deeds.push({ kind: 'typing', chat });
  }

  /** Something happens on the network: the test makes it happen. */
  happen(event: NetworkEvent): void {
    if (this.#isOpen) this.#onEvent(event);
  }

  static newId(): string {
    return String(++lastId);
  }
}
