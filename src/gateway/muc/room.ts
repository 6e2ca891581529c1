/** A group of the foreign network, as a room of one user. XEP-0045. */

import { type JID, StanzaError } from '../../stanza/index.ts';
import { type Affiliation, type Destroy, STATUS } from '../../xep/0045-muc.ts';
import { type Abilities, ALL_ABILITIES } from '../abilities.ts';
import type { AvatarSource } from '../avatar/avatar-cache.ts';
import { type PictureOptions, setPicture } from '../avatar/picture.ts';
import type { LegacyContact } from '../contact.ts';
import { XmppError } from '../errors.ts';
import { configurationChanged, roomPhoto } from '../outgoing/room.ts';
import type { BaseSession } from '../session.ts';
import type { StoredRoom } from '../store/rooms.ts';
import { type HoleBound, RoomArchive } from './archive.ts';
import { Backfill } from './backfill.ts';
import { type BookmarkOptions, bookmarkRoom } from './bookmark-sync.ts';
import { JoinedClients } from './joined-clients.ts';
import { type Mention, MentionFinder } from './mentions.ts';
import { OCCUPANT_ID_SECRET, occupantIdFor } from './occupant-id.ts';
import { Occupants } from './occupants.ts';
import type { Identity, LegacyParticipant } from './participant.ts';
import { publishRead } from './read-sync.ts';
import { RoomChat } from './room-chat.ts';
import { Shown } from './shown.ts';
import { shownSubject } from './subject.ts';

/** What kind of group it is. */
export const MucType = {
  /** People who know each other: for members only, with their addresses, not listed anywhere. */
  Group: 'group',
  /** Open to all, addresses hidden. */
  Channel: 'channel',
  /** Open to all, with addresses. */
  ChannelNonAnonymous: 'channel-non-anonymous',
} as const;
export type MucType = (typeof MucType)[keyof typeof MucType];

/** How to find a participant. */
export interface ParticipantOptions {
  /** Whether to add somebody of this name who is not known. Default true. */
  readonly create?: boolean;
  /** Whether to ask for all participants first. Default false. */
  readonly fillFirst?: boolean;
  /**
   * Whether somebody of this name who is not known is in the room. Default true. With false what they say is shown, and they
   * are not: for those who have written from outside, or have left.
   */
  readonly isThere?: boolean;
}

