/** The contacts of one user on the foreign network. */

import { type Element, JID, JidError } from '../stanza/index.ts';
import { escapeLocal, unescapeLocal } from '../xep/0106-jid-escaping.ts';
import type { LegacyContact } from './contact.ts';
import { XmppError } from './errors.ts';
import type { BaseSession } from './session.ts';
import type { StoredContact } from './store/contacts.ts';

// biome-ignore lint/suspicious/noExplicitAny: a plugin's contact knows its own kind of session, and its own arguments.
type Any = any;

/** Makes contacts: a subclass of `LegacyContact`, which may take more arguments. */
export type ContactClass<C extends LegacyContact> = new (
  session: Any,
  legacyId: string,
  jidUsername: string,
  ...args: Any[]
) => C;

/**
 * Gives the one object that stands for a contact, by its id on the network or by its JID, and makes it when it is first
 * asked for. Found as `session.contacts`.
 */
export class LegacyRoster<C extends LegacyContact = LegacyContact> {
  readonly session: BaseSession;
  readonly #contactClass: ContactClass<C>;
  readonly #contacts = new Map<string, Promise<C>>();
  /** Those whose information is there. */
  readonly #ready = new Map<string, C>();
  /** What the store knows, until a contact takes it. */
  #stored: Promise<Map<string, StoredContact>> | undefined;
  /** What is to be written at the end of this turn. */
  #changed = new Map<string, StoredContact>();
  #writing: Promise<void> | undefined;

  constructor(session: BaseSession, contactClass: ContactClass<C>) {
    this.session = session;
    this.#contactClass = contactClass;
  }

  /**
   * Override to say which contacts the user has. Called after each login. Either await `byLegacyId` for each and
   * `addToRoster` on those that belong into the user's roster; or yield the latter.
   */
  fill(): Promise<void> | AsyncIterable<C> {
    return Promise.resolve();
  }

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
   * The contact with this id on the network. Look-ups at the same time give the same object, and one `updateInfo`.
   * @param args passed on to the constructor when the contact is made.
   */
  byLegacyId(legacyId: string, ...args: unknown[]): Promise<C> {
    return this.#find(legacyId, undefined, args);
  }

  /** The contact with this JID, whatever its resource. @throws XmppError when there can be none. */
  async byJid(jid: JID | string): Promise<C> {
    const { local, domain } = typeof jid === 'string' ? JID.parse(jid) : jid;
    if (local === '' || domain !== this.session.xmpp.jid) {
      throw new XmppError('item-not-found', 'This is not the address of a contact.');
    }
    return this.#find(await this.jidUsernameToLegacyId(local), local, []);
  }

  /** The contact to whom a stanza is addressed. */
  byStanza(stanza: Element): Promise<C> {
    return this.byJid(stanza.attrs.to ?? '');
  }

  /** All contacts in use. */
  [Symbol.iterator](): IterableIterator<C> {
    return this.#ready.values();
  }

  // What the gateway uses.

  /** Fills the roster, and wakes contacts that were used before this process started. @internal */
  async load(): Promise<void> {
    const filled = this.fill();
    if (Symbol.asyncIterator in filled) {
      for await (const contact of filled) await contact.addToRoster();
    } else {
      await filled;
    }
    for (const stored of (await this.#storedContacts()).values()) {
      if (stored.inRoster || stored.isFriend) await this.byLegacyId(stored.legacyId);
    }
  }

  /** The contact, if it is in use. @internal */
  ifKnown(legacyId: string): C | undefined {
    return this.#ready.get(legacyId);
  }

  /** Writes it to the store at the end of this turn, together with others. @internal */
  save(contact: StoredContact): void {
    this.#changed.set(contact.legacyId, contact);
    this.#writing ??= new Promise((resolve) => setImmediate(resolve)).then(() => this.#write());
  }

  /** Resolves when everything is written. @internal */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    const { store } = this.session.xmpp;
    const rows = [...this.#changed.values()];
    this.#changed = new Map();
    try {
      await store.contacts.save(this.session.userId, rows);
    } catch (error) {
      this.session.xmpp.exception(error);
    }
    this.#writing = this.#changed.size === 0 ? undefined : this.#write();
  }

  #find(legacyId: string, local: string | undefined, args: unknown[]): Promise<C> {
    let contact = this.#contacts.get(legacyId);
    if (contact === undefined) {
      contact = this.#make(legacyId, local, args);
      this.#contacts.set(legacyId, contact);
      // A contact that could not be made is tried again next time.
      contact.catch(() => this.#contacts.delete(legacyId));
    }
    return contact;
  }

  async #make(legacyId: string, local: string | undefined, args: unknown[]): Promise<C> {
    const username = await this.legacyIdToJidUsername(legacyId);
    let contact: C;
    try {
      contact = new this.#contactClass(this.session, legacyId, username, ...args);
    } catch (error) {
      if (!(error instanceof JidError)) throw error;
      throw new XmppError('jid-malformed', `${JSON.stringify(username)} cannot be part of an XMPP address.`);
    }
    if (local !== undefined && contact.jid.local !== local) {
      throw new XmppError('item-not-found', `The address of this contact is ${contact.jid.bare}.`);
    }
    const stored = await this.#storedContacts();
    const row = stored.get(legacyId);
    stored.delete(legacyId);
    await contact.prepare(row);
    this.#ready.set(legacyId, contact);
    return contact;
  }

  #storedContacts(): Promise<Map<string, StoredContact>> {
    this.#stored ??= this.session.xmpp.store.contacts
      .all(this.session.userId)
      .then((rows) => new Map(rows.map((row) => [row.legacyId, row])));
    return this.#stored;
  }
}
