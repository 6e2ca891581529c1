/** A user who writes and is written to while things break; and the account of what became of each message. */

import { ClientStream, type Element, presence, Router, StanzaError } from '../../../src/stanza/index.ts';
import { register } from '../../../src/xep/0077-register.ts';
import { fetchArchive } from '../../../src/xep/0313-mam.ts';
import type { Mailbox } from './pretend-network.ts';
import { until } from './process.ts';

const CHATS = ['ada', 'bo', 'cleo', 'dag', 'eve'];

/** What the user was told about a message. */
type Told = 'receipt' | 'unknown' | 'refused';

/** A message, as those between whom the gateway stands know it. */
export interface Known {
  readonly direction: 'to-network' | 'to-user';
  /** Bare JIDs. */
  readonly user: string;
  readonly chat: string;
  readonly xmppId: string;
  /** What the network calls it, if it has got it. */
  readonly legacyId: string | undefined;
  /** To the network: what the user was told last, and if it was an error, its condition and text. */
  readonly told?: Told | undefined;
  readonly error?: string | undefined;
}

/** A message of the network, as it came to the user. */
interface Heard {
  readonly id: string;
  readonly chat: string;
  readonly text: string;
  /** Whether it comes out of order: the server has kept it while no client was there, or it is from the archive. */
  readonly isLate: boolean;
}

/** The account. Lists are of texts. */
export interface Account {
  /** Messages that the user sent, and what was told about them. */
  readonly sent: number;
  readonly receipts: number;
  readonly unknown: readonly string[];
  readonly refused: number;
  /** How often for which condition. */
  readonly reasons: Readonly<Record<string, number>>;
  /** How many the user's client sent again with the same id, since it was told nothing. */
  readonly repeated: number;
  /** Not on the network although there was a receipt, or nothing was ever told. */
  readonly lost: readonly string[];
  /** More than once on the network. */
  readonly doubled: readonly string[];
  /** On the network although the sender was told that it was refused. */
  readonly untrue: readonly string[];
  /** On the network, with the sender told that it is not known: how many of those there are. */
  readonly unknownButSent: number;
  /** Messages of the network, what the user has not got, and what came under two ids. */
  readonly said: number;
  readonly saidAndLost: readonly string[];
  readonly saidAndDoubled: readonly string[];
  /** Copies with the same id: what was written and not acknowledged before a break. Clients know them by the id. */
  readonly copies: number;
  /** Where a later message came before an earlier one of the same chat, in either direction. */
  readonly disorder: readonly string[];
}

interface Sent {
  readonly chat: string;
  readonly text: string;
  told: Told | undefined;
  error?: string;
  /** When it was sent last. */
  at: number;
}

export interface CorrespondentOptions {
  /** An account of the server, whose password is the name. */
  readonly name: string;
  readonly clientPort: number;
  /** The domain of the gateway. */
  readonly gateway: string;
  readonly mailbox: Mailbox;
}

export class Correspondent {
  readonly mailbox: Mailbox;
  readonly #options: CorrespondentOptions;
  #client: ClientStream | undefined;
  readonly #router = new Router({ send: (stanza) => this.#client?.send(stanza) });
  /** By stanza id: what the user has sent, and what was told. */
  readonly #sent = new Map<string, Sent>();
  readonly #repeated = new Set<string>();
  readonly #reasons = new Map<string, number>();
  /** What the user has got: ids and texts in the order of arrival. */
  readonly #got: Heard[] = [];
  /** What the gateway itself has said. */
  readonly notices: string[] = [];

  constructor(options: CorrespondentOptions) {
    this.#options = options;
    this.mailbox = options.mailbox;
  }

