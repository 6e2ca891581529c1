/** One user's presence on the foreign network. */

import type { Element, Show } from '../stanza/index.ts';
import type { Fetched } from './attachment/fetch.ts';
import type { SharedFile, ShareOptions } from './attachment/files.ts';
import type { FileSource } from './attachment/source.ts';
import { Clients, mergedPresence, type ResourcePresence } from './clients.ts';
import type { SearchResult } from './command/command.ts';
import type { FormValues } from './command/form.ts';
import type { LegacyContact } from './contact.ts';
import { XmppError } from './errors.ts';
import type { BaseGateway } from './gateway.ts';
import type { LegacyBookmarks } from './muc/bookmarks.ts';
import type { Mention } from './muc/mentions.ts';
import type { LegacyParticipant } from './muc/participant.ts';
import type { LegacyMUC } from './muc/room.ts';
import type { LinkPreview } from './outgoing/link-preview.ts';
import { presenceStanza } from './outgoing/presence.ts';
import { Readiness } from './readiness.ts';
import type { LegacyRoster } from './roster.ts';
import { Sent } from './sent.ts';
import { Lanes } from './serial.ts';
import type { StoredUser } from './store/users.ts';
import type { LegacyModuleData, Preferences, User } from './user.ts';

/** To whom, or where, the user has written. */
export type Recipient<C extends LegacyContact = LegacyContact, M extends LegacyMUC = LegacyMUC> = C | M;

/** What hooks learn of something that the user does, besides what it is. */
export interface EventOptions {
  /**
   * The same when the gateway, after a crash, does not know whether the plugin has done this already, and asks again:
   * for networks that recognise what they have taken before. See `BaseSession.idempotentSends`.
   */
  readonly idempotencyKey: string;
}

/** What a message of the user answers, and where. */
export interface ReplyOptions<C extends LegacyContact = LegacyContact> extends EventOptions {
  /** The message that is answered. */
  readonly replyToMsgId?: string | undefined;
  /** What the user's client quoted of it. */
  readonly replyToFallbackText?: string | undefined;
  /** Who wrote it; nobody when it was the user. */
  readonly replyTo?: C | LegacyParticipant | undefined;
  /** The thread on the network: see `createThread` of contacts and rooms. */
  readonly thread?: string | undefined;
}

/** What `sendText` learns besides the text. */
export interface SendTextOptions<C extends LegacyContact = LegacyContact> extends ReplyOptions<C> {
  /** In rooms: where the text names other participants, by nickname or as the client marked it. See `replaceMentions`. */
  readonly mentions?: readonly Mention<LegacyParticipant>[] | undefined;
  /** What the user's client knows about pages that the text links to. */
  readonly linkPreviews?: readonly LinkPreview[] | undefined;
}

/** What `sendFile` learns besides the address of the file. */
export interface SendFileOptions<C extends LegacyContact = LegacyContact> extends ReplyOptions<C> {
  /** The file as its server answers, within the limits of the configuration. Read `body`, or destroy it. */
  readonly httpResponse: Fetched;
  /** What the user's client says about it; a name that it does not say is taken from the address. */
  readonly fileName?: string | undefined;
  /** The media type: what the client says, else what the server of the file says. */
  readonly contentType?: string | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
  /** A text that came with it. */
  readonly caption?: string | undefined;
}

/** A small picture that a client sent as a message of its own. */
export interface Sticker {
  /** The picture. */
  readonly data: Uint8Array;
  /** Its media type, such as `image/webp`. */
  readonly contentType: string;
  /** What names it: its content id (XEP-0231). */
  readonly cid: string;
}

/**
 * Subclass it and implement what the network can do: every method below that is marked optional is a capability. What
 * a plugin does not implement is neither advertised to clients nor accepted from them.
 *
 * @typeParam C the plugin's own class of contacts, if it has one.
 * @typeParam M the plugin's own class of rooms, if it has one.
 */
