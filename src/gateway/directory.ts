/** One object for each id: what a user's contacts and a user's rooms have in common. */

import { type Element, JID, JidError } from '../stanza/index.ts';
import { escapeLocal, unescapeLocal } from '../xep/0106-jid-escaping.ts';
import { LimitError, XmppError } from './errors.ts';
import { nextTurn } from './serial.ts';
import type { BaseSession } from './session.ts';

/** What is found in a directory. */
export interface Entry<S> {
  readonly jid: JID;
  readonly legacyId: string;
  /** Makes it ready for use, with what is stored of it. */
  prepare(stored: S | undefined): Promise<void>;
}

/** What is stored of it. */
export interface StoredEntry {
  readonly legacyId: string;
}

/** More are not made because a client asks for them; the plugin may make any number. */
const MAX_ENTRIES = 20_000;

/**
 * Gives the one object that stands for something on the network, by its id there or by its JID, and makes it when it is
 * first asked for. Writes what changes to the store.
 */
export abstract class Directory<E extends Entry<S>, S extends StoredEntry> {
  readonly session: BaseSession;
  /** By id: a promise while the information is not there yet. */
  readonly #entries = new Map<string, E | Promise<E>>();
  /** Those whose localpart is not their id. */
  readonly #byLocal = new Map<string, E>();
  /** What the store knows, until an object takes it. */
  #stored: Promise<Map<string, S>> | undefined;
  /** What is to be written at the end of this turn. */
  #changed = new Map<string, S>();
  #writing: Promise<void> | undefined;
  #isGone = false;
  /** The id of the one whose constructor runs. */
  #making: string | undefined;

  constructor(session: BaseSession) {
    this.session = session;
  }

  /** What is found here, for error texts: `contact`. */
  protected abstract readonly kind: string;
  protected abstract create(legacyId: string, jidUsername: string, args: readonly unknown[]): E;
  protected abstract loadStored(): Promise<S[]>;
  protected abstract writeStored(rows: readonly S[]): Promise<void>;

  /** The localpart for an id of the network. Default: the id, escaped as of XEP-0106. */
  async legacyIdToJidUsername(legacyId: string): Promise<string> {
    try {
      return escapeLocal(legacyId);
    } catch (error) {
      throw new XmppError('item-not-found', (error as Error).message);
    }
  }

  /**
   * The id on the network for a localpart; `legacyIdToJidUsername` backwards.
   * Throw an XmppError such as `item-not-found` when there can be none: it is what the sender gets.
   */
  async jidUsernameToLegacyId(jidUsername: string): Promise<string> {
    return unescapeLocal(jidUsername);
  }

  /**
   * The one with this id on the network. Look-ups at the same time give the same object, and one `updateInfo`.
   * @param args passed on to the constructor when it is made.
   */
  async byLegacyId(legacyId: string, ...args: unknown[]): Promise<E> {
    return this.#entries.get(legacyId) ?? this.#find(legacyId, undefined, args);
  }

  /** The one with this JID, whatever its resource. @throws XmppError when there can be none. */
  async byJid(jid: JID | string): Promise<E> {
    const parsed = typeof jid === 'string' ? JID.tryParse(jid) : jid;
    if (parsed === undefined) throw new XmppError('jid-malformed', 'This is not an XMPP address.');
    const { local, domain } = parsed;
    if (local === '' || domain !== this.session.xmpp.jid) {
      throw new XmppError('item-not-found', `This is not the address of a ${this.kind}.`);
    }
    const known = this.ifKnownLocal(local);
    if (known !== undefined) return known;
    const legacyId = await this.jidUsernameToLegacyId(local);
    await this.#countNew(legacyId);
    const entry = await this.#find(legacyId, local, []);
    this.#mustHave(entry, local);
    return entry;
  }

  /** The one to whom a stanza is addressed. */
  byStanza(stanza: Element): Promise<E> {
    return this.byJid(stanza.attrs.to ?? '');
  }

