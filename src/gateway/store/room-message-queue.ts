/**
 * New messages of rooms on their way into the database: held in memory for a few turns of the event loop, and written
 * together, one statement for many.
 */

import type { Kysely } from 'kysely';
import { nextTurn } from '../serial.ts';
import { type NewRow, type Retraction, RoomBatch, type StoredRow } from './room-message-batch.ts';
import { type RowStatement, rowStatement } from './row-statement.ts';
import type { Schema } from './schema.ts';
import { MAX_TURNS } from './turn.ts';

/** A message of a room, and what it does to another. */
export interface Waiting {
  readonly userId: number;
  readonly chat: string;
  readonly row: NewRow;
  readonly retraction?: Retraction;
}

const COLUMNS = [
  'user_id',
  'chat',
  'archive_id',
  'event_key',
  'at',
  'is_backfilled',
  'is_superseded',
  'is_tombstone',
  'legacy_id',
  'nick',
  'author',
  'message_id',
  'replaces',
  'emojis',
  'stanza',
] as const;

/** Ends a transaction that finds messages which are known. */
const KNOWN = new Error('known already');

/** SQLite works while nothing else does: after so many the others get their turn. */
const BATCH = 200;

export class RoomMessageQueue {
  readonly #db: Kysely<Schema>;
  readonly #prepare: () => Promise<unknown>;
  readonly #onError: (error: unknown) => void;
  /** Passes over what has the id or the key of another. */
  readonly #insert: RowStatement<NewRow>;
  #waiting: Waiting[] = [];
  #isAwaited = false;
  #writing: Promise<void> | undefined;

  /**
   * @param prepare is awaited before anything is written.
   * @param onError hears of writes that failed.
   */
  constructor(
    db: Kysely<Schema>,
    { prepare, onError }: { prepare: () => Promise<unknown>; onError: (error: unknown) => void },
  ) {
    this.#db = db;
    this.#insert = rowStatement<NewRow>(COLUMNS, (rows) =>
      db
        .insertInto('room_message')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .compile(),
    );
    this.#prepare = prepare;
    this.#onError = onError;
  }

  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#writing ??= this.#nextTurns().then(() => this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        await this.#prepare();
        await this.#write(batch);
      } catch (error) {
        await this.#writeRoomByRoom(batch, error);
      }
      if (this.#waiting.length > 0) await this.#nextTurns();
    }
    this.#writing = undefined;
  }

  /** What is wrong with one room, such as that its user is no more, must not keep others from being written. */
  async #writeRoomByRoom(batch: readonly Waiting[], cause: unknown): Promise<void> {
    const rooms = byRoom(batch);
    if (rooms.length === 1) return this.#onError(cause);
    for (const room of rooms) await this.#write(room).catch((error) => this.#onError(error));
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    if (!(await this.#insertNew(batch))) await this.#merge(batch);
  }

  /** Most messages are new: then there is nothing to compare them with. Returns whether it is so; else nothing is done. */
  async #insertNew(batch: readonly Waiting[]): Promise<boolean> {
    if (batch.some(({ retraction }) => retraction !== undefined)) return false;
    const rows = batch.map(({ row }) => row);
    try {
      await this.#db.transaction().execute(async (db) => {
        if ((await this.#insert.run(db, rows)) < rows.length) throw KNOWN;
      });
      return true;
    } catch (error) {
      if (error !== KNOWN) throw error;
      return false;
    }
  }

  async #merge(batch: readonly Waiting[]): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      const added: NewRow[] = [];
      for (const room of byRoom(batch)) {
        const rows = new RoomBatch(await stored(db, room));
        for (const { row, retraction } of room) {
          rows.add(row);
          if (retraction !== undefined) rows.retract(retraction);
        }
        for (const row of rows.changed) {
          if (!('id' in row)) added.push(row);
          else await db.updateTable('room_message').set(row).where('id', '=', row.id).execute();
        }
      }
      if ((await this.#insert.run(db, added)) < added.length) throw KNOWN;
    });
  }

  /** A few turns, as for the journal, unless somebody waits. */
  async #nextTurns(): Promise<void> {
    let turns = 0;
    do await nextTurn();
    while (++turns < MAX_TURNS && !this.#isAwaited && this.#waiting.length < BATCH);
  }

  /** Resolves when everything added so far is written. */
  async flush(): Promise<void> {
    this.#isAwaited = true;
    while (this.#writing !== undefined) await this.#writing;
    this.#isAwaited = false;
  }
}

/** What is stored under the keys and ids of new messages of a room, and what their retractions concern. */
async function stored(db: Kysely<Schema>, room: readonly [Waiting, ...Waiting[]]): Promise<readonly StoredRow[]> {
  const [{ userId, chat }] = room;
  const rows = room.map(({ row }) => row);
  const retracted = room.flatMap(({ retraction }) => retraction?.archiveId ?? []);
  const ofRoom = db.selectFrom('room_message').selectAll().where('user_id', '=', userId).where('chat', '=', chat);
  const ids = [...rows.map((row) => row.archive_id), ...retracted];
  const found = await ofRoom.where('archive_id', 'in', ids).execute();
  const keys = rows.map((row) => row.event_key);
  found.push(...(await ofRoom.where('event_key', 'in', keys).execute()));
  if (retracted.length > 0) {
    const messageIds = [...found, ...rows]
      .filter((row) => retracted.includes(row.archive_id))
      .map((row) => row.message_id);
    const targets = [...retracted, ...messageIds.filter((id) => id !== null)];
    found.push(...(await ofRoom.where('replaces', 'in', targets).execute()));
  }
  const byId = new Map(found.map((row) => [row.id, { ...row, at: Number(row.at) }]));
  return [...byId.values()];
}

function byRoom(batch: readonly Waiting[]): (readonly [Waiting, ...Waiting[]])[] {
  const rooms = new Map<string, [Waiting, ...Waiting[]]>();
  for (const each of batch) {
    const key = `${each.userId} ${each.chat}`;
    const room = rooms.get(key);
    if (room === undefined) rooms.set(key, [each]);
    else room.push(each);
  }
  return [...rooms.values()];
}
