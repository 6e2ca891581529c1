/** Channels, as rooms. The gateway stays in a channel until the user leaves it: it is what keeps the history. */

import {
  type HoleBound,
  LegacyBookmarks,
  type LegacyContact,
  LegacyMUC,
  LegacyParticipant,
  MucType,
  XmppError,
} from 'slipway';
import type { IrcSession } from './irc.ts';
import { legacyIdOf, legacyIdOfUsername, nameOf, usernameOf } from './names.ts';
import type { IrcNetwork } from './network.ts';
import { oneLine } from './text.ts';

type Affiliation = LegacyParticipant['affiliation'];
type Standing = Pick<LegacyParticipant, 'affiliation' | 'role'>;

/** Messages of the network's own history that are asked for at once. */
const HISTORY = 200;

export class IrcBookmarks extends LegacyBookmarks<IrcChannel> {
  declare readonly session: IrcSession;

  override async fill(): Promise<void> {
    await this.session.enterChannels(this.session.data.channels);
  }

  override async legacyIdToJidUsername(legacyId: string): Promise<string> {
    return usernameOf(legacyId);
  }

  override async jidUsernameToLegacyId(username: string): Promise<string> {
    return legacyIdOfUsername(username, 'channel', this.session.networks);
  }
}

export class IrcParticipant extends LegacyParticipant {
  // Everybody can be written to: an object for each of a thousand people is made for those only who are.
  override async getContact(): Promise<LegacyContact | undefined> {
    return this.isUser ? undefined : (this.muc as IrcChannel).contactOf(this.nickname);
  }
}

export class IrcChannel extends LegacyMUC<IrcParticipant> {
  declare readonly session: IrcSession;

  // What IRC does not have.
  override readonly correction = false;
  override readonly retraction = false;
  override readonly marks = false;
  override readonly hasDescription = false;

  // What some networks have.
  override get reaction(): boolean {
    return this.session.networkOf(this.legacyId)?.takesReactions ?? false;
  }

  override get chatStates(): boolean {
    return this.session.networkOf(this.legacyId)?.takesTag('typing') ?? false;
  }

  /** Those in the channel besides the user, by their nicks as the network compares them. */
  readonly #members = new Map<string, IrcParticipant>();
  /** The letters of their modes: `o` for operators, `v` for those with a voice. */
  readonly #modes = new Map<string, Set<string>>();
  #isIn = false;
  #entering: Promise<void> | undefined;

  get network(): IrcNetwork {
    return this.session.network(nameOf(this.legacyId).network);
  }

  /** Its name there, such as `#slipway`. */
  get target(): string {
    return nameOf(this.legacyId).name;
  }

  override async updateInfo(): Promise<void> {
    this.type = MucType.Channel;
    this.name = this.target;
    this.userNick = this.network.nick;
  }

  override async *fillParticipants(): AsyncIterable<IrcParticipant> {
    await this.enter();
    yield* this.#members.values();
  }

  // Nicks are the same in capitals: the id of a contact does not say how they are written here.
  override getParticipantByContact(contact: LegacyContact): Promise<IrcParticipant> {
    return this.speaker(nameOf(contact.legacyId).name);
  }