  /** All that are in use. */
  *[Symbol.iterator](): IterableIterator<E> {
    for (const entry of this.#entries.values()) if (!(entry instanceof Promise)) yield entry;
  }

  // What the gateway uses.

  /** The one with this id, if it is in use. @internal */
  ifKnown(legacyId: string): E | undefined {
    const entry = this.#entries.get(legacyId);
    return entry instanceof Promise ? undefined : entry;
  }

  /** The one with this localpart, if it is in use. @internal */
  ifKnownLocal(local: string): E | undefined {
    const entry = this.#byLocal.get(local) ?? this.ifKnown(local);
    return entry?.jid.local === local ? entry : undefined;
  }

  /** Writes it to the store at the end of this turn, together with others. @internal */
  save(row: S): void {
    // What a constructor says is not all there is to say: `prepare` puts it together with what is stored.
    if (this.#isGone || row.legacyId === this.#making) return;
    this.#changed.set(row.legacyId, row);
    this.#writing ??= nextTurn().then(() => this.#write());
  }

  /** Writes nothing any more: the user is gone. @internal */
  stopSaving(): void {
    this.#isGone = true;
    this.#changed.clear();
  }

  /** Resolves when everything is written. @internal */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Forgets one; what is stored of it is the caller's to remove. */
  protected forget(entry: E): void {
    this.#entries.delete(entry.legacyId);
    this.#byLocal.delete(entry.jid.local);
    this.#changed.delete(entry.legacyId);
  }

  /** What is stored and not in use. */
  protected storedRows(): Promise<Map<string, S>> {
    if (this.#stored === undefined) {
      const loading = this.loadStored().then((rows) => new Map(rows.map((row) => [row.legacyId, row])));
      this.#stored = loading;
      // The database may have been away for a moment.
      loading.catch(() => {
        this.#stored = undefined;
      });
    }
    return this.#stored;
  }

  async #write(): Promise<void> {
    const rows = [...this.#changed.values()];
    this.#changed = new Map();
    try {
      if (rows.length > 0) await this.writeStored(rows);
    } catch (error) {
      this.session.xmpp.exception(error);
    }
    this.#writing = this.#changed.size === 0 ? undefined : this.#write();
  }

  #find(legacyId: string, local: string | undefined, args: readonly unknown[]): E | Promise<E> {
    const known = this.#entries.get(legacyId);
    if (known !== undefined) return known;
    const making = this.#make(legacyId, local, args);
    this.#entries.set(legacyId, making);
    // What could not be made is tried again next time.
    making.catch(() => this.#entries.delete(legacyId));
    return making;
  }

  /** Anybody can be asked for by an address, and is kept: not so many, and not so fast, that it fills the memory. */
  async #countNew(legacyId: string): Promise<void> {
    if (this.#entries.has(legacyId) || (await this.storedRows()).has(legacyId)) return;
    if (this.#entries.size >= MAX_ENTRIES) {
      throw new LimitError(`No further ${this.kind} can be looked up.`);
    }
    this.session.xmpp.guard.allowance.count(this.session.user.jid.bare, 'people');
  }

  /** What answers from another address than was asked for confuses clients: they are told the one that it has. */
  #mustHave(entry: E, local: string): void {
    if (entry.jid.local === local) return;
    throw new XmppError('item-not-found', `The address of this ${this.kind} is ${entry.jid.bare}.`);
  }

  async #make(legacyId: string, local: string | undefined, args: readonly unknown[]): Promise<E> {
    const username = await this.legacyIdToJidUsername(legacyId);
    let entry: E;
    this.#making = legacyId;
    try {
      entry = this.create(legacyId, username, args);
    } catch (error) {
      if (!(error instanceof JidError)) throw error;
      throw new XmppError('jid-malformed', `${JSON.stringify(username)} cannot be part of an XMPP address.`);
    } finally {
      this.#making = undefined;
    }
    if (local !== undefined) this.#mustHave(entry, local);
    const stored = await this.storedRows();
    const row = stored.get(legacyId);
    stored.delete(legacyId);
    await entry.prepare(row);
    // Now, not when somebody who waits for it gets it: what follows may look it up.
    if (this.#entries.has(legacyId)) this.#entries.set(legacyId, entry);
    if (entry.jid.local !== legacyId) this.#byLocal.set(entry.jid.local, entry);
    return entry;
  }
}

/** Contacts or rooms, by what people see. */
export function byName<T extends { readonly displayName: string }>(entries: Iterable<T>): T[] {
  return [...entries].sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
}
