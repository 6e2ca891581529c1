/** What was said in rooms. What is read is what is written, after all that waits has been. */

import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from 'kysely';
import { nextTurn } from '../serial.ts';
import { RoomCounts } from './room-counts.ts';
import type { NewRow, Retraction } from './room-message-batch.ts';
import { RoomMessageQueue } from './room-message-queue.ts';
import type { Schema } from './schema.ts';

export interface RoomMessage {
  /** The stanza-id by the room. */
  readonly archiveId: string;
  /** The same for the same event, however often the network tells of it. */
  readonly eventKey: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly isBackfilled: boolean;
  readonly legacyId?: string | undefined;
  /** Empty for the room itself. */
  readonly nick: string;
  /** The bare JID of the author, where it is known. */
  readonly author?: string | undefined;
  readonly messageId?: string | undefined;
  /** The `id` of the message that this one corrects. */
  readonly replaces?: string | undefined;
  /** The emoji of a reaction, in a fixed order. */
  readonly emojis?: string | undefined;
  /** XML. */
  readonly stanza: string;
}

/** Where a message stands in the archive: those of the same time are told apart by `id`. */
export interface Place {
  readonly at: number;
  readonly id: number;
}

export interface KeptMessage extends Place {
  readonly archiveId: string;
  readonly legacyId: string | undefined;
}

/** Messages for which all of it is so. Times are in milliseconds since 1970, both included. */
export interface Selection {
  readonly nick?: string;
  readonly author?: string;
  readonly start?: number;
  readonly end?: number;
  /** Behind, and before, all of these. */
  readonly after?: readonly Place[];
  readonly before?: readonly Place[];
  readonly archiveIds?: readonly string[];
  readonly hasLegacyId?: boolean;
  /** Known from before: from the network's history, or from an earlier run of the gateway. */
  readonly isPast?: boolean;
}

/** SQLite works while nothing else does: after so many deletions the others get their turn. */
const BATCH = 1000;
/** Messages with their XML that are in memory at a time. */
const CHUNK = 50;

export class RoomMessages {
  readonly #db: Kysely<Schema>;
  readonly #queue: RoomMessageQueue;
  readonly #counts = new RoomCounts();
  #lastOfThePast: Promise<number> | undefined;

  constructor(db: Kysely<Schema>, onError: (error: unknown) => void) {
    this.#db = db;
    // What was there before must be known before anything comes to it.
    this.#queue = new RoomMessageQueue(db, { prepare: () => this.#past(), onError });
  }

  /** Keeps a message, unless it is known. `retraction` is what it does to another. */
  add(userId: number, chat: string, message: RoomMessage, retraction?: Retraction): void {
    const row = rowOf(userId, chat, message);
    this.#counts.forget(keyOf(userId, chat));
    this.#queue.add({ userId, chat, row, ...(retraction !== undefined && { retraction }) });
  }

  /** Where the message with this id stands, or stood: also when it does not count any more. */
  async place(userId: number, chat: string, archiveId: string): Promise<Place | undefined> {
    await this.flush();
    const row = await this.#db
      .selectFrom('room_message')
      .select(['at', 'id'])
      .where('user_id', '=', userId)
      .where('chat', '=', chat)
      .where('archive_id', '=', archiveId)
      .executeTakeFirst();
    return row && { at: Number(row.at), id: row.id };
  }

