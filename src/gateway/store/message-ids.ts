/**
 * Which stanza carried which message: ids of both sides, in both directions.
 *
 * New pairs are written by the journal at the end of a turn of the event loop, with what they belong to. Look-ups wait
 * for what is still to be written.
 */

import { type Kysely, type SqlBool, sql } from 'kysely';
import type { Journal } from './journal.ts';
import type { Schema } from './schema.ts';

/** Only of these there is an index by `legacy_id`. */
export const HAS_OTHER_ID = sql<SqlBool>`legacy_id <> xmpp_id`;

export class MessageIds {
  readonly #db: Kysely<Schema>;
  readonly #journal: Journal;

  constructor(db: Kysely<Schema>, journal: Journal) {
    this.#db = db;
    this.#journal = journal;
  }

  /** Remembers that the stanza `xmppId` carried the message `legacyId`. A stanza id that is known is given over. */
  add(userId: number, chat: string, pair: { xmppId: string; legacyId: string; fromUser: boolean }): void {
    this.#journal.note({ userId, chat, ...pair });
  }

  /** The message that a stanza carried, of the user or of others; of others first when it is not said of whom. */
  async legacyId(userId: number, chat: string, xmppId: string, by?: 'user' | 'other'): Promise<string | undefined> {
    await this.#journal.flushed();
    const rows = await this.#db
      .selectFrom('message')
      .select(['legacy_id', 'from_user'])
      .where('user_id', '=', userId)
      .where('chat', '=', chat)
      .where('xmpp_id', '=', xmppId)
      .$if(by !== undefined, (query) => query.where('from_user', '=', by === 'user' ? 1 : 0))
      .orderBy('from_user')
      .execute();
    return rows[0]?.legacy_id;
  }

  /** The stanzas that carried a message, of the user or of others, in the order in which they were sent. */
  async xmppIds(userId: number, chat: string, legacyId: string, by?: 'user' | 'other'): Promise<string[]> {
    await this.#journal.flushed();
    const ofChat = this.#db
      .selectFrom('message')
      .select(['id', 'xmpp_id'])
      .where('user_id', '=', userId)
      .where('chat', '=', chat)
      .$if(by !== undefined, (query) => query.where('from_user', '=', by === 'user' ? 1 : 0));
    const rows = await ofChat
      .where('xmpp_id', '=', legacyId)
      .where('legacy_id', '=', legacyId)
      .unionAll(ofChat.where('legacy_id', '=', legacyId).where(HAS_OTHER_ID))
      .orderBy('id')
      .execute();
    return rows.map((row) => row.xmpp_id);
  }

  /** Whether a stanza has been sent, or is on its way. */
  async isSent(userId: number, chat: string, xmppId: string, fromUser: boolean): Promise<boolean> {
    await this.#journal.flushed();
    const row = await this.#db
      .selectFrom('message')
      .select('out_id')
      .where('user_id', '=', userId)
      .where('chat', '=', chat)
      .where('xmpp_id', '=', xmppId)
      .where('from_user', '=', fromUser ? 1 : 0)
      .executeTakeFirst();
    return row !== undefined && row.out_id !== null;
  }

  /** The server has returned a stanza that was sent to the user; or, `fromUser`, in the user's name. */
  async returned(userId: number, chat: string, xmppId: string, error: string, fromUser = false): Promise<void> {
    await this.#journal.flushed();
    await this.#db
      .updateTable('message')
      .set({ error })
      .where('user_id', '=', userId)
      .where('chat', '=', chat)
      .where('xmpp_id', '=', xmppId)
      .where('from_user', '=', fromUser ? 1 : 0)
      .where('out_id', 'is not', null)
      .execute();
  }

  /** Forgets stanzas. */
  async remove(userId: number, chat: string, xmppIds: readonly string[]): Promise<void> {
    if (xmppIds.length === 0) return;
    await this.#journal.flushed();
    await this.#db
      .deleteFrom('message')
      .where('user_id', '=', userId)
      .where('chat', '=', chat)
      .where('xmpp_id', 'in', xmppIds)
      .execute();
  }

  /**
   * The messages of others up to the one that `xmppId` carried which the network has not been told are read, oldest
   * first; all of them when that stanza is not known. They count as told from now on.
   */
  async takeUnread(userId: number, chat: string, xmppId: string): Promise<{ xmppId: string; legacyId: string }[]> {
    await this.#journal.flushed();
    const ofChat = this.#db
      .selectFrom('message')
      .where('user_id', '=', userId)
      .where('chat', '=', chat)
      .where('from_user', '=', 0);
    const horizon = await ofChat.select('id').where('xmpp_id', '=', xmppId).executeTakeFirst();
    const unread = await ofChat
      .select(['id', 'xmpp_id', 'legacy_id'])
      .where('displayed', '=', 0)
      .$if(horizon !== undefined, (query) => query.where('id', '<=', horizon?.id as number))
      .orderBy('id')
      .execute();
    const last = unread.at(-1);
    if (last === undefined) return [];
    await this.#db
      .updateTable('message')
      .set({ displayed: 1 })
      .where('user_id', '=', userId)
      .where('chat', '=', chat)
      .where('from_user', '=', 0)
      .where('id', '<=', last.id)
      .execute();
    return unread.map((row) => ({ xmppId: row.xmpp_id, legacyId: row.legacy_id }));
  }
}