export abstract class BaseSession<C extends LegacyContact = LegacyContact, M extends LegacyMUC = LegacyMUC> {
  /** The gateway: the one object for all sessions. */
  readonly xmpp: BaseGateway;
  /** The user's contacts on the network. */
  readonly contacts: LegacyRoster<C>;
  /** The user's groups on the network. */
  readonly bookmarks: LegacyBookmarks<M>;
  /** Which stanzas of the user became which messages of the network, and the other way round. */
  readonly sent: Sent;
  /** Whether the id of a message is also the id of the thread that it begins. Override with `true` where it is so. */
  readonly messageIdsAreThreadIds: boolean = false;

  /**
   * Whether the same event may be given to a hook twice and is done once: the plugin passes on `idempotencyKey`, and the
   * network, or the plugin itself, recognises it. Override with `true` where it is so. Otherwise what was being sent when
   * the gateway was killed is not sent again: its sender is told that it may or may not have arrived.
   */
  readonly idempotentSends: boolean = false;

  /** The key of the user in the store. @internal */
  readonly userId: number;
  /** Keeps what the user sends to one chat in order. @internal */
  readonly lanes = new Lanes();
  /** What the user has sent and the plugin has not answered yet. @internal */
  waiting = 0;
  /** Whether the user moves to another process: nothing more begins here. @internal */
  isLeaving = false;
  /** The user is no user any more. What a plugin says to them yet is dropped: it may be on its way still. @internal */
  isUnregistered = false;
  /** How much was dropped so. @internal */
  saidInVain = 0;
  /** Called when nothing waits any more. @internal */
  onIdle: (() => void) | undefined;
  /** @internal */
  readonly clients: Clients;
  /** @internal */
  readonly readiness: Readiness;

  #user: User;
  #status: { status: string | undefined; show: Show | undefined } = { status: undefined, show: undefined };

  /** Called by the gateway; subclasses pass the arguments on. */
  constructor(user: StoredUser, xmpp: BaseGateway) {
    this.#user = user;
    this.userId = user.id;
    this.xmpp = xmpp;
    this.contacts = xmpp.makeRoster(this) as LegacyRoster<C>;
    this.bookmarks = xmpp.makeBookmarks(this) as LegacyBookmarks<M>;
    this.sent = new Sent(xmpp.store.messageIds, user.id);
    this.clients = new Clients(xmpp.clientCaps);
    this.readiness = new Readiness(xmpp.clock);
  }

  // What a plugin implements.

  /**
   * Logs in to the network. Called when the user has registered, and when the gateway starts. Return once the user is
   * logged in; what listens for events goes on by itself.
   * @returns the status text of the gateway, such as `Connected as juliet`.
   * @throws XmppError its text is shown to the user. When its type is `wait`, as for `remote-server-timeout`, or when
   *   something else is thrown, it is tried again later; otherwise the user must do something first.
   */
  abstract login(): Promise<string | undefined> | Promise<void>;

  /** Logs out. Called when the user unregisters, and when the gateway stops. */
  async logout(): Promise<void> {}

  /**
   * The user has written a text.
   * @returns the id of the message on the network, needed for receipts, markers, corrections and reactions.
   */
  sendText?(
    chat: Recipient<C, M>,
    text: string,
    options: SendTextOptions<C>,
  ): Promise<string | undefined> | Promise<void>;

  /**
   * The user has sent a file; it is at `url`, and `options.httpResponse` has it already.
   * @returns the id of the message on the network.
   */
  sendFile?(
    chat: Recipient<C, M>,
    url: string,
    options: SendFileOptions<C>,
  ): Promise<string | undefined> | Promise<void>;

  /** The user has sent a small picture as a message of its own. @returns the id of the message on the network. */
  onSticker?(
    chat: Recipient<C, M>,
    sticker: Sticker,
    options: ReplyOptions<C>,
  ): Promise<string | undefined> | Promise<void>;

