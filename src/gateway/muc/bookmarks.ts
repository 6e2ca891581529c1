/** The groups of one user on the foreign network. */

import { JID } from '../../stanza/index.ts';
import { STATUS } from '../../xep/0045-muc.ts';
import { Directory } from '../directory.ts';
import type { BaseSession } from '../session.ts';
import type { StoredRoom } from '../store/rooms.ts';
import { removeBookmark } from './bookmark-sync.ts';
import type { LegacyMUC } from './room.ts';

// biome-ignore lint/suspicious/noExplicitAny: a plugin's room knows its own kind of session, and its own arguments.
type Any = any;

/** Makes rooms: a subclass of `LegacyMUC`, which may take more arguments. */
export type MucClass<M extends LegacyMUC> = new (session: Any, legacyId: string, jid: JID, ...args: Any[]) => M;

/**
 * Gives the one object that stands for a group, by its id on the network or by its JID, and makes it when it is first
 * asked for. Found as `session.bookmarks`.
 *
 * Rooms and contacts share a domain: let the JIDs of rooms begin with something that those of contacts do not have, and
 * throw `item-not-found` in `jidUsernameToLegacyId` of both for those of the other.
 */
export class LegacyBookmarks<M extends LegacyMUC = LegacyMUC> extends Directory<M, StoredRoom> {
  protected readonly kind = 'room';
  readonly #mucClass: MucClass<M>;

  constructor(session: BaseSession, mucClass: MucClass<M>) {
    super(session);
    this.#mucClass = mucClass;
  }

  /** What the user is called in rooms that do not say otherwise. Default: the localpart of the user's JID. */
  get userNick(): string {
    return this.session.user.jid.local;
  }

  /**
   * Override to say which groups the user is in. Called after each login, when the contacts are there: await
   * `byLegacyId` for each, and `addToBookmarks` on those that the user's clients shall know.
   */
  async fill(): Promise<void> {}

  /**
   * The user is not in this group any more: takes the user's clients out of it, and forgets it.
   * @param options.kick whether the user was removed, rather than left. Default true.
   */
  async remove(
    muc: M,
    { reason = 'You left this group from the official client.', kick = true }: { reason?: string; kick?: boolean } = {},
  ): Promise<void> {
    const { userParticipant } = muc;
    userParticipant.standAs({ role: 'none', affiliation: 'none' });
    muc.clients.removeAll({ statuses: kick ? [STATUS.kicked] : [], reason });
    await this.drop(muc);
    await removeBookmark(this.session, muc.jid.bare);
  }

  // What the gateway uses.

  /** Finds all groups, and takes up those that were known before this process started. @internal */
  async load(): Promise<void> {
    await this.fill();
    for (const { legacyId } of [...(await this.storedRows()).values()]) {
      // What the network has no more must not keep the rest from being used.
      await this.byLegacyId(legacyId).catch((error) => this.session.xmpp.exception(error));
    }
    for (const muc of this) muc.dismissStaleClients();
  }

  /** The user leaves a group for good. Call it only where the plugin can do that: see `onLeaveGroup`. @internal */
  async leave(muc: M, reason: string): Promise<void> {
    await this.session.onLeaveGroup?.(muc.legacyId);
    await this.remove(muc, { reason });
  }

  /** Forgets a room. @internal */
  async drop(muc: M): Promise<void> {
    muc.occupants.clear();
    this.forget(muc);
    await this.flush();
    await this.session.xmpp.store.rooms.remove(this.session.userId, muc.legacyId);
    await muc.archive.remove();
  }

  /** The gateway stops, or the session ends: clients know that they are not in any room. @internal */
  close(): void {
    for (const muc of this) {
      if (!muc.clients.isEmpty) muc.clients.removeAll({ statuses: [STATUS.shutdown] });
    }
  }

  protected create(legacyId: string, jidUsername: string, args: readonly unknown[]): M {
    const jid = new JID(jidUsername, this.session.xmpp.jid);
    return new this.#mucClass(this.session, legacyId, jid, ...args);
  }

  protected loadStored(): Promise<StoredRoom[]> {
    return this.session.xmpp.store.rooms.all(this.session.userId);
  }

  protected writeStored(rows: readonly StoredRoom[]): Promise<void> {
    return this.session.xmpp.store.rooms.save(this.session.userId, rows);
  }
}
