/** Somebody in a room. */

import type { Affiliation, Role } from '../../xep/0045-muc.ts';
import type { NoticeOptions } from '../actor.ts';
import type { SharedFile, ShareOptions } from '../attachment/files.ts';
import type { FileSource } from '../attachment/source.ts';
import type { LegacyContact } from '../contact.ts';
import type { Author, Conversation } from '../conversation.ts';
import type { Envelope } from '../outgoing/envelope.ts';
import { isSamePresence, type PresenceFacts } from '../outgoing/presence.ts';
import type { OccupantFacts } from '../outgoing/room.ts';
import { Present } from '../present.ts';
import { safeNick } from './nick.ts';
import { OccupantVoice } from './occupant-voice.ts';
import type { LegacyMUC } from './room.ts';

/** A tag beside somebody's name, such as "Teacher". XEP-0317. */
export interface Hat {
  /** What tells it from others. */
  readonly uri: string;
  /** What people see. */
  readonly title: string;
}

/** Who a participant is. */
export interface Identity {
  readonly nickname: string;
  /** What stays the same over renames and restarts: the id on the network, where there is one. */
  readonly key: string;
  readonly contact?: LegacyContact | undefined;
  readonly isUser?: boolean;
  /** The room itself. */
  readonly isSystem?: boolean;
  /** Not in the room. */
  readonly isOutside?: boolean;
}

/**
 * Never make one yourself: `muc.getParticipant(nickname)`, `muc.getParticipantByContact(contact)` and the like give the
 * one object that stands for somebody in a room.
 *
 * Its verbs are those of contacts, said in the room. Who is a contact is there when the contact is, unless `online` and the
 * like were called here. Receipts there are none: `received` and `ack` do nothing.
 */
export class LegacyParticipant extends Present {
  /** The room. */
  readonly muc: LegacyMUC;
  /** The contact that this is, if it is known who it is. */
  readonly contact: LegacyContact | undefined;
  /** Whether this is the user. */
  readonly isUser: boolean;
  /** Whether this is the room itself. */
  readonly isSystem: boolean;
  /** Speaks without being in the room. @internal */
  readonly isOutside: boolean;
  /** See `Identity`. @internal */
  readonly key: string;
  /** What tells participants apart, whatever they are called. XEP-0421. */
  readonly occupantId: string;
  /** Whether the user's clients have been told that this participant is there. @internal */
  isAnnounced = false;

  #nickname: string;
  /** The resource of the JID: the nickname, or what comes near it. */
  #resource: string;
  #isExact: boolean;
  #role: Role = 'participant';
  #affiliation: Affiliation = 'member';
  #hats: readonly Hat[] = [];
  /** What was said of this participant; else the contact's counts. */
  #presence: PresenceFacts | undefined;
  #conversation: Conversation | undefined;

  /** Subclasses pass the arguments on. */
  constructor(muc: LegacyMUC, identity: Identity) {
    const { nickname, key, contact, isUser = false, isSystem = false, isOutside = false } = identity;
    super();
    this.muc = muc;
    this.key = key;
    this.contact = contact;
    this.isUser = isUser;
    this.isSystem = isSystem;
    this.isOutside = isOutside;
    this.occupantId = muc.occupantIdFor(key);
    this.#nickname = nickname;
    const safe = safeNick(nickname, contact?.jid.local ?? key);
    this.#resource = safe.resource;
    this.#isExact = safe.isExact;
  }

  // What a plugin uses.

  /** What they are called in the room. Assign to change it. */
  get nickname(): string {
    return this.#nickname;
  }

  set nickname(nickname: string) {
    this.muc.renameParticipant(this, nickname);
  }

  /** What they may do now. Assign to change it; `none` is what somebody has who is not there. */
  get role(): Role {
    return this.#role;
  }

  set role(role: Role) {
    this.setStanding({ role });
  }

  /** Their lasting relation to the room. Assign to change it; `outcast` is what somebody has who is banned. */
  get affiliation(): Affiliation {
    return this.#affiliation;
  }

  set affiliation(affiliation: Affiliation) {
    this.setStanding({ affiliation });
  }

