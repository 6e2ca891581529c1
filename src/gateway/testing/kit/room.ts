/** A room as one client sees it that has joined. XEP-0045. */

import {
  bareOf,
  body,
  type Codec,
  type Element,
  find,
  has,
  type Show,
  StanzaError,
  show,
  subject,
} from '../../../stanza/index.ts';
import {
  type Affiliation,
  changeStanding,
  type History,
  join,
  user as mucUser,
  type Role,
  STATUS,
  subjectChange,
} from '../../../xep/0045-muc.ts';
import { type ArchiveQuery, fetchArchive, type Listener } from '../../../xep/0313-mam.ts';
import * as markers from '../../../xep/0333-markers.ts';
import { ExpectationError, Expectations, PATIENCE, type Scope, type Waiting } from './expectations.ts';
import { kindOf, type Message, nicknameOf, readMessage } from './message.ts';
import type { OutgoingFile, User } from './user.ts';
import { until } from './waiting.ts';

/** How a room is joined. */
export interface JoinOptions extends Waiting {
  /** The nickname to ask for. Default: the name of the user. */
  readonly nick?: string;
  /** How much of what was said before to ask for. Default: what the room gives. */
  readonly history?: History;
}

/** Somebody in a room. */
export interface Occupant {
  readonly nick: string;
  readonly affiliation: Affiliation | undefined;
  readonly role: Role | undefined;
  /** The real address, where the room shows it. */
  readonly jid: string | undefined;
  readonly show: Show | undefined;
  /** The whole presence. */
  readonly stanza: Element;
}

/** How somebody left. */
export interface Departure {
  readonly nick: string;
  /** What the room says of it: by themselves, removed, removed for good, or only called something else. */
  readonly how: 'left' | 'kicked' | 'banned' | 'renamed';
  readonly reason: string | undefined;
  /** With `renamed`. */
  readonly newNick: string | undefined;
}

/** What is said in a room, and who is in it. People are meant by their nicknames. */
export class RoomExpectations extends Expectations<string> {
  readonly #visit: RoomVisit;

  constructor(visit: RoomVisit, scope: Scope<string>) {
    super(scope);
    this.#visit = visit;
  }

  /** That somebody is in the room: now already, or soon. */
  async occupant(
    nick: string,
    wanted: Waiting & Partial<Pick<Occupant, 'affiliation' | 'role' | 'show'>> = {},
  ): Promise<Occupant> {
    const { within, ...facts } = wanted;
    const details = Object.entries(facts).map(([key, value]) => `${key} "${value}"`);
    const what = `${nick} in ${this.#visit.jid}${details.length === 0 ? '' : `, with ${details.join(' and ')}`}`;
    return this.becomes(
      what,
      () => {
        const found = this.#visit.occupants.get(nick);
        const isSo = Object.entries(facts).every(([key, value]) => found?.[key as keyof typeof facts] === value);
        return isSo ? found : undefined;
      },
      wanted,
    );
  }

  /** That somebody leaves, or has left since the user came. */
  async departure(nick: string, how?: Departure['how'], options: Waiting = {}): Promise<Departure> {
    const what = `${nick} to leave ${this.#visit.jid}${how === undefined ? '' : ` (${how})`}`;
    return this.becomes(
      what,
      () => this.#visit.departures.find((each) => each.nick === nick && (how === undefined || each.how === how)),
      options,
    );
  }

  /** That the subject is this: now already, or soon. */
  async subject(wanted: string, options: Waiting = {}): Promise<void> {
    const what = `the subject of ${this.#visit.jid} to be ${JSON.stringify(wanted)}`;
    await this.becomes(what, () => this.#visit.subject === wanted || undefined, options);
  }
}

/** A room that a user has joined: what they do there, and what they see. */
export class RoomVisit {
  readonly isGroup = true;
  /** The bare JID of the room. */
  readonly jid: string;
  readonly expects: RoomExpectations;
  /** Who is there, by nickname; the user too. */
  readonly occupants = new Map<string, Occupant>();
  /** Who has left since the user came, the first one first. */
  readonly departures: Departure[] = [];
  /** What was said before the user came. */
  history: readonly Message[] = [];
  readonly #user: User;
  readonly #scope: Omit<Scope<string>, 'covers' | 'addressOf'>;
  #nick: string;
  #subject: string | undefined;
  #isIn = false;

  /** Called by `User.joins`. @internal */
  constructor(user: User, jid: string, nick: string, scope: Omit<Scope<string>, 'covers' | 'addressOf'>) {
    this.#user = user;
    this.jid = jid;
    this.#nick = nick;
    this.#scope = scope;
    this.expects = new RoomExpectations(this, {
      ...scope,
      covers: ({ attrs }) => bareOf(attrs.from ?? '') === jid,
      addressOf: (name) => (name === jid ? jid : `${jid}/${name}`),
    });
  }

  /** What the user is called here: the room may have chosen another name than was asked for. */
  get nick(): string {
    return this.#nick;
  }

  get subject(): string | undefined {
    return this.#subject;
  }

  /** Whether the user is in the room: nobody has left it, kicked them, or closed it. */
  get isJoined(): boolean {
    return this.#isIn;
  }

  /** Says something, and waits until the room has passed it on. */
  async says(text: string): Promise<Message> {
    return this.#echoed(await this.#user.sendGroupMessage(this.jid, body.build(text), markers.markable.build(true)));
  }

  /** Answers what somebody said, and waits until the room has passed it on. */
  async replies(to: Message, text: string): Promise<Message> {
    return this.#echoed(await this.#user.replies(to, text));
  }

