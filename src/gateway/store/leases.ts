/** Which worker has which user: where several serve one component, a user's session lives in one of them. */

import { type Kysely, sql, type Transaction } from 'kysely';
import { MAX_WORKERS } from './journal-id.ts';
import type { Schema } from './schema.ts';
import { lockOf } from './worker-lock.ts';

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
   * Takes a user from a worker that is no more, in PostgreSQL. Returns whether that is so: nobody can begin to serve
   * under its number in the meantime.
   */
  seize(userId: number, from: number, jid: string): Promise<boolean> {
    const [high, low] = lockOf(jid, from);
    return this.#db.transaction().execute(async (db) => {
      const { rows } = await sql<{
        is_free: boolean;
      }>`select pg_try_advisory_xact_lock(${high}, ${low}) as is_free`.execute(db);
      return rows[0]?.is_free === true && this.#move(db, userId, from, this.#worker);
    });
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