  /** The user has the chat open. */
  active?(chat: Recipient<C, M>, thread?: string): Promise<void>;
  /** The user is typing. */
  composing?(chat: Recipient<C, M>, thread?: string): Promise<void>;
  /** The user has stopped typing. */
  paused?(chat: Recipient<C, M>, thread?: string): Promise<void>;
  /** The user has not looked at the chat for a while. */
  inactive?(chat: Recipient<C, M>, thread?: string): Promise<void>;
  /** The user has read everything up to this message; with `markAllMessages`, this message. */
  displayed?(chat: Recipient<C, M>, legacyMsgId: string, thread?: string): Promise<void>;

  /** The user has changed a message. @returns the id of the new version, if the network gives it one. */
  correct?(
    chat: Recipient<C, M>,
    text: string,
    legacyMsgId: string,
    thread?: string,
    options?: Pick<SendTextOptions<C>, 'linkPreviews' | 'mentions' | 'idempotencyKey'>,
  ): Promise<string | undefined> | Promise<void>;

  /** The user puts these emoji to a message, in the place of earlier ones; none takes them back. */
  react?(
    chat: Recipient<C, M>,
    legacyMsgId: string,
    emojis: readonly string[],
    thread?: string,
    options?: EventOptions,
  ): Promise<void>;

  /** The user takes a message back. */
  retract?(chat: Recipient<C, M>, legacyMsgId: string, thread?: string, options?: EventOptions): Promise<void>;

  /** The user looks for somebody, by `BaseGateway.searchFields`. @returns nothing when nobody was found. */
  search?(values: FormValues): Promise<SearchResult | undefined>;

  /** The user takes back a message of somebody else, as a moderator of the room. XEP-0425. */
  onModerate?(muc: M, legacyMsgId: string, reason: string | undefined): Promise<void>;

  /** The user makes a group with these contacts. @returns its id on the network. */
  onCreateGroup?(name: string, contacts: readonly C[]): Promise<string>;

  /** The user asks a contact into a room. */
  onInvitation?(contact: C, muc: M, reason: string | undefined): Promise<void>;

  /** The user leaves a group for good. */
  onLeaveGroup?(mucLegacyId: string): Promise<void>;

  /** The user would like to see the presence of a contact. The contact's own `onFriendRequest` follows. */
  onSubscribe?(stanza: Element): Promise<void>;

  /** The user lets a contact see theirs. The contact's own `onFriendAccept` follows. */
  onSubscribed?(stanza: Element): Promise<void>;

  /**
   * A client of the user has come, gone, or changed its state. Called when the user likes the network to know.
   * @param resource of the client whose state has changed.
   * @param show `undefined` for simply online, `unavailable` when it has gone.
   * @param resources all clients that are there.
   * @param merged what they say together; `undefined` when none is there.
   */
  onPresence?(
    resource: string,
    show: Show | 'unavailable' | undefined,
    status: string,
    resources: Readonly<Record<string, ResourcePresence>>,
    merged: ResourcePresence | undefined,
  ): Promise<void>;

  /** The user has a new picture, or none any more. Called when the user likes the network to know. */
  onAvatar?(
    bytes: Uint8Array | undefined,
    hash: string | undefined,
    type: string | undefined,
    width: number | undefined,
    height: number | undefined,
  ): Promise<void>;

  /** The user has changed preferences. */
  onPreferences?(previous: Preferences, next: Preferences): Promise<void>;

  /** The stanza id for a message of the network. Default: the same. */
  legacyMsgIdToXmppMsgId(legacyMsgId: string): string {
    return legacyMsgId;
  }

  /** The id on the network for a stanza that is not known to have carried a message. Default: the same. */
  xmppMsgIdToLegacyMsgId(xmppMsgId: string): string {
    return xmppMsgId;
  }

  // What a plugin calls.

