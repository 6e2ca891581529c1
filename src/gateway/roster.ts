/** The contacts of one user on the foreign network. */

import type { LegacyContact } from './contact.ts';
import { Directory } from './directory.ts';
import { inParallel } from './serial.ts';
import type { BaseSession } from './session.ts';
import type { StoredContact } from './store/contacts.ts';

// biome-ignore lint/suspicious/noExplicitAny: a plugin's contact knows its own kind of session, and its own arguments.
type Any = any;

/** Contacts whose information, or whose place in the user's roster, is waited for at the same time. */
const IN_FLIGHT = 100;

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
export class LegacyRoster<C extends LegacyContact = LegacyContact> extends Directory<C, StoredContact> {
  /** The user's own id on the network, where it is known: in rooms it stands for the user. Set it in `login`. */
  userLegacyId: string | undefined;

  protected readonly kind = 'contact';
  readonly #contactClass: ContactClass<C>;

  constructor(session: BaseSession, contactClass: ContactClass<C>) {
    super(session);
    this.#contactClass = contactClass;
  }

  /**
   * Override to say which contacts the user has. Called after each login. Either await `byLegacyId` for each and
   * `addToRoster` on those that belong into the user's roster; or yield the latter.
   */
  fill(): Promise<void> | AsyncIterable<C> {
    return Promise.resolve();
  }

  /** Fills the roster, and wakes contacts that were used before this process started. @internal */
  async load(): Promise<void> {
    const { rosters } = this.session.xmpp;
    const isDone = await rosters.learn(this.session);
    try {
      const filled = this.fill();
      if (Symbol.asyncIterator in filled) await inParallel(filled, IN_FLIGHT, (contact) => contact.addToRoster());
      else await filled;
    } finally {
      isDone();
    }
    const rows = [...(await this.storedRows()).values()].filter((row) => row.inRoster || row.isFriend);
    await inParallel(rows, IN_FLIGHT, async (row) => void (await this.byLegacyId(row.legacyId)));
  }

  protected create(legacyId: string, jidUsername: string, args: readonly unknown[]): C {
    return new this.#contactClass(this.session, legacyId, jidUsername, ...args);
  }

  protected loadStored(): Promise<StoredContact[]> {
    return this.session.xmpp.store.contacts.all(this.session.userId);
  }

  protected writeStored(rows: readonly StoredContact[]): Promise<void> {
    return this.session.xmpp.store.contacts.save(this.session.userId, rows);
  }
}