  /** The user's client comes, or comes back. */
  async logIn(): Promise<void> {
    const { name, clientPort: port } = this.#options;
    await this.#client?.stop();
    this.#client = new ClientStream({
      jid: `${name}@localhost/test`,
      password: name,
      host: '127.0.0.1',
      port,
      tls: 'never',
      allowPlain: true,
      onStanza: (stanza) => {
        this.#router.handle(stanza);
        this.#hear(stanza);
      },
    });
    await this.#client.start();
    this.#client.send(presence({}));
  }

  /** Registers with the gateway. Resolves when the network is heard. */
  async register(): Promise<void> {
    const { name: username, gateway } = this.#options;
    await register(this.#client as ClientStream, gateway, { username, password: 'x' });
    this.mailbox.say('ada', 'hello');
    await until(() => this.#got.length === 1, `the network is heard by ${username}`);
  }

  async leave(): Promise<void> {
    await this.#client?.stop();
  }

  /** One message in each direction, or only of the user. Numbers must grow. */
  exchange(i: number, isNetworkSilent = false): void {
    const chat = CHATS[i % CHATS.length] as string;
    if (!isNetworkSilent) this.mailbox.say(chat, `said ${i}`);
    // While the server is away the user cannot say anything.
    if (!this.#client?.online) return;
    const id = `u-${i}`;
    this.#sent.set(id, { chat, text: `sent ${i}`, told: undefined, at: 0 });
    this.#send(id);
  }

  /** Says something to the gateway itself. */
  command(text: string): void {
    this.#client?.sendRaw(`<message to='${this.#options.gateway}' type='chat'><body>${text}</body></message>`);
  }

  /** How many messages of the user nothing was told about. */
  get untold(): number {
    return [...this.#sent.values()].filter(({ told }) => told === undefined).length;
  }

  /** Whether the user has got everything that the network has said. */
  get isHeard(): boolean {
    return new Set(this.#got.map(({ id }) => id)).size >= this.mailbox.said.length;
  }

  /** The client sends again, under the same ids, what it was told nothing about for so many milliseconds. */
  repeat(patience = 0): void {
    const before = Date.now() - patience;
    for (const [id, { told, at }] of this.#sent) {
      if (told !== undefined || at > before) continue;
      this.#repeated.add(id);
      this.#send(id);
    }
  }

  /** Lets everything come to rest, as far as it does. */
  async settle(ms = 60_000): Promise<void> {
    const rest = () =>
      until(() => this.untold === 0 && this.isHeard && this.mailbox.isTaken, 'rest', ms).catch(() => {});
    // What is on its way gets the time to arrive before it is taken for lost.
    await until(() => this.untold === 0 && this.isHeard, 'rest', 3000).catch(() => {});
    if (!this.isHeard) await this.#catchUp();
    if (this.untold > 0) this.repeat();
    await rest();
    // Copies that nobody waits for would come now.
    await new Promise((resolve) => setTimeout(resolve, 300));
  }

  /** Every message, in both directions. */
  get messages(): readonly Known[] {
    const { gateway } = this.#options;
    const { received, said, user } = this.mailbox;
    const legacyIds = new Map(received.map(({ id, text }) => [text, id]));
    const ofUser = [...this.#sent].map(([xmppId, { chat, text, told, error }]): Known => {
      const names = { user, chat: `${chat}@${gateway}`, xmppId, legacyId: legacyIds.get(text) };
      return { direction: 'to-network', ...names, told, error };
    });
    const ofNetwork = said.map(({ id, chat }): Known => {
      return { direction: 'to-user', user, chat: `${chat}@${gateway}`, xmppId: id, legacyId: id };
    });
    return [...ofUser, ...ofNetwork];
  }

  get account(): Account {
    const times = new Map<string, number>();
    for (const { text } of this.mailbox.received) times.set(text, (times.get(text) ?? 0) + 1);
    const sent = [...this.#sent.values()];
    const count = (text: string) => times.get(text) ?? 0;
    const firsts = new Map<string, Heard>();
    for (const each of this.#got) if (!firsts.has(each.id)) firsts.set(each.id, each);
    const heard = new Map<string, number>();
    for (const { text } of firsts.values()) heard.set(text, (heard.get(text) ?? 0) + 1);
    const texts = (list: readonly { readonly text: string }[]) => list.map(({ text }) => text);
    const inOrder = this.mailbox.received.filter(({ text }) => !this.#repeated.has(`u-${text.slice(5)}`));
    return {
      sent: sent.length,
      receipts: sent.filter(({ told }) => told === 'receipt').length,
      unknown: texts(sent.filter(({ told }) => told === 'unknown')),
      refused: sent.filter(({ told }) => told === 'refused').length,
      reasons: Object.fromEntries(this.#reasons),
      repeated: this.#repeated.size,
      lost: texts(sent.filter(({ told, text }) => (told === undefined || told === 'receipt') && count(text) === 0)),
      doubled: texts(sent.filter(({ text }) => count(text) > 1)),
      untrue: texts(sent.filter(({ told, text }) => told === 'refused' && count(text) > 0)),
      unknownButSent: sent.filter(({ told, text }) => told === 'unknown' && count(text) > 0).length,
      said: this.mailbox.said.length,
      saidAndLost: texts(this.mailbox.said.filter(({ text }) => !heard.has(text))),
      saidAndDoubled: [...heard].flatMap(([text, n]) => (n > 1 ? [text] : [])),
      copies: this.#got.length - firsts.size,
      disorder: [...disorder(inOrder), ...disorder([...firsts.values()].filter(({ isLate }) => !isLate))],
    };
  }

  #send(id: string): void {
    const message = this.#sent.get(id) as Sent;
    const { chat, text } = message;
    const body = `<body>${text}</body><request xmlns='urn:xmpp:receipts'/>`;
    message.at = Date.now();
    // What is said while the link breaks is repeated.
    if (!this.#client?.online) return;
    this.#client.sendRaw(`<message to='${chat}@${this.#options.gateway}' type='chat' id='${id}'>${body}</message>`);
  }

  /**
   * Reads the archive, as clients do: a Prosody that is stopped may put a message there, and write it to a client whose
   * stream it has closed already.
   */
  async #catchUp(): Promise<void> {
    if (!this.#client?.online) return;
    const known = new Set(this.#got.map(({ id }) => id));
    for await (const { forwarded } of fetchArchive(this.#client, this.#router, { pageSize: 250 })) {
      if (!known.has(forwarded.stanza.attrs.id ?? '')) this.#hear(forwarded.stanza, true);
    }
  }

  #hear(stanza: Element, isArchived = false): void {
    const { name, attrs } = stanza;
    const { gateway } = this.#options;
    if (name !== 'message' || attrs.from === undefined) return;
    if (attrs.from === gateway) this.notices.push(stanza.getChildText('body') ?? '');
    if (!attrs.from.includes(`@${gateway}`)) return;
    if (attrs.type === 'error') {
      const error = StanzaError.fromStanza(stanza);
      this.#reasons.set(error.condition, (this.#reasons.get(error.condition) ?? 0) + 1);
      return this.#note(attrs.id, toldBy(error), `${error.condition}: ${error.text}`);
    }
    const receipt = stanza.getChild('received', 'urn:xmpp:receipts');
    if (receipt !== undefined) return this.#note(receipt.attrs.id, 'receipt');
    const text = stanza.getChildText('body');
    if (text === null || text === undefined) return;
    const isLate = isArchived || stanza.getChild('delay', 'urn:xmpp:delay') !== undefined;
    this.#got.push({ id: attrs.id ?? '', chat: attrs.from.split('@')[0] as string, text, isLate });
  }

  #note(id: string | undefined, told: Told, error?: string): void {
    const message = this.#sent.get(id ?? '');
    // A receipt that comes after all is what counts.
    if (message === undefined || (message.told !== undefined && told !== 'receipt')) return;
    message.told = told;
    if (error !== undefined) message.error = error;
  }
}

function toldBy({ condition, text }: StanzaError): Told {
  return condition === 'remote-server-timeout' && text.startsWith('It is not known') ? 'unknown' : 'refused';
}

/** Where the numbers at the end of the texts of a chat go down. */
function disorder(messages: readonly { readonly chat: string; readonly text: string }[]): string[] {
  const last = new Map<string, number>();
  const found: string[] = [];
  for (const { chat, text } of messages) {
    const number = Number(/\d+$/.exec(text)?.[0] ?? -1);
    const before = last.get(chat) ?? -1;
    if (number < before) found.push(`${chat}: ${text} after ${before}`);
    last.set(chat, Math.max(before, number));
  }
  return found;
}