  /** The user whose session this is. Another object when data or preferences have changed. */
  get user(): User {
    return this.#user;
  }

  /** Keeps other data in `user.legacyModuleData`, in the place of what was there. */
  async saveLegacyModuleData(legacyModuleData: LegacyModuleData): Promise<void> {
    this.#user = await this.xmpp.store.users.save({ ...this.#user, legacyModuleData });
  }

  /** Whether the session on the network is up. */
  get logged(): boolean {
    return this.readiness.logged;
  }

  /**
   * Resolves when the user is logged in and the contacts are there.
   * @param timeout seconds.
   * @throws XmppError `recipient-unavailable` when that takes longer, or the login has failed.
   */
  async waitForReady(timeout = 10): Promise<void> {
    if (!(await this.readiness.wait(timeout * 1000))) {
      throw new XmppError('recipient-unavailable', 'You are not logged in to the network. Please try again later.');
    }
  }

  /**
   * Says that the connection to the network was lost. The user sees that, and `login` is called again after a while:
   * after seconds first, later after minutes. With an XmppError whose type is not `wait`, as for `not-authorized`, that
   * waits until the user has done something about it.
   */
  connectionLost(
    reason: unknown = new XmppError('remote-server-timeout', 'The connection to the network was lost.'),
  ): void {
    this.xmpp.sessions.lost(this, reason);
  }

  /** Logs out and in again. */
  async reLogin(): Promise<void> {
    await this.xmpp.sessions.logout(this);
    await this.xmpp.sessions.login(this);
  }

  /** Writes to the user, in the name of the gateway. */
  sendGatewayMessage(text: string): void {
    this.xmpp.sendText(text, { to: this.user.jid });
  }

  /** Shows the user how the gateway is doing. `dnd` is for "not fully functional". */
  sendGatewayStatus(status?: string, show?: Show): void {
    this.#status = { status, show };
    this.sendLastStatus();
  }

  /** Asks the user something in the chat with the gateway. Resolves with the next message there. */
  input(text: string): Promise<string> {
    return this.xmpp.input(this.user.jid, text);
  }

  /** Sends the user a text as a QR code, in the name of the gateway. */
  sendQr(text: string): Promise<string | undefined> {
    return this.xmpp.sendQr(text, { to: this.user.jid });
  }

  /** The session of whoever sent a stanza. @throws XmppError `registration-required`. */
  static fromStanza(stanza: Element, xmpp: BaseGateway): BaseSession {
    return xmpp.getSessionFromStanza(stanza);
  }

  /** Uploads a file for the user. @internal */
  share(source: FileSource, options: ShareOptions): Promise<SharedFile> {
    return this.xmpp.files.share(this.userId, source, options, this.xmpp.uploadRequester(this.user.jid));
  }

  /** Whether the user may be told something; counts what they are not. @internal */
  isHeard(): boolean {
    if (this.isUnregistered) this.saidInVain++;
    return !this.isUnregistered;
  }

  /** @internal */
  async setPreferences(preferences: Preferences): Promise<void> {
    this.#user = await this.xmpp.store.users.save({ ...this.#user, preferences });
  }

  /** A client of the user has come, gone, or changed its state: tells the plugin, if it is to know. @internal */
  async clientChanged(resource: string): Promise<void> {
    if (this.onPresence === undefined || this.user.preferences.syncPresence !== true || !this.logged) return;
    const { resources } = this.clients;
    const changed = resources[resource];
    const show = changed === undefined ? 'unavailable' : changed.show;
    await this.onPresence(resource, show, changed?.status ?? '', resources, mergedPresence(resources));
  }

  /** @internal */
  sendLastStatus(to = this.user.jid.bare): void {
    const { status, show } = this.#status;
    const facts = { state: show ?? ('online' as const), status };
    this.xmpp.send(presenceStanza({ from: this.xmpp.jid, to }, facts, this.xmpp.ownCaps));
  }
}