  /** Uploads a file, sends it, and waits until the room has passed it on. */
  async sendsFile(file: OutgoingFile): Promise<Message> {
    return this.#echoed(await this.#user.sendsFile(file, { to: this }));
  }

  /** Sets the subject. */
  async setsSubject(text: string): Promise<void> {
    await this.#user.sendGroupMessage(this.jid, subject.build(text));
  }

  /** Removes somebody. @throws StanzaError. */
  async kicks(nick: string, reason?: string): Promise<void> {
    await this.#change({ nick, role: 'none', ...(reason !== undefined && { reason }) });
  }

  /** Gives somebody, by their real address, another affiliation; `outcast` is a ban. @throws StanzaError. */
  async setsAffiliation(jid: string, affiliation: Affiliation, reason?: string): Promise<void> {
    await this.#change({ jid, affiliation, ...(reason !== undefined && { reason }) });
  }

  /** Leaves, and waits until the room has said goodbye. */
  async leaves(): Promise<void> {
    await this.#user.sendPresence(`${this.jid}/${this.#nick}`, 'unavailable');
    await this.#wait('a goodbye', () => !this.#isIn || undefined, PATIENCE);
  }

  /** What the room's archive has, oldest first. @throws StanzaError. */
  async archive(wanted: Omit<ArchiveQuery, 'archive'> = {}): Promise<readonly Message[]> {
    const messages: Message[] = [];
    for await (const { forwarded } of fetchArchive(this.#user.iq, this.#listener, { ...wanted, archive: this.jid })) {
      messages.push(readMessage(forwarded.stanza, this.#user.jid));
    }
    return messages;
  }

  // What the kit uses.

  /** @internal */
  async enter({ history, within = PATIENCE }: JoinOptions): Promise<void> {
    const { client } = this.#user;
    await this.#user.sendPresence(`${this.jid}/${this.#nick}`, undefined, join.build(history ? { history } : {}));
    // The subject is the last thing that comes. §7.1
    const end = await this.#wait(
      'to be let in',
      () => client.take((stanza) => this.#isFromHere(stanza) && (isRefusal(stanza) || isSubject(stanza))),
      within,
    );
    if (isRefusal(end)) throw StanzaError.fromStanza(end);
    const before: Message[] = [];
    for (;;) {
      const said = client.take((stanza) => this.#isFromHere(stanza) && stanza.attrs.type === 'groupchat');
      if (said === undefined) break;
      before.push(readMessage(said, this.#user.jid));
    }
    this.history = before;
  }

  /** @internal */
  observe(stanza: Element): void {
    if (stanza.name === 'message') {
      if (stanza.attrs.type === 'groupchat' && isSubject(stanza)) this.#subject = subjectChange(stanza);
      return;
    }
    const x = find(stanza, mucUser);
    const nick = nicknameOf(stanza.attrs.from ?? '');
    if (x === undefined || nick === '') return;
    const [item = {}] = x.items;
    const isSelf = x.statuses.includes(STATUS.self);
    if (stanza.attrs.type === undefined) {
      const { affiliation, role, jid } = item;
      this.occupants.set(nick, { nick, affiliation, role, jid, show: find(stanza, show), stanza });
      if (isSelf) {
        this.#nick = nick;
        this.#isIn = true;
      }
    } else if (stanza.attrs.type === 'unavailable') {
      const has = (status: number) => x.statuses.includes(status);
      const how = has(STATUS.nickChanged)
        ? 'renamed'
        : has(STATUS.banned)
          ? 'banned'
          : has(STATUS.kicked)
            ? 'kicked'
            : 'left';
      this.occupants.delete(nick);
      this.departures.push({ nick, how, reason: item.reason, newNick: how === 'renamed' ? item.nick : undefined });
      if (isSelf && how !== 'renamed') this.#isIn = false;
    }
  }

  async #change(item: Parameters<typeof changeStanding>[2]): Promise<void> {
    await changeStanding(this.#user.iq, this.jid, item);
  }

  /** The room sends everybody what was said, the speaker too: with the id that it has there. */
  async #echoed(sent: Message): Promise<Message> {
    const { client } = this.#user;
    const { id } = sent.stanza.attrs;
    const echo = await this.#wait(
      'the room to pass on what they said',
      () => client.take((stanza) => this.#isFromHere(stanza) && stanza.name === 'message' && stanza.attrs.id === id),
      PATIENCE,
    );
    if (kindOf(echo) === 'error') throw StanzaError.fromStanza(echo);
    return readMessage(echo, this.#user.jid);
  }

  async #wait<T>(what: string, check: () => T | undefined, within: number): Promise<T> {
    const found = await until(this.#scope.time, check, within);
    if (found !== undefined) return found;
    const { name, hints } = this.#scope;
    throw new ExpectationError(
      [`${name} expected ${what} (${this.jid}), and that did not happen within ${within / 1000} s.`, ...hints()].join(
        '\n',
      ),
    );
  }

  #isFromHere({ attrs }: Element): boolean {
    return bareOf(attrs.from ?? '') === this.jid;
  }

  /** Takes results of archives out of what the client has received. */
  get #listener(): Listener {
    const { client } = this.#user;
    return {
      on: <T>(codec: Codec<T>, handler: (stanza: Element, value: T) => void) =>
        client.divert((stanza) => {
          const value = find(stanza, codec);
          if (value === undefined) return false;
          handler(stanza, value);
          return true;
        }),
    };
  }
}

function isRefusal(stanza: Element): boolean {
  return stanza.name === 'presence' && stanza.attrs.type === 'error';
}

function isSubject(stanza: Element): boolean {
  return stanza.name === 'message' && subjectChange(stanza) !== undefined && !has(stanza, body);
}
