/** Which worker has which user: where several serve one component, a user's session lives in one of them. */

import { type Kysely, sql, type Transaction } from 'kysely';
import { MAX_WORKERS } from './journal-id.ts';
import type { Schema } from './schema.ts';
import { lockOf } from './worker-lock.ts';

/** Rows of the journal that are sent at a time: about a megabyte. */
const PAGE = 16;

/**
 * What comes of an attempt to take a user from another worker: that is `alive`, or has something for the server that must
 * be read first, or the user has `moved` in the meantime.
 */
export type Seizure = 'taken' | 'alive' | 'unsent' | 'moved';

export class Leases {
  readonly #db: Kysely<Schema>;
  readonly #worker: number;

  /** @param worker the number of this process. */
  constructor(db: Kysely<Schema>, worker: number) {
    this.#db = db;
    this.#worker = worker;
  }

  /** Takes a user whom nobody has. Returns the worker that has them now. */
  async take(userId: number): Promise<number> {
    await this.#db
      .insertInto('lease')
      .values({ user_id: userId, worker: this.#worker })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const query = this.#db.selectFrom('lease').select('worker').where('user_id', '=', userId);
    return (await query.executeTakeFirstOrThrow()).worker;
  }

  /** Gives one of our users to another worker. */
  async give(userId: number, to: number): Promise<void> {
    await this.#move(this.#db, userId, this.#worker, to);
  }

  /**
   * Takes a user from a worker that is no more, in PostgreSQL. Nobody can begin to serve under its number in the
   * meantime.
   */
  seize(userId: number, from: number, jid: string): Promise<Seizure> {
    const [high, low] = lockOf(jid, from);
    return this.#db.transaction().execute(async (db) => {
      const { rows } = await sql<{
        is_free: boolean;
      }>`select pg_try_advisory_xact_lock(${high}, ${low}) as is_free`.execute(db);
      if (rows[0]?.is_free !== true) return 'alive';
      // What it had for the user goes first.
      if ((await unsentOf(db, from, 1)).length > 0) return 'unsent';
      return (await this.#move(db, userId, from, this.#worker)) ? 'taken' : 'moved';
    });
  }

  /**
   * Sends what a worker that is no more had for the server, in order, in PostgreSQL. Nobody can begin to serve under its
   * number in the meantime. Returns `false`, at once, when somebody does.
   * @param send resolves when the server has read these.
   */
  sendFor(from: number, jid: string, send: (xml: readonly string[]) => Promise<void>): Promise<boolean> {
    const [high, low] = lockOf(jid, from);
    // Of a connection, not of a transaction: what is read is forgotten at once.
    return this.#db.connection().execute(async (db) => {
      const { rows } = await sql<{
        is_free: boolean;
      }>`select pg_try_advisory_lock(${high}, ${low}) as is_free`.execute(db);
      if (rows[0]?.is_free !== true) return false;
      try {
        for (;;) {
          const unsent = await unsentOf(db, from, PAGE);
          if (unsent.length === 0) return true;
          await send(unsent.map(({ xml }) => xml));
          const ids = unsent.map(({ id }) => id);
          await db.deleteFrom('journal_out').where('id', 'in', ids).execute();
        }
      } finally {
        await sql`select pg_advisory_unlock(${high}, ${low})`.execute(db);
      }
    });
  }

  /** Workers with this number or a greater one that have something left: users, or something for the server. */
  async leftBy(least: number): Promise<number[]> {
    const { rows } = await sql<{ worker: number }>`
      select worker from lease where worker >= ${least}
      union select worker from journal_out where worker >= ${least} order by worker`.execute(this.#db);
    return rows.map(({ worker }) => worker);
  }

  /** Nobody has the users of a worker any more that has nothing left for the server. */
  async drop(from: number): Promise<void> {
    await this.#db
      .deleteFrom('lease')
      .where('worker', '=', from)
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('journal_out').select('id').where('worker', '=', from))),
      )
      .execute();
  }

  /** The numbers under which somebody serves, in PostgreSQL. */
  async liveWorkers(jid: string): Promise<number[]> {
    const [high, low] = lockOf(jid, 0);
    const { rows } = await sql<{ worker: number }>`
      select objid::bigint - ${low >>> 0}::bigint as worker from pg_locks
      where locktype = 'advisory' and granted and classid = ${high >>> 0}::oid and objsubid = 2
        and objid::bigint between ${low >>> 0}::bigint and ${(low >>> 0) + MAX_WORKERS - 1}::bigint
        and database = (select oid from pg_database where datname = current_database())`.execute(this.#db);
    return rows.map(({ worker }) => worker);
  }

  async #move(db: Kysely<Schema> | Transaction<Schema>, userId: number, from: number, to: number): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('lease')
      .set({ worker: to })
      .where('user_id', '=', userId)
      .where('worker', '=', from)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }
}

function unsentOf(db: Kysely<Schema>, worker: number, limit: number) {
  const query = db.selectFrom('journal_out').select(['id', 'xml']).where('worker', '=', worker);
  return query.orderBy('id').limit(limit).execute();
}
