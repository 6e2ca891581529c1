/** A long conversation in both directions, while things break; and the account of what became of each message. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Migrator } from 'kysely';
import { MIGRATIONS } from '../../../src/gateway/store/migrations.ts';
import { openSqlite } from '../../../src/gateway/store/sqlite.ts';
import { ClientStream, type Element, presence, StanzaError } from '../../../src/stanza/index.ts';
import { register } from '../../../src/xep/0077-register.ts';
import { ROOT } from './gateway-process.ts';
import type { Step } from './kill.ts';
import type { KilledGatewayOptions } from './killed-gateway.ts';
import { PretendNetwork } from './pretend-network.ts';
import { Program, until } from './process.ts';
import { Prosody } from './prosody.ts';

const GATEWAY = 'gw.localhost';
const SECRET = 'secret';
const CHATS = ['ada', 'bo', 'cleo', 'dag', 'eve'];

/** What the user was told about a message. */
type Told = 'receipt' | 'unknown' | 'refused';

/** A message of the network, as it came to the user. */
interface Heard {
  readonly id: string;
  readonly chat: string;
  readonly text: string;
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

export interface ConversationOptions {
  readonly isIdempotent: boolean;
  /** Milliseconds in which the server must answer the gateway. */
  readonly timeout?: number;
  /** The gateway connects here instead of to the server. */
  readonly through?: (port: number) => Promise<number>;
}

export class Conversation {
  readonly prosody: Prosody;
  readonly network: PretendNetwork;
  readonly #options: ConversationOptions;
  readonly #home = mkdtempSync(join(tmpdir(), 'slipway-home-'));
  readonly #port: number;
  #gateway: Program | undefined;
  #client: ClientStream | undefined;
  /** By stanza id: what the user has sent, and what was told. */
  readonly #sent = new Map<string, { readonly chat: string; readonly text: string; told: Told | undefined }>();
  readonly #repeated = new Set<string>();
  readonly #reasons = new Map<string, number>();
  /** What the user has got: ids and texts in the order of arrival. */
  readonly #got: Heard[] = [];

  private constructor(prosody: Prosody, network: PretendNetwork, port: number, options: ConversationOptions) {
    this.prosody = prosody;
    this.network = network;
    this.#port = port;
    this.#options = options;
  }

