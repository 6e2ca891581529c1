/** The conversation of one user in one chat, with a contact or in a room: ids on both sides, order, threads. */

import { type IdLookup, Ordered, type Referred, type Voice } from './conversation.ts';
import type { BaseSession } from './session.ts';
import type { Pair } from './store/turn.ts';

/** A message of the network on its way out. */
export interface Carried {
  readonly legacyId: string;
  readonly voice: Voice;
  /** One of several stanzas, beside the one that has the id of the message. */
  readonly isPart: boolean;
}

/** @typeParam V who says something: see `Ordered`. */
export abstract class Chat<V> extends Ordered<V> implements IdLookup {
  protected readonly session: BaseSession;
  /** Ids need be unique only within a chat: this is its localpart. */
  protected readonly local: string;
  readonly #jid: string;
  /** What stanzas will carry that are being made, by their ids; several times when it is said several times. */
  readonly #carried = new Map<string, Carried[]>();

  constructor(session: BaseSession, local: string) {
    super();
    this.session = session;
    this.local = local;
    this.#jid = `${local}@${session.xmpp.jid}`;
  }

  get delayedBy(): string {
    return this.session.xmpp.jid;
  }

  newId(): string {
    return this.session.xmpp.newId();
  }

  idFor(legacyMsgId: string, voice: Voice): string {
    const xmppId = this.session.legacyMsgIdToXmppMsgId(legacyMsgId);
    this.#carry(xmppId, { legacyId: legacyMsgId, voice, isPart: false });
    const { user, xmpp } = this.session;
    xmpp.watch.say(user.jid.bare, this.#jid, xmppId, legacyMsgId);
    return xmppId;
  }

  delay(when: Date | undefined): Date | undefined {
    if (when === undefined) return undefined;
    const { clock, config } = this.session.xmpp;
    return clock.now() - when.getTime() < config.ignoreDelayThreshold * 1000 ? undefined : when;
  }

  /** Remembers that the user's stanza `xmppId` became the message `legacyMsgId`. */
  userSent(xmppId: string, legacyMsgId: string): void {
    this.remember(xmppId, legacyMsgId, true);
  }

  partSent(stanzaId: string, legacyMsgId: string, voice: Voice): void {
    this.#carry(stanzaId, { legacyId: legacyMsgId, voice, isPart: true });
  }

  isSent(legacyMsgId: string, voice: Voice): Promise<boolean> {
    if (voice === 'archive') return Promise.resolve(false);
    const xmppId = this.session.legacyMsgIdToXmppMsgId(legacyMsgId);
    return this.#store.messageIds.isSent(this.session.userId, this.local, xmppId, voice === 'user');
  }

  /** What the stanza with this id carries. */
  protected takeCarried(stanzaId: string | undefined): Carried | undefined {
    const carried = stanzaId === undefined ? undefined : this.#carried.get(stanzaId);
    if (carried === undefined) return undefined;
    const first = carried.shift();
    if (carried.length === 0) this.#carried.delete(stanzaId as string);
    return first;
  }

  /**
   * Remembers what a stanza carries, together with the stanza.
   * @returns what to send it with; `undefined` when it must not be sent, since it is on its way already.
   */
  protected noted(stanzaId: string, { legacyId, voice, isPart }: Carried): Pair | undefined {
    const sending = voice === 'archive' ? 'no' : isPart ? 'always' : 'once';
    const pair = { xmppId: stanzaId, legacyId, fromUser: voice === 'user', sending } as const;
    return this.#store.journal.note({ userId: this.session.userId, chat: this.local, ...pair });
  }

  #carry(stanzaId: string, carried: Carried): void {
    const known = this.#carried.get(stanzaId);
    if (known === undefined) this.#carried.set(stanzaId, [carried]);
    else known.push(carried);
  }

  async takeParts(legacyMsgId: string): Promise<readonly string[]> {
    const main = this.session.legacyMsgIdToXmppMsgId(legacyMsgId);
    const parts = (await this.stanzaIdsOf(legacyMsgId)).filter((id) => id !== main);
    await this.#store.messageIds.remove(this.session.userId, this.local, parts);
    return parts;
  }

  async stanzaIdOf(legacyMsgId: string): Promise<string> {
    const main = this.session.legacyMsgIdToXmppMsgId(legacyMsgId);
    const known = await this.stanzaIdsOf(legacyMsgId);
    // Of a message in several stanzas the one with its own id is meant; the user's have ids of the user's client.
    return known.includes(main) ? main : (known.at(-1) ?? main);
  }

  messageIdOf(legacyMsgId: string): Promise<string> {
    return this.stanzaIdOf(legacyMsgId);
  }

  stanzaIdsOf(legacyMsgId: string): Promise<readonly string[]> {
    return this.#store.messageIds.xmppIds(this.session.userId, this.local, legacyMsgId);
  }

  /** The message that a stanza carried, by whoever wrote it, or by the one given; `undefined` when it is not known. */
  knownLegacyIdOf(xmppId: string, by?: 'user' | 'other'): Promise<string | undefined> {
    return this.#store.messageIds.legacyId(this.session.userId, this.local, xmppId, by);
  }

  /** As `knownLegacyIdOf`, or what the session's converter makes of the id. */
  async legacyIdOf(xmppId: string, by?: 'user' | 'other'): Promise<string> {
    return (await this.knownLegacyIdOf(xmppId, by)) ?? this.session.xmppMsgIdToLegacyMsgId(xmppId);
  }

  /** The contact's messages up to this stanza that the network has not been told are read; told from now on. */
  takeUnread(xmppId: string): Promise<{ xmppId: string; legacyId: string }[]> {
    return this.#store.messageIds.takeUnread(this.session.userId, this.local, xmppId);
  }

  abstract referred(legacyMsgId: string): Promise<Referred>;

  async threadOf(legacyThread: string | undefined): Promise<string | undefined> {
    if (legacyThread === undefined) return undefined;
    if (this.session.messageIdsAreThreadIds) return this.stanzaIdOf(legacyThread);
    return (await this.#store.threads.xmppThread(this.session.userId, this.local, legacyThread)) ?? legacyThread;
  }

  /**
   * The network's thread for one of the user's client.
   * @param create makes it on the network; called once for each thread.
   */
  async legacyThreadOf(
    xmppThread: string | undefined,
    create: (xmppThread: string) => Promise<string>,
  ): Promise<string | undefined> {
    if (xmppThread === undefined) return undefined;
    if (this.session.messageIdsAreThreadIds) return this.legacyIdOf(xmppThread);
    const { userId } = this.session;
    const { threads } = this.#store;
    // A thread of the network that came here under its own name goes back under it.
    const known = await threads.legacyThread(userId, this.local, xmppThread);
    if (known !== undefined) return known;
    const created = await create(xmppThread);
    await threads.add(userId, this.local, xmppThread, created);
    return created;
  }

  get #store() {
    return this.session.xmpp.store;
  }

  protected remember(xmppId: string, legacyId: string, fromUser: boolean): void {
    this.#store.messageIds.add(this.session.userId, this.local, { xmppId, legacyId, fromUser });
  }

  protected get ids(): IdLookup {
    return this;
  }

  protected failed(error: unknown): void {
    this.session.xmpp.exception(error);
  }
}
