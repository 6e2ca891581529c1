/**
 * Which stanza carried which message: ids of both sides, in both directions.
 *
 * New pairs are held in memory and written together at the end of a turn of the event loop: one statement for many
 * messages. Look-ups see what is still waiting.
 */

import type { Kysely } from 'kysely';
import type { MessageRow, Schema } from './schema.ts';

type NewRow = Omit<MessageRow, 'id' | 'displayed'>;

export class MessageIds {
  readonly #db: Kysely<Schema>;
  #waiting: NewRow[] = [];
  #writing: Promise<void> | undefined;

  readonly #onError: (error: unknown) => void;

  constructor(db: Kysely<Schema>, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
  }

  /** Remembers that the stanza `xmppId` carried the message `legacyId`. A stanza id that is known is given over. */
  add(userId: number, chat: string, pair: { xmppId: string; legacyId: string; fromUser: boolean }): void {
    this.#waiting.push({
      user_id: userId,
      chat,
      xmpp_id: pair.xmppId,
      legacy_id: pair.legacyId,
      from_user: pair.fromUser ? 1 : 0,
    });
    this.#writing ??= new Promise((resolve) => setImmediate(resolve)).then(() => this.#write());
  }

  /** The message that a stanza carried, of the user or of others; of others first when it is not said of whom. */
  async legacyId(userId: number, chat: string, xmppId: string, by?: 'user' | 'other'): Promise<string | undefined> {
    const isIt = (row: NewRow) =>
      row.user_id === userId &&
      row.chat === chat &&
      row.xmpp_id === xmppId &&
      (by === undefined || (row.from_user === 1) === (by === 'user'));
    const waiting = this.#waiting.filter(isIt);
    const rows = await this.#db
      .selectFrom('message')
      .select(['legacy_id', 'from_user'])
      .where('user_id', '=', userId)
      .where('chat', '=', chat)
      .where('xmpp_id', '=', xmppId)
      .$if(by !== undefined, (query) => query.where('from_user', '=', by === 'user' ? 1 : 0))
      .orderBy('from_user')
      .execute();
    const found = [...waiting.reverse(), ...rows];
    return (found.find((row) => row.from_user === 0) ?? found[0])?.legacy_id;
  }

  /** The stanzas that carried a message, of the user or of others, in the order in which they were sent. */
  async xmppIds(userId: number, chat: string, legacyId: string, by?: 'user' | 'other'): Promise<string[]> {
    const isBy = (row: NewRow) => by === undefined || (row.from_user === 1) === (by === 'user');
    const rows = await this.#db
      .selectFrom('message')
      .select('xmpp_id')
      .where('user_id', '=', userId)
      .where('chat', '=', chat)
      .where('legacy_id', '=', legacyId)
      .$if(by !== undefined, (query) => query.where('from_user', '=', by === 'user' ? 1 : 0))
      .orderBy('id')
      .execute();
    const waiting = this.#waiting.filter(
      (row) => row.user_id === userId && row.chat === chat && row.legacy_id === legacyId && isBy(row),
    );
    return [...new Set([...rows, ...waiting].map((row) => row.xmpp_id))];
  }

  /** Forgets stanzas. */
  async remove(userId: number, chat: string, xmppIds: readonly string[]): Promise<void> {
    if (xmppIds.length === 0) return;
    await this.flush();
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
    await this.flush();
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

  /** Resolves when everything added so far is written. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    const rows = this.#waiting;
    try {
      // SQLite takes 32766 parameters in a statement.
      for (let i = 0; i < rows.length; i += 1000) await this.#insert(rows.slice(i, i + 1000));
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#waiting = this.#waiting.slice(rows.length);
      this.#writing = this.#waiting.length === 0 ? undefined : this.#write();
    }
  }

  async #insert(rows: NewRow[]): Promise<void> {
    // Within one statement a row must not be inserted and updated: the last of each id counts.
    const last = new Map(rows.map((row) => [`${row.user_id} ${row.from_user} ${row.chat} ${row.xmpp_id}`, row]));
    await this.#db
      .insertInto('message')
      .values([...last.values()])
      .onConflict((conflict) =>
        conflict
          .columns(['user_id', 'chat', 'xmpp_id', 'from_user'])
          .doUpdateSet((excluded) => ({ legacy_id: excluded.ref('excluded.legacy_id') })),
      )
      .execute();
  }
}