/**
 * Never make one yourself: `session.bookmarks.byLegacyId(id)` gives the one object that stands for a group.
 *
 * It is where the user's clients join; what participants say and do there is said by `LegacyParticipant`.
 *
 * @typeParam P the plugin's own class of participants, if it has one.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: all are on the prototype, below.
export class LegacyMUC<P extends LegacyParticipant = LegacyParticipant> {
  // What a plugin may override, besides its abilities. The defaults stand on the prototype, below.

  /** Assign it in `updateInfo`, or override it. Default: `MucType.Channel`. */
  declare type: MucType;
  declare readonly mtype: 'groupchat';
  declare readonly isGroup: true;
  /** Messages that somebody gets at most who joins. */
  declare readonly maxHistoryFetch: number;
  /** Whether the group has a description that can be set. */
  declare readonly hasDescription: boolean;
  /** Whether the group has a subject. Without one, the description or the name is shown instead. */
  declare readonly hasSubject: boolean;

  readonly session: BaseSession;
  readonly legacyId: string;
  /** The bare JID. */
  readonly jid: JID;

  /** @internal */
  readonly conversation: RoomChat;
  /** The user's clients that have joined. @internal */
  readonly clients: JoinedClients;
  /** @internal */
  readonly occupants: Occupants;
  /** @internal */
  readonly shown: Shown;
  /** @internal */
  readonly archive: RoomArchive;
  /** @internal */
  settingPicture: Promise<void> | undefined;

  #stored: StoredRoom;
  #secret: Uint8Array = new Uint8Array();
  /** Until its information has been fetched nobody is told of it. */
  #isUpdating = true;
  #user: P | undefined;
  #system: P | undefined;
  #mentions: MentionFinder<P> | undefined;
  readonly #backfill: Backfill;

  /** Subclasses pass these on. */
  constructor(session: BaseSession, legacyId: string, jid: JID) {
    this.session = session;
    this.legacyId = legacyId;
    this.jid = jid;
    const { store, clock, config } = session.xmpp;
    this.clients = new JoinedClients(this, (clients) => this.#store({ clients }));
    this.occupants = new Occupants(
      (identity) => session.xmpp.makeParticipant(this, identity),
      () => this.fillParticipants(),
    );
    this.shown = new Shown(this);
    this.archive = new RoomArchive({
      store: store.roomMessages,
      userId: session.userId,
      chat: jid.local,
      room: jid.bare,
      clock,
      days: config.mamMaxDays,
    });
    this.#backfill = new Backfill(this);
    this.conversation = new RoomChat(this);
    this.#stored = { legacyId, local: jid.local, clients: [] };
  }

  // What a plugin implements.

  /** Override to fetch what the network knows of the group: name, type, subject, … Awaited once, when it is first used. */
  async updateInfo(): Promise<void> {}

  /**
   * Override to say who is in the group: get each with `getParticipant…`, and yield them. Called when a client first
   * joins; each is shown as soon as it is yielded.
   */
  fillParticipants(): AsyncIterable<P> | Promise<void> {
    return Promise.resolve();
  }

  /**
   * Override to fetch what was said while nobody listened: give it to participants with `archiveOnly: true` and `when`.
   * Called when a client first joins, or looks into the history. What is known already may come again.
   * @param after the newest message that is known from before; none when nothing is.
   * @param before the oldest that came since the gateway listens.
   */
  async backfill(_after: HoleBound | undefined, _before: HoleBound | undefined): Promise<void> {}

  /** The emoji that the user may react with, to one message or in general; `undefined` for all. */
  async availableEmojis(_legacyMsgId?: string): Promise<ReadonlySet<string> | undefined> {
    return undefined;
  }

  /** Makes a thread on the network for one that the user's client began. Default: the same id. */
  async createThread(xmppThreadId: string): Promise<string> {
    return xmppThreadId;
  }

  /** The user sets the picture. @returns what the network calls it, if it was taken. */
  onAvatar?(data: Uint8Array | undefined, mime: string | undefined): Promise<string | undefined>;
  /** The user makes somebody a member, an admin, …; or bans them. */
  onSetAffiliation?(
    contact: LegacyContact,
    affiliation: Affiliation,
    reason: string | undefined,
    nickname: string | undefined,
  ): Promise<void>;
  /** The user removes somebody. */
  onKick?(contact: LegacyContact, reason: string | undefined): Promise<void>;
  /** The user gives the group another name, or another description. */
  onSetConfig?(config: { readonly name: string | undefined; readonly description: string | undefined }): Promise<void>;
  /** The user wants the group to be no more. */
  onDestroyRequest?(reason: string | undefined): Promise<void>;
  /** The user wants another name here. Assign `userNick` when they have it. Without this hook the network decides. */
  onSetNick?(nickname: string): Promise<void>;
  /** The last of the user's clients has left the room, or gone offline. */
  onLastClientLeft?(): Promise<void>;
  /** The user sets the subject. Call `setRoomSubject` of the participant, or assign `subject`, when it is set. */
  onSetSubject?(subject: string): Promise<void>;

  // What a plugin uses: what the group is.

  /** What the group is called. Assign to change it. */
  get name(): string | undefined {
    return this.#stored.name;
  }

  set name(name: string | undefined) {
    if (name !== this.name) this.#change({ name });
  }

  /** The name, or the id on the network. */
  get displayName(): string {
    return this.name ?? this.legacyId;
  }

  /** What the group is about. Assign to change it. */
  get description(): string | undefined {
    return this.#stored.description;
  }

  set description(description: string | undefined) {
    if (description !== this.description) this.#change({ description });
  }

  /** What is being talked about. Assign to change it. */
  get subject(): string | undefined {
    return this.#stored.subject;
  }

  set subject(subject: string | undefined) {
    this.changeSubject(subject ?? '', undefined, undefined);
  }

  /** The nickname of whoever set the subject. */
  get subjectSetter(): string | undefined {
    return this.#stored.subjectSetter;
  }

  set subjectSetter(subjectSetter: string | undefined) {
    this.#store({ subjectSetter });
  }

  /** When the subject was set. */
  get subjectDate(): Date | undefined {
    return this.#stored.subjectDate;
  }

  set subjectDate(subjectDate: Date | undefined) {
    this.#store({ subjectDate });
  }

  /** How many are in the group, where that is known without having all of them. */
  get nParticipants(): number | undefined {
    return this.#stored.nParticipants;
  }

  set nParticipants(nParticipants: number | undefined) {
    this.#store({ nParticipants });
  }

  /** What the user is called here. Assign to change it. Default: as in `session.bookmarks.userNick`. */
  get userNick(): string {
    return this.#stored.userNick ?? this.session.bookmarks.userNick;
  }

  set userNick(userNick: string) {
    this.#store({ userNick });
    if (this.#user !== undefined) this.renameParticipant(this.#user, userNick);
  }

  /** What the plugin calls the group's picture, or its hash; `undefined` when there is none. Assign to change it. */
  get avatar(): string | undefined {
    return this.#stored.avatarId;
  }

  set avatar(source: AvatarSource | undefined) {
    this.setAvatar(source).catch((error) => this.session.xmpp.exception(error));
  }

  /** Sets the picture: bytes, a path or a URL; `undefined` for none. */
  setAvatar(source: AvatarSource | undefined, options: PictureOptions = {}): Promise<void> {
    return setPicture(this, source, options);
  }

  /**
   * Puts the group among the user's bookmarks, with the privilege of XEP-0356; where the server grants none, the user is
   * invited instead.
   */
  async addToBookmarks(options: BookmarkOptions = {}): Promise<void> {
    await bookmarkRoom(this, options);
  }

  // What a plugin uses: who is there.

  /** Somebody by the name that they have here. @throws XmppError `item-not-found` without `create`. */
  async getParticipant(nickname: string, options: ParticipantOptions = {}): Promise<P> {
    if (options.fillFirst) await this.occupants.fill();
    const known = this.occupants.byNickname(nickname) as P | undefined;
    if (known !== undefined) return known;
    if (nickname === this.userNick) return this.userParticipant;
    if (options.create === false) throw new XmppError('item-not-found', `There is no ${nickname} in this room.`);
    const identity = { nickname, key: `nick ${nickname}` };
    if (options.isThere === false)
      return this.session.xmpp.makeParticipant(this, { ...identity, isOutside: true }) as P;
    return this.#add(identity);
  }

  /** A contact, as somebody in the room; added if they were not known to be there. */
  async getParticipantByContact(contact: LegacyContact): Promise<P> {
    const known = this.occupants.byContact(contact) as P | undefined;
    return known ?? this.#add({ nickname: contact.displayName, key: `id ${contact.legacyId}`, contact });
  }

  /** Somebody by their id on the network: the user, a contact, or somebody of whom no more is known. */
  async getParticipantByLegacyId(legacyId: string): Promise<P> {
    const { contacts } = this.session;
    if (legacyId === contacts.userLegacyId) return this.userParticipant;
    const key = `id ${legacyId}`;
    const known = this.occupants.byKey(key) as P | undefined;
    if (known !== undefined) return known;
    let contact: LegacyContact;
    try {
      contact = await contacts.byLegacyId(legacyId);
    } catch (error) {
      // Not everybody in a group can be a contact.
      if (!(error instanceof StanzaError)) throw error;
      return (this.occupants.byKey(key) as P | undefined) ?? this.#add({ nickname: legacyId, key });
    }
    return this.getParticipantByContact(contact);
  }

  /** The user, as somebody in the room. */
  async getUserParticipant(): Promise<P> {
    return this.userParticipant;
  }

  /** The room itself, as somebody who says something. */
  async getSystemParticipant(): Promise<P> {
    return this.systemParticipant;
  }

  /** Everybody. Asks the plugin for them if that was not done yet. */
  async *getParticipants(): AsyncIterableIterator<P> {
    await this.occupants.fill();
    yield* this.occupants as Iterable<P>;
  }

  /** Somebody has left, or was removed. */
  removeParticipant(
    participant: LegacyParticipant,
    { kick = false, ban = false, reason }: { kick?: boolean; ban?: boolean; reason?: string | undefined } = {},
  ): void {
    const statuses = ban ? [STATUS.banned] : kick ? [STATUS.kicked] : [];
    participant.standAs({ role: 'none', affiliation: ban ? 'outcast' : 'none' });
    if (participant.isUser) {
      // Who is there is not known to somebody outside: it is asked again when the user comes back.
      this.occupants.refill();
      return this.clients.removeAll({ statuses, reason });
    }
    this.shown.farewell(participant, { statuses, reason });
    this.occupants.remove(participant);
    this.#mentions = undefined;
  }

  /** Somebody is called something else from now on. */
  renameParticipant(participant: LegacyParticipant, nickname: string): void {
    const before = participant.facts;
    if (!this.occupants.rename(participant, nickname)) return;
    this.#mentions = undefined;
    this.shown.renamed(participant, before);
  }

  /** Where the user's text names somebody. Not the user. */
  parseMentions(text: string): readonly Mention<P>[] {
    this.#mentions ??= new MentionFinder(
      [...(this.occupants as Iterable<P>)].filter((each) => !each.isUser).map((each) => [each.nickname, each]),
    );
    return this.#mentions.find(text);
  }

  // What the gateway uses.

  /** Whether the addresses of participants are hidden. @internal */
  get isAnonymous(): boolean {
    return this.type === MucType.Channel;
  }

  /** @internal */
  get userParticipant(): P {
    this.#user ??= this.occupants.add({ nickname: this.userNick, key: 'user', isUser: true }) as P;
    return this.#user;
  }

  /** @internal */
  get systemParticipant(): P {
    const identity = { nickname: this.displayName, key: 'room', isSystem: true };
    this.#system ??= this.session.xmpp.makeParticipant(this, identity) as P;
    return this.#system;
  }

  /** The SHA-1 hash of the picture. @internal */
  get avatarHash(): string | undefined {
    return this.#stored.avatarHash;
  }

  /** @internal */
  occupantIdFor(key: string): string {
    return occupantIdFor(this.#secret, this.jid.bare, key);
  }

  /** Makes it ready for use: with what is stored, and what the plugin knows. @internal */
  async prepare(stored: StoredRoom | undefined): Promise<void> {
    this.#secret = await this.session.xmpp.store.settings.secret(OCCUPANT_ID_SECRET);
    // What the constructor has said already is newer than what is stored.
    if (stored !== undefined) this.#stored = { ...stored, ...this.#stored, clients: stored.clients };
    try {
      await this.updateInfo();
    } finally {
      this.#isUpdating = false;
    }
    this.#store({});
  }

  /** Asks the plugin for what was said before, once. A plugin that does not answer does not hold up anybody. @internal */
  archiveReady(): Promise<RoomArchive> {
    return this.#backfill.ready();
  }

  /** @internal */
  changeSubject(text: string, by: LegacyParticipant | undefined, when: Date | undefined): void {
    const subject = text === '' ? undefined : text;
    if (subject === this.subject) return;
    const subjectDate = when ?? (this.#isUpdating ? undefined : new Date(this.session.xmpp.clock.now()));
    this.#store({ subject, subjectDate, subjectSetter: by?.nickname });
    if (!this.#isUpdating) this.clients.broadcast(shownSubject(this));
  }

  /** Takes all out of a room that is no more. @internal */
  destroy(destroy: Destroy): void {
    this.userParticipant.standAs({ role: 'none', affiliation: 'none' });
    this.clients.removeAll({ destroy });
  }

  /** Tells clients that were here when the gateway ended without a word. @internal */
  dismissStaleClients(): void {
    this.clients.dismissStale(this.#stored.clients);
  }

  /** The user has read on the network: the user's clients shall know. XEP-0490. @internal */
  userHasRead(legacyMsgId: string): void {
    this.conversation
      .stanzaIdOf(legacyMsgId)
      .then((id) => publishRead(this.session, this.jid.bare, id))
      .catch((error) => this.session.xmpp.exception(error));
  }

  /** @internal */
  takePicture(hash: string | undefined, id: string | undefined): void {
    const isNews = hash !== this.avatarHash;
    this.#store({ avatarHash: hash, avatarId: id });
    if (!isNews || this.#isUpdating) return;
    this.clients.broadcast(configurationChanged(this.jid.bare));
    this.clients.broadcast(roomPhoto(this.jid.bare, hash));
  }

  #add(identity: Identity): P {
    const met = this.#backfill.meet(identity.key, () => this.session.xmpp.makeParticipant(this, identity));
    if (met !== undefined) return met as P;
    const participant = this.occupants.add(identity) as P;
    this.#mentions = undefined;
    if (this.occupants.isFilled && !this.clients.isEmpty) {
      // The plugin may want to say more about them first.
      setImmediate(() => this.shown.welcome(participant));
    }
    return participant;
  }

  /** Keeps what has changed, and tells clients to look again. */
  #change(change: Partial<StoredRoom>): void {
    this.#store(change);
    if (!this.#isUpdating) this.clients.broadcast(configurationChanged(this.jid.bare));
  }

  #store(change: Partial<StoredRoom>): void {
    this.#stored = { ...this.#stored, ...change };
    this.session.bookmarks.save(this.#stored);
  }
}

// As for contacts: a getter may override these too.
// biome-ignore lint/correctness/noUnusedVariables: the type parameters of merged declarations must be the same.
export interface LegacyMUC<P extends LegacyParticipant = LegacyParticipant> extends Abilities {}

// All rooms have these in common.
Object.assign(LegacyMUC.prototype, {
  type: MucType.Channel,
  mtype: 'groupchat',
  isGroup: true,
  maxHistoryFetch: 100,
  hasDescription: true,
  hasSubject: true,
  ...ALL_ABILITIES,
  receipts: false,
} satisfies Partial<LegacyMUC>);