  /** Changes role and affiliation at once: clients are told of both together. */
  setStanding(standing: { readonly role?: Role; readonly affiliation?: Affiliation }): void {
    const { role = this.#role, affiliation = this.#affiliation } = standing;
    if (role === this.#role && affiliation === this.#affiliation) return;
    this.standAs({ role, affiliation });
    this.muc.shown.standingChanged(this);
  }

  /** Puts tags beside the name, in the place of earlier ones. */
  setHats(hats: readonly Hat[]): void {
    if (JSON.stringify(hats) === JSON.stringify(this.#hats)) return;
    this.#hats = hats;
    this.muc.shown.presenceChanged(this);
  }

  /** Has left the room. */
  leave(): void {
    this.muc.removeParticipant(this);
  }

  /** Was removed from the room. */
  kick(reason?: string): void {
    this.muc.removeParticipant(this, { kick: true, reason });
  }

  /** Was removed for good. */
  ban(reason?: string): void {
    this.muc.removeParticipant(this, { ban: true, reason });
  }

  /** Has taken back a message of somebody, as a moderator. XEP-0425. */
  moderate(legacyMsgId: string, reason?: string): void {
    this.muc.conversation.moderate(this, legacyMsgId, reason);
  }

  /** Has set the subject of the room. */
  setRoomSubject(subject: string, options: { readonly when?: Date } = {}): void {
    this.muc.changeSubject(subject, this, options.when);
  }

  override received(_legacyMsgId: string): void {}
  override ack(_legacyMsgId: string): void {}

  override displayed(legacyMsgId: string, options: NoticeOptions = {}): void {
    super.displayed(legacyMsgId, options);
    if (this.isUser && !options.archiveOnly) this.muc.userHasRead(legacyMsgId);
  }

  /**
   * The contact that this is. Override it where everybody in a room can be one, but need not be until the user wants to
   * do something about them. Default: `contact`.
   */
  async getContact(): Promise<LegacyContact | undefined> {
    return this.contact;
  }

  // What the gateway uses.

  /** `room/nickname`; the room's own JID for the room itself. @internal */
  get jid(): string {
    return this.isSystem ? this.muc.jid.bare : `${this.muc.jid.bare}/${this.#resource}`;
  }

  /** @internal */
  get resource(): string {
    return this.#resource;
  }

  /** What is known about their presence. @internal */
  get presence(): PresenceFacts {
    return this.#presence ?? this.contact?.presence ?? { state: 'online' };
  }

  /** Counts from now on, whatever the contact does. @internal */
  protected takePresence(facts: PresenceFacts): void {
    const before = this.presence;
    this.#presence = facts;
    if (!isSamePresence(before, facts)) this.muc.shown.presenceChanged(this);
  }

  /** @internal */
  get facts(): OccupantFacts {
    const { muc, contact } = this;
    return {
      jid: this.jid,
      affiliation: this.#affiliation,
      role: this.#role,
      realJid: muc.isAnonymous ? undefined : this.isUser ? muc.session.user.jid.bare : contact?.fullJid,
      occupantId: this.occupantId,
      nickname: this.#isExact ? undefined : this.#nickname,
      hats: this.#hats.map((hat) => ({ ...hat, payloads: [] })),
      avatarHash: muc.isAnonymous || contact === undefined ? undefined : (contact.avatarHash ?? ''),
    };
  }

  /** Takes a new name; the room tells. @internal */
  takeName(nickname: string, resource: string, isExact: boolean): void {
    this.#nickname = nickname;
    this.#resource = resource;
    this.#isExact = isExact;
  }

  /** What they are when they come back after having been away: nothing is told. @internal */
  standAs(standing: { readonly role?: Role; readonly affiliation?: Affiliation }): void {
    this.#role = standing.role ?? this.#role;
    this.#affiliation = standing.affiliation ?? this.#affiliation;
  }

  /** @internal */
  asAuthor(): Author {
    return { jid: this.jid, name: this.#nickname };
  }

  /** @internal */
  protected userAsAuthor(): Author {
    return this.muc.userParticipant.asAuthor();
  }

  /** @internal */
  protected envelope(): Envelope {
    return { from: this.jid, type: 'groupchat' };
  }

  /** @internal */
  protected share(source: FileSource, options: ShareOptions): Promise<SharedFile> {
    return this.muc.session.share(source, options);
  }

  /** Made when somebody first says something: rooms may have many who never do. @internal */
  protected get conversation(): Conversation {
    this.#conversation ??= new OccupantVoice(this);
    return this.#conversation;
  }
}
