/** Somebody on the foreign network, as an XMPP contact of one user. */

import { type Element, JID, presence } from '../stanza/index.ts';
import { NS_METADATA } from '../xep/0084-avatar.ts';
import { x as vcardUpdate } from '../xep/0153-vcard-avatars.ts';
import { NS as NS_NICK } from '../xep/0172-nick.ts';
import { NODE as VCARD_NODE } from '../xep/0292-vcard4.ts';
import { type Abilities, ALL_ABILITIES } from './abilities.ts';
import type { SharedFile, ShareOptions } from './attachment/files.ts';
import type { FileSource } from './attachment/source.ts';
import type { AvatarSource } from './avatar/avatar-cache.ts';
import { type PictureOptions, setPicture } from './avatar/picture.ts';
import { ContactChat } from './contact-chat.ts';
import type { Author, Voice } from './conversation.ts';
import type { LegacyParticipant } from './muc/participant.ts';
import type { LegacyMUC } from './muc/room.ts';
import type { Envelope } from './outgoing/envelope.ts';
import { directInvitation } from './outgoing/invitation.ts';
import {
  isSamePresence,
  type PresenceFacts,
  presenceStanza,
  statusWithLastSeen,
  subscriptionStanza,
} from './outgoing/presence.ts';
import { avatarMetadata, eventOf, nickname, vcard } from './outgoing/publications.ts';
import type { VCardFacts } from './outgoing/vcard.ts';
import { Present } from './present.ts';
import type { BaseSession } from './session.ts';
import type { StoredContact } from './store/contacts.ts';

type Extras = Pick<StoredContact, 'avatarHash' | 'avatarId' | 'vcard'>;

const NO_EXTRAS: Extras = { avatarHash: undefined, avatarId: undefined, vcard: undefined };

/** What a contact's client looks like in service discovery. */
export type ClientType = 'bot' | 'console' | 'game' | 'handheld' | 'pc' | 'phone' | 'sms' | 'tablet' | 'web';