  static async begin(options: ConversationOptions): Promise<Conversation> {
    const component = { domain: GATEWAY, secret: SECRET };
    const prosody = await Prosody.start({ users: ['romeo'], component, privileged: true });
    const port = (await options.through?.(prosody.componentPort)) ?? prosody.componentPort;
    const network = await PretendNetwork.start(options.isIdempotent);
    const conversation = new Conversation(prosody, network, port, options);
    await conversation.start();
    await conversation.logIn();
    const client = conversation.#client as ClientStream;
    await register(client, GATEWAY, { username: 'romeo', password: 'x' });
    network.say('ada', 'hello');
    await until(() => conversation.#got.length === 1, 'the network is heard');
    return conversation;
  }

  /** Starts the gateway. */
  async start(kill?: { readonly step: Step; readonly nth: number }): Promise<void> {
    const { isIdempotent, timeout = 30_000 } = this.#options;
    const config = {
      ...{ jid: GATEWAY, secret: SECRET, server: '127.0.0.1', port: this.#port, 'home-dir': this.#home },
      ...{ 'limit-messages': 0, 'limit-bytes': 0, 'limit-requests': 0, 'limit-people': 0 },
    };
    const options: KilledGatewayOptions = { config, networkPort: this.network.port, isIdempotent, timeout, kill };
    const script = join(import.meta.dirname, 'killed-gateway.ts');
    const node = ['--import', 'tsx', '--conditions=slipway-source', script, JSON.stringify(options)];
    this.#gateway = new Program(process.execPath, node, { cwd: ROOT });
    if (kill?.step !== 'migration') await this.#gateway.printed(/^connected$/m);
  }

  /** Puts a database in place as it was before there was a journal, with the same user. */
  async toOldTables(): Promise<void> {
    const path = join(this.#home, 'slipway.sqlite');
    const present = openSqlite(path);
    const users = await present.selectFrom('user_account').selectAll().execute();
    await present.destroy();
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    const old = openSqlite(path);
    const { error } = await new Migrator({ db: old, provider: { getMigrations: async () => MIGRATIONS } }).migrateTo(
      '0004-rooms',
    );
    if (error !== undefined) throw error;
    await old.insertInto('user_account').values(users).execute();
    await old.destroy();
  }

  /** The user's client comes, or comes back. */
  async logIn(): Promise<void> {
    await this.#client?.stop();
    this.#client = new ClientStream({
      jid: 'romeo@localhost/test',
      password: 'romeo',
      host: '127.0.0.1',
      port: this.prosody.clientPort,
      tls: 'never',
      onStanza: (stanza) => this.#hear(stanza),
    });
    await this.#client.start();
    this.#client.send(presence({}));
  }

  get hasDied(): boolean {
    return this.#gateway?.hasExited ?? true;
  }

  get gatewayOutput(): string {
    return this.#gateway?.output ?? '';
  }

  async death(): Promise<void> {
    await this.#gateway?.exit();
  }

  /** One message in each direction. Numbers must grow. */
  exchange(i: number): void {
    const chat = CHATS[i % CHATS.length] as string;
    this.network.say(chat, `said ${i}`);
    // While the server is away the user cannot say anything.
    if (!this.#client?.online) return;
    const id = `u-${i}`;
    this.#sent.set(id, { chat, text: `sent ${i}`, told: undefined });
    this.#send(id);
  }

  /** How many messages of the user nothing was told about. */
  get untold(): number {
    return [...this.#sent.values()].filter(({ told }) => told === undefined).length;
  }

  /** Whether the user has got everything that the network has said. */
  get isHeard(): boolean {
    return new Set(this.#got.map(({ id }) => id)).size >= this.network.said.length;
  }

  /** The client sends again what it was told nothing about, under the same ids. */
  repeat(): void {
    for (const [id, { told }] of this.#sent) {
      if (told !== undefined) continue;
      this.#repeated.add(id);
      this.#send(id);
    }
  }

  /** Lets everything come to rest, as far as it does. */
  async settle(ms = 15_000): Promise<void> {
    const rest = () =>
      until(() => this.untold === 0 && this.isHeard && this.network.isTaken, 'rest', ms).catch(() => {});
    // What is on its way gets the time to arrive before it is taken for lost.
    await until(() => this.untold === 0 && this.isHeard, 'rest', 3000).catch(() => {});
    if (this.untold > 0) this.repeat();
    await rest();
    // Copies that nobody waits for would come now.
    await new Promise((resolve) => setTimeout(resolve, 300));
  }

  /** Ends the gateway as its supervisor would. Returns its exit code. */
  async stopGateway(): Promise<number | null> {
    this.#gateway?.signal('SIGTERM');
    return (await this.#gateway?.exit()) ?? null;
  }

  async end(): Promise<void> {
    await this.#client?.stop();
    await this.#gateway?.kill();
    await this.network.stop();
    await this.prosody.stop();
    rmSync(this.#home, { recursive: true, force: true });
  }

  get account(): Account {
    const times = new Map<string, number>();
    for (const { text } of this.network.received) times.set(text, (times.get(text) ?? 0) + 1);
    const sent = [...this.#sent.values()];
    const count = (text: string) => times.get(text) ?? 0;
    const firsts = new Map<string, Heard>();
    for (const each of this.#got) if (!firsts.has(each.id)) firsts.set(each.id, each);
    const heard = new Map<string, number>();
    for (const { text } of firsts.values()) heard.set(text, (heard.get(text) ?? 0) + 1);
    const texts = (list: readonly { readonly text: string }[]) => list.map(({ text }) => text);
    const inOrder = this.network.received.filter(({ text }) => !this.#repeated.has(`u-${text.slice(5)}`));
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
      said: this.network.said.length,
      saidAndLost: texts(this.network.said.filter(({ text }) => !heard.has(text))),
      saidAndDoubled: [...heard].flatMap(([text, n]) => (n > 1 ? [text] : [])),
      copies: this.#got.length - firsts.size,
      disorder: [...disorder(inOrder), ...disorder([...firsts.values()])],
    };
  }

  #send(id: string): void {
    const { chat, text } = this.#sent.get(id) as { chat: string; text: string };
    const body = `<body>${text}</body><request xmlns='urn:xmpp:receipts'/>`;
    this.#client?.sendRaw(`<message to='${chat}@${GATEWAY}' type='chat' id='${id}'>${body}</message>`);
  }

  #hear(stanza: Element): void {
    const { name, attrs } = stanza;
    if (name !== 'message' || attrs.from === undefined || !attrs.from.includes(`@${GATEWAY}`)) return;
    if (attrs.type === 'error') {
      const error = StanzaError.fromStanza(stanza);
      this.#reasons.set(error.condition, (this.#reasons.get(error.condition) ?? 0) + 1);
      return this.#note(attrs.id, toldBy(error));
    }
    const receipt = stanza.getChild('received', 'urn:xmpp:receipts');
    if (receipt !== undefined) return this.#note(receipt.attrs.id, 'receipt');
    const text = stanza.getChildText('body');
    if (text === null || text === undefined) return;
    this.#got.push({ id: attrs.id ?? '', chat: attrs.from.split('@')[0] as string, text });
  }

  #note(id: string | undefined, told: Told): void {
    const message = this.#sent.get(id ?? '');
    // A receipt that comes after all is what counts.
    if (message !== undefined && (message.told === undefined || told === 'receipt')) message.told = told;
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
    if (number < before) found.push(`${chat}: ${number} after ${before}`);
    last.set(chat, Math.max(before, number));
  }
  return found;
}