  async count(userId: number, chat: string, selection: Selection = {}): Promise<number> {
    return this.#counts.get(keyOf(userId, chat), JSON.stringify(selection), async () => {
      const selected = await this.#select(userId, chat, selection);
      const { count } = await selected()
        .select((eb) => eb.fn.countAll().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    });
  }

  /** The first, or with `newestFirst` the last `limit` messages, without their XML, in the order in which they are met. */
  async list(
    userId: number,
    chat: string,
    { limit, newestFirst = false, ...selection }: Selection & { limit: number; newestFirst?: boolean },
  ): Promise<readonly KeptMessage[]> {
    const order = newestFirst ? 'desc' : 'asc';
    const selected = await this.#select(userId, chat, selection);
    const rows = await selected()
      .select(['id', 'at', 'archive_id', 'legacy_id'])
      .orderBy('at', order)
      .orderBy('id', order)
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      id: row.id,
      at: Number(row.at),
      archiveId: row.archive_id,
      legacyId: row.legacy_id ?? undefined,
    }));
  }

  /** The XML of these messages, read as it is asked for. Those that are no more are left out. */
  async *read<T extends Place>(
    places: readonly T[],
  ): AsyncGenerator<{ readonly message: T; readonly stanza: string; readonly isTombstone: boolean }, void, undefined> {
    for (let i = 0; i < places.length; i += CHUNK) {
      const chunk = places.slice(i, i + CHUNK);
      const rows = await this.#db
        .selectFrom('room_message')
        .select(['id', 'stanza', 'is_tombstone'])
        .where(
          'id',
          'in',
          chunk.map((each) => each.id),
        )
        .where('is_superseded', '=', 0)
        .execute();
      const byId = new Map(rows.map((row) => [row.id, row]));
      for (const message of chunk) {
        const row = byId.get(message.id);
        if (row !== undefined) yield { message, stanza: row.stanza, isTombstone: row.is_tombstone === 1 };
      }
    }
  }

  /** The oldest and the newest message; nothing when there are none. */
  async bounds(userId: number, chat: string): Promise<{ first: KeptMessage; last: KeptMessage } | undefined> {
    const [first] = await this.list(userId, chat, { limit: 1 });
    const [last] = await this.list(userId, chat, { limit: 1, newestFirst: true });
    return first && last && { first, last };
  }

  /** Forgets all that was said in a room. */
  async remove(userId: number, chat: string): Promise<void> {
    await this.flush();
    await this.#db.deleteFrom('room_message').where('user_id', '=', userId).where('chat', '=', chat).execute();
    this.#counts.forget(keyOf(userId, chat));
  }

  /** Forgets what was said before this time, in milliseconds since 1970, by whomever. */
  async prune(before: number): Promise<void> {
    await this.flush();
    this.#counts.clear();
    let deleted: bigint;
    do {
      const oldest = this.#db.selectFrom('room_message').select('id').where('at', '<', before).limit(BATCH);
      const { numDeletedRows } = await this.#db
        .deleteFrom('room_message')
        .where('id', 'in', oldest)
        .executeTakeFirstOrThrow();
      deleted = numDeletedRows;
      this.#counts.clear();
      await nextTurn();
    } while (deleted > 0n);
  }

  /** Resolves when everything added so far is written. */
  flush(): Promise<void> {
    return this.#queue.flush();
  }

  /**
   * What is selected, once everything is written. In a function: one cannot await a query without running it.
   *
   * With the sign an index cannot be used for that condition: else SQLite, asked for a few ids, walks through the whole
   * room by the index by time.
   */
  async #select(userId: number, chat: string, selection: Selection) {
    await this.flush();
    const past = selection.isPast === undefined ? 0 : await this.#past();
    return () =>
      this.#db
        .selectFrom('room_message')
        .where('user_id', '=', userId)
        .where('chat', '=', chat)
        .where(selection.archiveIds === undefined ? sql<SqlBool>`is_superseded = 0` : sql<SqlBool>`+is_superseded = 0`)
        .where((eb) => eb.and([...conditions(eb, selection, past)]));
  }

  /** The last message that was there before this run of the gateway. */
  #past(): Promise<number> {
    if (this.#lastOfThePast === undefined) {
      const last = this.#db
        .selectFrom('room_message')
        .select((eb) => eb.fn.max('id').as('id'))
        .executeTakeFirst()
        .then((row) => row?.id ?? 0);
      this.#lastOfThePast = last;
      // The database may have been away for a moment.
      last.catch(() => {
        this.#lastOfThePast = undefined;
      });
    }
    return this.#lastOfThePast;
  }
}

function* conditions(
  eb: ExpressionBuilder<Schema, 'room_message'>,
  { nick, author, start, end, after = [], before = [], archiveIds, hasLegacyId, isPast }: Selection,
  lastOfThePast: number,
): Generator<Expression<SqlBool>> {
  if (nick !== undefined) yield eb('nick', '=', nick);
  if (author !== undefined) yield eb('author', '=', author);
  if (start !== undefined) yield eb('at', '>=', start);
  if (end !== undefined) yield eb('at', '<=', end);
  for (const { at, id } of after) yield sql<SqlBool>`(at, id) > (${at}, ${id})`;
  for (const { at, id } of before) yield sql<SqlBool>`(at, id) < (${at}, ${id})`;
  if (archiveIds !== undefined) yield eb('archive_id', 'in', archiveIds);
  if (hasLegacyId) yield eb('legacy_id', 'is not', null);
  const past = eb.or([eb('is_backfilled', '=', 1), eb('id', '<=', lastOfThePast)]);
  if (isPast !== undefined) yield isPast ? past : eb.not(past);
}

function keyOf(userId: number, chat: string): string {
  return `${userId} ${chat}`;
}

function rowOf(userId: number, chat: string, message: RoomMessage): NewRow {
  return {
    user_id: userId,
    chat,
    archive_id: message.archiveId,
    event_key: message.eventKey,
    at: message.at,
    is_backfilled: message.isBackfilled ? 1 : 0,
    is_superseded: 0,
    is_tombstone: 0,
    legacy_id: message.legacyId ?? null,
    nick: message.nick,
    author: message.author ?? null,
    message_id: message.messageId ?? null,
    replaces: message.replaces ?? null,
    emojis: message.emojis ?? null,
    stanza: message.stanza,
  };
}
