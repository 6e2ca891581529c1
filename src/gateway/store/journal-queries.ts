/** What is in the journal: to go on after a restart, and for administrators. What became of one message: see life.ts. */

import type { Kysely } from 'kysely';
import { nextTurn } from '../serial.ts';
import { firstIdAt, timeOf } from './journal-id.ts';
import type { EventState, JournalInRow, Schema } from './schema.ts';

/** Rows that are read at a time: about a megabyte. */
const PAGE = 16;
/** Rows that are removed at a time: SQLite works while nothing else does. */
const PURGED = 500;

/** What became of what a server did not read in time. */
const WAITED_TOO_LONG = 'remote-server-timeout: The server was away for too long.';

/** What a user has done, and what became of it. */
export interface StoredEvent {
  readonly id: number;
  readonly userId: number;
  readonly chat: string;
  readonly stanzaId: string;
  readonly state: EventState;
  readonly error: string | undefined;
  /** When it came. */
  readonly at: Date;
}

export class JournalQueries {
  readonly #db: Kysely<Schema>;
  readonly #worker: number;

  constructor(db: Kysely<Schema>, worker: number) {
    this.#db = db;
    this.#worker = worker;
  }

  /** The greatest key that is in use. */
  static async last(db: Kysely<Schema>): Promise<number> {
    const last = async (table: 'journal_in' | 'journal_out') =>
      Number((await db.selectFrom(table).select('id').orderBy('id', 'desc').limit(1).executeTakeFirst())?.id ?? 0);
    return Math.max(await last('journal_in'), await last('journal_out'));
  }

  /** There were several workers before: what they had for the server is for the only one. */
  async adopt(): Promise<void> {
    await this.#db.updateTable('journal_out').set({ worker: 0 }).where('worker', '>', 0).execute();
  }

  /** Some rows of what is on its way to users, after this one. */
  async outgoingAfter(outId: number): Promise<readonly { readonly id: number; readonly xml: string }[]> {
    const rows = await this.#db
      .selectFrom('journal_out')
      .select(['id', 'xml'])
      .where('worker', '=', this.#worker)
      .where('id', '>', outId)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    return rows.map(({ id, xml }) => ({ id: Number(id), xml }));
  }

  /** The last row of what is on its way to users; 0 when there is none. */
  async lastOutgoing(): Promise<number> {
    const row = await this.#db
      .selectFrom('journal_out')
      .select('id')
      .where('worker', '=', this.#worker)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return Number(row?.id ?? 0);
  }

  /** What has come and not come to an end, of all users or of one, in the order of arrival. */
  async open(userId?: number): Promise<readonly StoredEvent[]> {
    const rows = await this.#events()
      .where('state', 'in', ['pending', 'handed'])
      .where('state', '<>', 'sent')
      .$if(userId !== undefined, (query) => query.where('user_id', '=', userId as number))
      .orderBy('id')
      .execute();
    return rows.map(storedEvent);
  }

  /** How much there is of what has not come to a good end, by state, and when the oldest of it came. */
  async counts(): Promise<readonly { readonly state: EventState; readonly count: number; readonly since: Date }[]> {
    const rows = await this.#db
      .selectFrom('journal_in')
      .select(({ fn }) => ['state', fn.countAll<number>().as('count'), fn.min('id').as('first')])
      .where('state', '<>', 'sent')
      .groupBy('state')
      .execute();
    return rows.map(({ state, count, first }) => ({
      state,
      count: Number(count),
      since: new Date(timeOf(Number(first))),
    }));
  }

  /** When the oldest row was stored that the server has not read; `undefined` when it has read all. */
  async oldestOutgoing(): Promise<Date | undefined> {
    const row = await this.#db
      .selectFrom('journal_out')
      .select('id')
      .where('worker', '=', this.#worker)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? undefined : new Date(timeOf(Number(row.id)));
  }

  /** What was given up, the oldest first. */
  async parked(): Promise<readonly StoredEvent[]> {
    const rows = await this.#events()
      .where('state', '=', 'parked')
      .where('state', '<>', 'sent')
      .orderBy('id')
      .execute();
    return rows.map(storedEvent);
  }

  /** The stanza of an event. */
  async xml(id: number): Promise<string | undefined> {
    const row = await this.#db.selectFrom('journal_in').select('xml').where('id', '=', id).executeTakeFirst();
    return row?.xml;
  }

  /** Forgets what an administrator does not want to try again. */
  async drop(id: number): Promise<void> {
    await this.#db.deleteFrom('journal_in').where('id', '=', id).where('state', '=', 'parked').execute();
  }

  /**
   * Removes what came to its end before this, and what has waited for the server since before this.
   * @returns how many events, and how many rows that never reached the server.
   */
  async purge(before: Date): Promise<{ readonly events: number; readonly outgoing: number }> {
    const time = before.getTime();
    const end = firstIdAt(time);
    const purged = { events: 0, outgoing: 0 };
    for (;;) {
      const ids = await this.#db
        .selectFrom('journal_in')
        .select('id')
        .where('id', '<', end)
        .where('state', 'not in', ['pending', 'handed'])
        .where((is) => is.or([is('state_at', 'is', null), is('state_at', '<', time)]))
        .orderBy('id')
        .limit(PURGED)
        .execute();
      if (ids.length === 0) break;
      const some = ids.map(({ id }) => id);
      await this.#db.deleteFrom('journal_in').where('id', 'in', some).execute();
      purged.events += some.length;
      await nextTurn();
    }
    const late = await this.#db
      .selectFrom('journal_out')
      .select('id')
      .where('worker', '=', this.#worker)
      .where('id', '<', end)
      .execute();
    for (let i = 0; i < late.length; i += PURGED) {
      const some = late.slice(i, i + PURGED).map(({ id }) => id);
      await this.#db.transaction().execute(async (db) => {
        // A row that is no more was read by the server: not these.
        await db.updateTable('message').set({ error: WAITED_TOO_LONG }).where('out_id', 'in', some).execute();
        await db.deleteFrom('journal_out').where('id', 'in', some).execute();
      });
      purged.outgoing += some.length;
      await nextTurn();
    }
    return purged;
  }

  #events() {
    return this.#db.selectFrom('journal_in').select(['id', 'user_id', 'chat', 'stanza_id', 'state', 'error']);
  }
}

function storedEvent(row: Omit<JournalInRow, 'xml' | 'worker' | 'digest' | 'state_at'>): StoredEvent {
  const id = Number(row.id);
  return {
    id,
    userId: row.user_id,
    chat: row.chat,
    stanzaId: row.stanza_id,
    state: row.state,
    error: row.error ?? undefined,
    at: new Date(timeOf(id)),
  };
}