  /** Joins on IRC, if that is not done. @param key the password of the channel. @throws XmppError. */
  async enter(key = this.session.keyOf(this.legacyId)): Promise<void> {
    if (this.#isIn) return;
    this.#entering ??= this.#join(key).finally(() => {
      this.#entering = undefined;
    });
    await this.#entering;
    await this.session.rememberChannel(this.legacyId, key);
  }

  async #join(key: string | undefined): Promise<void> {
    await this.network.ask(this.target, key === undefined ? `JOIN ${this.target}` : `JOIN ${this.target} ${key}`);
    // Who is there was said before the server answered, but need not be dealt with yet.
    await this.session.events.settled();
    if (!this.#isIn) throw new XmppError('not-acceptable', `${this.network.name} did not let you into ${this.target}.`);
  }

  /** Leaves on IRC, for good. */
  async part(): Promise<void> {
    await this.session.forgetChannel(this.legacyId);
    if (this.#isIn && this.network.isUp) await this.network.ask(this.target, `PART ${this.target}`);
    this.#out();
  }

  contactOf(nick: string): Promise<LegacyContact> {
    return this.session.contacts.byLegacyId(legacyIdOf(nick, this.network));
  }

  /** Says something in the name of the room. */
  system(text: string): void {
    this.getSystemParticipant()
      .then((room) => room.sendText(text))
      .catch((error) => this.session.xmpp.exception(error));
  }

  // What the user wants.

  override async onSetNick(nickname: string): Promise<void> {
    await this.network.ask(nickname, `NICK ${nickname}`);
  }

  override async onSetSubject(subject: string): Promise<void> {
    const topic = this.network.line(subject, 'TOPICLEN');
    if (topic !== oneLine(subject)) {
      throw new XmppError('not-acceptable', `${this.network.name} takes the beginning only: "${topic}".`);
    }
    await this.network.ask(this.target, `TOPIC ${this.target} :${topic}`);
  }

  override async onKick(contact: LegacyContact, reason = ''): Promise<void> {
    const { name: nick } = nameOf(contact.legacyId);
    await this.network.ask(this.target, `KICK ${this.target} ${nick} :${this.network.line(reason, 'KICKLEN')}`);
  }

  override async onSetAffiliation(contact: LegacyContact, affiliation: Affiliation, reason?: string): Promise<void> {
    const { name: nick } = nameOf(contact.legacyId);
    const mode = (change: string, param = nick) =>
      this.network.ask(this.target, `MODE ${this.target} ${change} ${param}`);
    if (affiliation === 'outcast') {
      await mode('+b', `${nick}!*@*`);
      return this.onKick(contact, reason);
    }
    const has = this.#modes.get(this.network.fold(nick)) ?? new Set();
    const isOperator = affiliation === 'owner' || affiliation === 'admin';
    if (isOperator && !has.has('o')) await mode('+o');
    if (!isOperator && has.has('o')) await mode('-o');
    if (affiliation === 'member' && !has.has('v')) await mode('+v');
    if (affiliation === 'none' && has.has('v')) await mode('-v');
  }

  override async onLastClientLeft(): Promise<void> {
    if (this.session.user.preferences.leaveWithClients === true) await this.part();
  }

  override async backfill(after: HoleBound | undefined): Promise<void> {
    if (!this.#isIn || !this.network.client.network.cap.isEnabled('draft/chathistory')) return;
    const since = after === undefined ? '*' : `timestamp=${after.when.toISOString()}`;
    const done = this.session.events.historyOf(this);
    await this.network.ask(this.target, `CHATHISTORY LATEST ${this.target} ${since} ${HISTORY}`);
    await done;
  }

  // What happens on the network.

  /** The network says who is in the channel: the user has just joined it. */
  async setMembers(users: readonly { readonly nick: string; readonly modes: readonly string[] }[]): Promise<void> {
    this.#isIn = true;
    this.userNick = this.network.nick;
    const here = new Set(users.map(({ nick }) => this.network.fold(nick)));
    for (const nick of [...this.#members.keys()]) if (!here.has(nick)) this.remove(nick);
    for (const { nick, modes } of users) await this.add(nick, modes);
    this.nParticipants = users.length;
  }

  async add(nick: string, modes: readonly string[] = []): Promise<void> {
    const key = this.network.fold(nick);
    this.#modes.set(key, new Set(modes));
    if (!this.network.isUser(nick) && !this.#members.has(key)) {
      const participant = await this.getParticipant(nick);
      participant.setStanding(standingOf(modes));
      this.#members.set(key, participant);
    } else {
      this.#showStanding(key);
    }
  }

  has(nick: string): boolean {
    return this.#members.has(this.network.fold(nick));
  }

  /** Somebody in the channel; or somebody who is not, for what was said from outside or before. */
  async speaker(nick: string): Promise<IrcParticipant> {
    if (this.network.isUser(nick)) return this.getUserParticipant();
    return this.#members.get(this.network.fold(nick)) ?? this.getParticipant(nick, { isThere: false });
  }

  /** Somebody has left the channel. */
  remove(nick: string, { kick = false, reason }: { kick?: boolean; reason?: string | undefined } = {}): void {
    const key = this.network.fold(nick);
    this.#modes.delete(key);
    if (this.network.isUser(nick)) return this.#userOut(kick, reason);
    const participant = this.#members.get(key);
    if (participant === undefined) return;
    this.#members.delete(key);
    this.removeParticipant(participant, { kick, reason });
  }

  rename(from: string, to: string): void {
    const key = this.network.fold(from);
    const modes = this.#modes.get(key);
    this.#modes.delete(key);
    if (modes !== undefined) this.#modes.set(this.network.fold(to), modes);
    const participant = this.#members.get(key);
    if (participant === undefined) return;
    this.#members.delete(key);
    this.#members.set(this.network.fold(to), participant);
    participant.nickname = to;
  }

  /** Modes such as `+o` of somebody have changed. */
  changeMode(nick: string, mode: string): void {
    const key = this.network.fold(nick);
    const modes = this.#modes.get(key) ?? new Set<string>();
    if (mode.startsWith('+')) modes.add(mode.slice(1));
    else modes.delete(mode.slice(1));
    this.#modes.set(key, modes);
    this.#showStanding(key);
  }

  away(nick: string, message: string | undefined): void {
    const participant = this.#members.get(this.network.fold(nick));
    if (message === undefined) participant?.online();
    else participant?.away({ status: message });
  }

  /** The connection is gone: nobody is known to be there. The user's clients stay, to see when it is back. */
  lost(reason: string): void {
    if (!this.#isIn) return;
    this.#isIn = false;
    for (const nick of [...this.#members.keys()]) this.remove(nick, { reason });
    this.system(`The connection to ${this.network.name} was lost (${reason}). Trying again …`);
  }

  #showStanding(key: string): void {
    const standing = standingOf([...(this.#modes.get(key) ?? [])]);
    const participant = this.network.isUser(key) ? this.userParticipant : this.#members.get(key);
    participant?.setStanding(standing);
  }

  #userOut(kick: boolean, reason: string | undefined): void {
    if (!this.#isIn) return;
    // First, so that clients hear of the user only. They see why, and can come back when they like.
    this.removeParticipant(this.userParticipant, { kick, reason });
    this.#out();
  }

  #out(): void {
    this.#isIn = false;
    for (const participant of this.#members.values()) this.removeParticipant(participant);
    this.#members.clear();
    this.#modes.clear();
  }
}

/** What modes come to in a room. The highest counts: owner (q), protected (a), operator (o), half an operator (h), voice. */
function standingOf(modes: readonly string[]): Standing {
  if (modes.includes('q')) return { affiliation: 'owner', role: 'moderator' };
  if (modes.includes('a') || modes.includes('o')) return { affiliation: 'admin', role: 'moderator' };
  if (modes.includes('h')) return { affiliation: 'member', role: 'moderator' };
  return { affiliation: modes.includes('v') ? 'member' : 'none', role: 'participant' };
}