/**
 * Never make one yourself: `session.contacts.byLegacyId(id)` gives the one object that stands for a contact.
 *
 * Call its methods when something happens on the network: `contact.sendText('hello', { legacyMsgId: '42' })`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: all are on the prototype, below.
export class LegacyContact extends Present {
  // What a plugin may override, besides its abilities. The defaults stand on the prototype, below.

  /** The resource of the JID from which this contact speaks. */
  declare readonly resource: string;
  declare readonly mtype: 'chat';
  declare readonly isGroup: false;
  /** What the contact's client looks like in service discovery. */
  declare readonly clientType: ClientType;

  /** The session of the user whose contact this is. */
  readonly session: BaseSession;
  /** The id on the network. */
  readonly legacyId: string;
  /** The localpart of the JID: see `LegacyRoster.legacyIdToJidUsername`. */
  readonly jidUsername: string;
  /** The bare JID. */
  readonly jid: JID;

  /** As whom it takes part in rooms. @internal */
  participants: Set<LegacyParticipant> | undefined;

  #conversation: ContactChat | undefined;
  #name: string | undefined;
  #isFriend = false;
  #inRoster = false;
  /** What few contacts have. */
  #extras = NO_EXTRAS;
  #presence: PresenceFacts | undefined;
  /** The capabilities that go with an available presence: known once the contact is ready. */
  #caps: Element | undefined;
  /** Until its information has been fetched nothing is sent: what has changed is sent when it is there. */
  #isUpdating = true;
  /** @internal */
  settingPicture: Promise<void> | undefined;
  #hasFetchedVcard = false;

  /** Subclasses pass these on; they may take more arguments, which `byLegacyId` passes through. */
  constructor(session: BaseSession, legacyId: string, jidUsername: string) {
    super();
    this.session = session;
    this.legacyId = legacyId;
    this.jidUsername = jidUsername;
    this.jid = new JID(jidUsername, session.xmpp.jid);
  }

  /** The emoji that the user may react with, to one message or in general; `undefined` for all. */
  async availableEmojis(_legacyMsgId?: string): Promise<ReadonlySet<string> | undefined> {
    return undefined;
  }

  /**
   * Override to fetch what the network knows of this contact: name, picture, presence, …
   * Awaited once, when the contact is first used; what has changed is sent afterwards.
   */
  async updateInfo(): Promise<void> {}

  /** Override to fetch what `setVcard` takes, if that is costly. Called when a client first asks for it. */
  async fetchVcard(): Promise<void> {}

  /** Makes a thread on the network for one that the user's client began. Default: the same id. */
  async createThread(xmppThreadId: string): Promise<string> {
    return xmppThreadId;
  }

  /** The user would like to be this contact's friend. By default they are at once. */
  async onFriendRequest(_text: string): Promise<void> {
    this.acceptFriendRequest();
  }

  /** The user has accepted this contact's request. */
  async onFriendAccept(): Promise<void> {}

  /** The user does not want to be this contact's friend any more. */
  async onFriendDelete(_text: string): Promise<void> {}

  // What a plugin uses.

  /** What the contact is called in the user's roster. Assign to change it. */
  get name(): string | undefined {
    return this.#name;
  }

  set name(name: string | undefined) {
    if (name === this.name) return;
    const before = this.displayName;
    this.#change({ name });
    for (const participant of [...(this.participants ?? [])]) {
      if (participant.nickname === before) participant.nickname = this.displayName;
    }
    if (this.#isUpdating) return;
    if (this.inRoster) this.session.xmpp.rosters.update(this);
    if (this.isFriend) this.#tell(eventOf(this.#bareAddress, nickname(this.displayName)));
  }

  /** The name, or the id on the network. */
  get displayName(): string {
    return this.name ?? this.legacyId;
  }

  /** Whether, on the network, the user and the contact are friends: presence is sent to friends only. */
  get isFriend(): boolean {
    return this.#isFriend;
  }

  set isFriend(isFriend: boolean) {
    if (isFriend === this.isFriend) return;
    this.#change({ isFriend });
    if (this.#isUpdating) return;
    if (this.inRoster) this.session.xmpp.rosters.update(this);
    if (isFriend) this.#tellAll();
  }

  /** Whether the contact has been put into the user's roster. */
  get inRoster(): boolean {
    return this.#inRoster;
  }

  /**
   * Puts this contact into the user's roster: with the privilege of XEP-0356 where the server grants it, else see
   * `onAddedToRosterNoPrivilege`.
   */
  async addToRoster(): Promise<void> {
    const isKnown = this.inRoster;
    this.#change({ isFriend: true, inRoster: true });
    await this.session.xmpp.rosters.add(this, isKnown);
    if (!isKnown) this.#tellAll();
  }

  /**
   * Called when the contact could not be written into the user's roster.
   * By default the contact asks the user for a subscription, which clients show as a request.
   */
  async onAddedToRosterNoPrivilege(): Promise<void> {
    this.sendFriendRequest();
  }

  /** Asks the user for their friendship. */
  sendFriendRequest(text = ''): void {
    this.#sendSubscription('subscribe', text);
  }

  /** Accepts the user's request. */
  acceptFriendRequest(text = ''): void {
    this.#sendSubscription('subscribed', text);
    this.#change({ isFriend: true, inRoster: true });
    this.#tellAll();
  }

  /** Refuses the user's request. */
  rejectFriendRequest(text = ''): void {
    this.#sendSubscription('unsubscribed', text);
  }

  /** This contact has removed the user: sends `unsubscribe`, `unsubscribed` and `unavailable`. */
  unsubscribe(): void {
    for (const type of ['unsubscribe', 'unsubscribed', 'unavailable'] as const) {
      this.session.xmpp.send(presence({ ...this.#bareAddress, type }));
    }
    this.#presence = undefined;
    this.#change({ isFriend: false });
  }

  /** Asks the user into a room. XEP-0249. */
  inviteTo(muc: LegacyMUC, options: { readonly reason?: string } = {}): void {
    const address = { from: this.fullJid, to: this.session.user.jid.bare, type: 'normal' } as const;
    this.session.xmpp.send(directInvitation(address, { jid: muc.jid.bare, ...options }));
  }

  /** What the plugin calls the contact's picture, or its hash; `undefined` when there is none. Assign to change it. */
  get avatar(): string | undefined {
    return this.#extras.avatarId;
  }

  set avatar(source: AvatarSource | undefined) {
    this.setAvatar(source).catch((error) => this.session.xmpp.exception(error));
  }

  /**
   * Sets the picture: bytes, a path or a URL; `undefined` for none. It is made small, and stored.
   */
  setAvatar(source: AvatarSource | undefined, options: PictureOptions = {}): Promise<void> {
    return setPicture(this, source, options);
  }

  /** Sets what is known about the contact. Clients show it on request. */
  setVcard(vcard: VCardFacts): void {
    this.#hasFetchedVcard = true;
    if (JSON.stringify(vcard) === JSON.stringify(this.#extras.vcard)) return;
    this.#change({ vcard });
    if (!this.#isUpdating) this.#tellVcard();
  }

  /** What is known about the contact; asks the plugin for it the first time. */
  async getVcard(): Promise<VCardFacts | undefined> {
    if (this.#extras.vcard === undefined && !this.#hasFetchedVcard) {
      this.#hasFetchedVcard = true;
      await this.fetchVcard();
    }
    return this.#extras.vcard;
  }

  /**
   * The ids of the stanzas of this contact up to this one that have not been marked as read, oldest first; all of them
   * when the stanza is not known. They count as marked from now on.
   */
  async getMsgXmppIdUpTo(horizonXmppId: string): Promise<readonly string[]> {
    return (await this.conversation.takeUnread(horizonXmppId)).map(({ xmppId }) => xmppId);
  }

  // What the gateway uses.

  /** Made when there is something to say: most contacts of most users are silent. @internal */
  get conversation(): ContactChat {
    this.#conversation ??= new ContactChat(this.session, this);
    return this.#conversation;
  }

  /** Whether the plugin need not be asked which emoji the user may react with. @internal */
  get takesAllEmojis(): boolean {
    return this.availableEmojis === LegacyContact.prototype.availableEmojis;
  }

  /** @internal */
  get fullJid(): string {
    return `${this.jid.bare}/${this.resource}`;
  }

  /** The SHA-1 hash of the picture. @internal */
  get avatarHash(): string | undefined {
    return this.#extras.avatarHash;
  }

  /** @internal */
  takePicture(hash: string | undefined, id: string | undefined): void {
    const isNews = hash !== this.#extras.avatarHash;
    this.#change({ avatarHash: hash, avatarId: id });
    if (!isNews) return;
    if (this.isFriend) {
      this.#tellAvatar();
      // Clients that know pictures by vCards only are told in the presence.
      if (this.#presence !== undefined && this.#presence.state !== 'offline' && !this.#isUpdating) this.#sendPresence();
    }
    for (const participant of this.participants ?? []) participant.muc.shown.presenceChanged(participant);
  }

  /** @internal */
  protected takePresence(facts: PresenceFacts): void {
    const before = this.#presence;
    this.#presence = facts;
    if (isSamePresence(before, facts)) return;
    // In a room it has changed before it has changed for friends: clients show the room first.
    for (const participant of this.participants ?? []) participant.muc.shown.presenceChanged(participant);
    // RFC 6121 §4.2.2: presence is for those who have subscribed to it.
    if (this.isFriend && !this.#isUpdating) this.#sendPresence();
  }

  /** What is known about the presence. @internal */
  get presence(): PresenceFacts | undefined {
    return this.#presence;
  }

  /** @internal */
  asAuthor(): Author {
    return { jid: this.fullJid, name: this.displayName };
  }

  /** @internal */
  userAsAuthor(): Author {
    const { jid } = this.session.user;
    return { jid: jid.bare, name: jid.local };
  }

  /** @internal */
  envelope(voice: Voice): Envelope {
    const user = this.session.user.jid.bare;
    return voice === 'user'
      ? { from: user, to: this.jid.bare, type: this.mtype }
      : { from: this.fullJid, to: user, type: this.mtype };
  }

  /** @internal */
  protected share(source: FileSource, options: ShareOptions): Promise<SharedFile> {
    return this.session.share(source, options);
  }

  /**
   * Makes it ready for use: with what is stored, and what the plugin knows. Sends what is new.
   * @internal
   */
  async prepare(stored: StoredContact | undefined): Promise<void> {
    if (stored !== undefined) this.#takeStored(stored);
    const caps = this.session.xmpp.caps.of(this);
    this.#caps = caps instanceof Promise ? await caps : caps;
    try {
      await this.updateInfo();
    } finally {
      this.#isUpdating = false;
    }
    const isRenamed = this.name !== stored?.name;
    const hasNewVcard = this.#extras.vcard !== stored?.vcard;
    if (isRenamed && this.#inRoster && stored?.inRoster) this.session.xmpp.rosters.update(this);
    if (this.isFriend) {
      if (this.#presence !== undefined) this.#sendPresence();
      if (isRenamed) this.#tell(eventOf(this.#bareAddress, nickname(this.displayName)));
    }
    if (hasNewVcard) this.#tellVcard();
    if (isRenamed || hasNewVcard || this.isFriend !== stored?.isFriend) this.#change({});
  }

  /** Answers the server that asks on behalf of a client which has come online. @internal */
  sendLastPresence(to: string): void {
    if (!this.isFriend) {
      this.session.xmpp.send(presence({ ...this.#bareAddress, type: 'unsubscribed' }));
      return;
    }
    this.session.xmpp.send(this.#presenceStanza(to, this.#presence ?? { state: 'offline' }));
  }

  /** Takes leave because the gateway stops. Nothing is forgotten. @internal */
  sendGoodbye(): void {
    if (!this.isFriend || this.#presence === undefined || this.#presence.state === 'offline') return;
    this.session.xmpp.send(this.#presenceStanza(this.session.user.jid.bare, { state: 'offline' }));
  }

  /** The user wants to see the presence of this contact. @internal */
  async handleSubscribe(text: string): Promise<void> {
    if (!this.isFriend) return this.onFriendRequest(text);
    this.#sendSubscription('subscribed');
    this.#change({ inRoster: true });
    this.sendLastPresence(this.session.user.jid.bare);
  }

  /** The user lets this contact see theirs. @internal */
  async handleSubscribed(): Promise<void> {
    this.#change({ isFriend: true, inRoster: true });
    await this.onFriendAccept();
  }

  /** The user does not want to see, or be seen, any more. @internal */
  async handleUnsubscribe(type: 'unsubscribe' | 'unsubscribed', text: string): Promise<void> {
    if (type === 'unsubscribe') this.#sendSubscription('unsubscribed');
    if (!this.isFriend) return;
    this.#change({ isFriend: false, inRoster: false });
    await this.onFriendDelete(text);
  }

  /** Tells a client that has come online what it wants to know about this contact. @internal */
  async tellClient(to: JID, nodes: readonly string[]): Promise<void> {
    const address = { from: this.jid.bare, to: to.full };
    for (const event of [
      nodes.includes(NS_NICK) ? eventOf(address, nickname(this.displayName)) : undefined,
      nodes.includes(NS_METADATA) ? await this.#avatarEvent(address) : undefined,
      nodes.includes(VCARD_NODE) && this.#extras.vcard !== undefined ? await this.#vcardEvent(address) : undefined,
    ]) {
      if (event !== undefined) this.#tell(event);
    }
  }

  get #bareAddress(): { from: string; to: string } {
    return { from: this.jid.bare, to: this.session.user.jid.bare };
  }

  #change(change: Partial<StoredContact>): void {
    const { legacyId, jid } = this;
    const before = { name: this.#name, isFriend: this.#isFriend, inRoster: this.#inRoster, ...this.#extras };
    const row = { legacyId, local: jid.local, ...before, ...change };
    this.#take(row);
    this.session.contacts.save(row);
  }

  #take({ name, isFriend, inRoster, avatarHash, avatarId, vcard }: StoredContact): void {
    this.#name = name;
    this.#isFriend = isFriend;
    this.#inRoster = inRoster;
    const isPlain = avatarHash === undefined && avatarId === undefined && vcard === undefined;
    this.#extras = isPlain ? NO_EXTRAS : { avatarHash, avatarId, vcard };
  }

  /** What the constructor has said already is newer than what is stored. */
  #takeStored(stored: StoredContact): void {
    const name = this.#name ?? stored.name;
    const isFriend = this.#isFriend || stored.isFriend;
    this.#take({ ...stored, name, isFriend, vcard: this.#extras.vcard ?? stored.vcard });
  }

  #sendSubscription(type: 'subscribe' | 'subscribed' | 'unsubscribed', text = ''): void {
    this.session.xmpp.send(subscriptionStanza({ ...this.#bareAddress, type }, this.name, text));
  }

  /** Everything that a new friend sees. */
  #tellAll(): void {
    if (this.#isUpdating) return;
    if (this.#presence !== undefined) this.#sendPresence();
    if (this.name !== undefined) this.#tell(eventOf(this.#bareAddress, nickname(this.name)));
    if (this.#extras.avatarHash !== undefined) this.#tellAvatar();
  }

  #tell(event: Element): void {
    this.session.xmpp.send(event);
  }

  #tellAvatar(): void {
    this.#avatarEvent(this.#bareAddress)
      .then((event) => this.#tell(event))
      .catch((error) => this.session.xmpp.exception(error));
  }

  async #avatarEvent(address: { from: string; to: string }): Promise<Element> {
    return eventOf(address, avatarMetadata(await this.session.xmpp.avatars.get(this.avatarHash)));
  }

  #tellVcard(): void {
    if (!this.isFriend) return;
    this.#vcardEvent(this.#bareAddress)
      .then((event) => this.#tell(event))
      .catch((error) => this.session.xmpp.exception(error));
  }

  async #vcardEvent(address: { from: string; to: string }): Promise<Element> {
    return eventOf(address, vcard({ jid: this.jid.bare, nickname: this.name }, this.#extras.vcard));
  }

  #sendPresence(): void {
    if (this.session.isUnregistered) return;
    const facts = this.#presence as PresenceFacts;
    this.session.xmpp.send(this.#presenceStanza(this.session.user.jid.bare, facts));
  }

  #presenceStanza(to: string, facts: PresenceFacts): Element {
    const { clock, config } = this.session.xmpp;
    const shown =
      config.lastSeenFallback && facts.lastSeen !== undefined
        ? { ...facts, status: statusWithLastSeen(facts.status, facts.lastSeen, clock.now()) }
        : facts;
    const caps = this.#caps === undefined ? [] : [this.#caps];
    const picture = vcardUpdate.build({ photo: this.#extras.avatarHash ?? '' });
    return presenceStanza({ from: this.fullJid, to }, shown, ...caps, picture);
  }
}

// In an interface, so that a getter may override what is otherwise a value: TypeScript allows both of these only.
export interface LegacyContact extends Abilities {}

// A user has many contacts, and most of them are alike: what all have stands here once.
Object.assign(LegacyContact.prototype, {
  resource: 'slipway',
  mtype: 'chat',
  isGroup: false,
  ...ALL_ABILITIES,
  clientType: 'pc',
} satisfies Partial<LegacyContact>);
