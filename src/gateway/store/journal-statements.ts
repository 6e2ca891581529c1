/** What the journal writes, in SQL: for many rows at once. */

import { type Kysely, sql, type Transaction } from 'kysely';
import { HAS_OTHER_ID } from './message-ids.ts';
import { prepared, RowStatement } from './row-statement.ts';
import type { JournalInRow, Schema } from './schema.ts';
import type { NewEvent, Outgoing, Pair, Turn } from './turn.ts';

type Db = Kysely<Schema>;
type Tx = Transaction<Schema>;

const NOTHING: ReadonlySet<Pair> = new Set();

export class JournalStatements {
  readonly #db: Db;
  readonly #events: RowStatement<NewEvent>;
  readonly #pairs: RowStatement<Pair>;
  readonly #oncePairs: RowStatement<Pair>;
  readonly #handed: RowStatement<number>;
  readonly #sent: RowStatement<number>;
  readonly #rows: RowStatement<{ readonly id: number; readonly worker: number; readonly xml: string }>;
  readonly #outIdOf;
  readonly #userHasSaid;
  readonly #userHasSaidUnderOtherId;
  readonly #eventLike;

  constructor(db: Db) {
    this.#db = db;
    this.#events = new RowStatement((count) => insertEvents(db, count), valuesOfEvent);
    this.#pairs = new RowStatement((count) => insertPairs(db, count), valuesOfPair);
    this.#oncePairs = new RowStatement((count) => insertOncePairs(db, count), valuesOfPair);
    this.#handed = new RowStatement(
      (count) =>
        db
          .updateTable('journal_in')
          .set({ state: sql`'handed'`, state_at: 0 })
          .where('id', 'in', times(count, 0))
          .compile(),
      (id) => [id],
    );
    const done = { state: sql<'sent'>`'sent'`, state_at: 0, error: sql<null>`null`, xml: sql<string>`''` };
    this.#sent = new RowStatement(
      (count) => db.updateTable('journal_in').set(done).where('id', 'in', times(count, 0)).compile(),
      (id) => [id],
    );
    this.#rows = new RowStatement(
      (count) =>
        db
          .insertInto('journal_out')
          .values(times(count, { id: 0, worker: 0, xml: '' }))
          .compile(),
      ({ id, worker, xml }) => [id, worker, xml],
    );
    this.#outIdOf = prepared<{ out_id: number | null }, [number, string, string, number]>(() =>
      db
        .selectFrom('message')
        .select('out_id')
        .where('user_id', '=', 0)
        .where('chat', '=', '')
        .where('xmpp_id', '=', '')
        .where('from_user', '=', 0)
        .compile(),
    );
    const ofUser = db
      .selectFrom('message')
      .select('id')
      .where('from_user', '=', sql.lit(1))
      .where('user_id', '=', 0)
      .where('chat', '=', '')
      .where('legacy_id', '=', '');
    this.#userHasSaidUnderOtherId = prepared<{ id: number }, [number, string, string]>(() =>
      ofUser.where(HAS_OTHER_ID).compile(),
    );
    this.#userHasSaid = prepared<{ id: number }, [number, string, string, string]>(() =>
      ofUser.where('xmpp_id', '=', '').compile(),
    );
    this.#eventLike = prepared<Pick<JournalInRow, 'id' | 'state'>, [number, string, string, number]>(() =>
      db
        .selectFrom('journal_in')
        .select(['id', 'state'])
        .where('user_id', '=', 0)
        .where('chat', '=', '')
        .where('stanza_id', '=', '')
        .where('digest', '=', 0)
        .compile(),
    );
  }

  /**
   * Writes a turn as a whole, or not at all. Returns the pairs whose messages have been sent before.
   * @param now since when what has changed is so.
   */
  async write(turn: Turn, worker: number, now: number): Promise<ReadonlySet<Pair>> {
    const rows = turn.outgoing.filter(({ xml }) => xml !== '');
    const { events, pairs, handed, sent, ended, readUpTo } = turn;
    const isEmpty = rows.length + events.length + pairs.size + handed.length + sent.length + ended.length === 0;
    if (isEmpty && readUpTo === 0) return NOTHING;
    const arrivals: (() => void)[] = [];
    const known = await this.#db.transaction().execute(async (db) => {
      if (events.length > 0) arrivals.push(...(await this.#writeEvents(db, events)));
      const known = await this.#writePairs(db, [...pairs.values()]);
      if (rows.length > 0) await this.#rows.run(db, rowsOf(rows, known, worker));
      if (handed.length > 0)
        await this.#handed.run(
          db,
          handed.map(({ id }) => id),
          now,
        );
      for (const { id, state, error, xml } of ended) {
        const change = { state, state_at: now, error, ...(xml !== undefined && { xml }) };
        await db.updateTable('journal_in').set(change).where('id', '=', id).execute();
      }
      if (sent.length > 0) await this.#sent.run(db, sent, now);
      if (readUpTo > 0) {
        await db.deleteFrom('journal_out').where('id', '<=', readUpTo).where('worker', '=', worker).execute();
      }
      return known;
    });
    // Only now it is true.
    for (const tell of arrivals) tell();
    for (const { done } of handed) done();
    return known;
  }

  /** Returns what is to be said of them when they are stored. */
  async #writeEvents(db: Tx, events: readonly NewEvent[]): Promise<(() => void)[]> {
    const written = await this.#events.run(db, events);
    if (written === events.length)
      return events.map(
        ({ arrived }) =>
          () =>
            arrived('new'),
      );
    const told: (() => void)[] = [];
    for (const { id, user_id, chat, stanza_id, digest, arrived } of events) {
      const [there] = await this.#eventLike(db, user_id, chat, stanza_id, digest);
      const arrival =
        there === undefined ? 'lost' : Number(there.id) === id ? 'new' : { ...there, id: Number(there.id) };
      told.push(() => arrived(arrival));
    }
    return told;
  }

  async #hasSaid(db: Tx, { userId, chat, legacyId }: Pair): Promise<boolean> {
    const others = await this.#userHasSaidUnderOtherId(db, userId, chat, legacyId);
    return others.length > 0 || (await this.#userHasSaid(db, userId, chat, legacyId, legacyId)).length > 0;
  }

  async #writePairs(db: Tx, pairs: readonly Pair[]): Promise<ReadonlySet<Pair>> {
    if (pairs.length === 0) return NOTHING;
    const known = new Set<Pair>();
    const once: Pair[] = [];
    const others: Pair[] = [];
    for (const pair of pairs) {
      if (pair.sending !== 'once') others.push(pair);
      // What the user wrote here is told by the network as written by the user: under the id of the user's client.
      else if (pair.fromUser && (await this.#hasSaid(db, pair))) known.add(pair);
      else once.push(pair);
    }
    if (others.length > 0) await this.#pairs.run(db, others);
    if (once.length === 0) return known;
    if ((await this.#oncePairs.run(db, once)) === once.length) return known;
    for (const pair of once) {
      const { userId, chat, xmppId, fromUser, outId } = pair;
      const [row] = await this.#outIdOf(db, userId, chat, xmppId, fromUser ? 1 : 0);
      if (row !== undefined && Number(row.out_id) !== outId) known.add(pair);
    }
    return known;
  }
}

function times<T>(count: number, row: T): T[] {
  return Array.from({ length: count }, () => row);
}

/** The rows of a turn: many stanzas each. */
function rowsOf(outgoing: readonly Outgoing[], known: ReadonlySet<Pair>, worker: number) {
  const rows: { id: number; worker: number; xml: string }[] = [];
  for (const { outId, xml, pair } of outgoing) {
    if (pair !== undefined && known.has(pair)) continue;
    const last = rows.at(-1);
    if (last?.id === outId) last.xml += xml;
    else rows.push({ id: outId, worker, xml });
  }
  return rows;
}

const PAIR = { user_id: 0, chat: '', xmpp_id: '', legacy_id: '', from_user: 0, out_id: 0 };
const PAIR_KEY = ['user_id', 'chat', 'xmpp_id', 'from_user'] as const;

function valuesOfPair({ userId, chat, xmppId, legacyId, fromUser, outId }: Pair): readonly unknown[] {
  return [userId, chat, xmppId, legacyId, fromUser ? 1 : 0, outId];
}

/** A stanza id that is known is given over. */
function insertPairs(db: Db, count: number) {
  return db
    .insertInto('message')
    .values(times(count, PAIR))
    .onConflict((conflict) =>
      conflict.columns(PAIR_KEY).doUpdateSet((row) => ({
        legacy_id: row.ref('excluded.legacy_id'),
        out_id: sql<number | null>`coalesce(excluded.out_id, message.out_id)`,
        // What is sent again may arrive.
        error: sql<string | null>`case when excluded.out_id is null then message.error end`,
      })),
    )
    .compile();
}

/** A message that has been sent before is left alone, and does not count as written. */
function insertOncePairs(db: Db, count: number) {
  return db
    .insertInto('message')
    .values(times(count, PAIR))
    .onConflict((conflict) =>
      conflict
        .columns(PAIR_KEY)
        .doUpdateSet((row) => ({
          legacy_id: row.ref('excluded.legacy_id'),
          out_id: row.ref('excluded.out_id'),
          error: sql<null>`null`,
        }))
        .where(sql<boolean>`message.out_id is null or message.legacy_id <> excluded.legacy_id`),
    )
    .compile();
}

const EVENT: Omit<JournalInRow, 'state_at'> = {
  id: 0,
  user_id: 0,
  worker: 0,
  chat: '',
  stanza_id: '',
  digest: 0,
  state: 'pending',
  error: null,
  xml: '',
};

function valuesOfEvent(event: typeof EVENT): readonly unknown[] {
  const { id, user_id, worker, chat, stanza_id, digest, state, error, xml } = event;
  return [id, user_id, worker, chat, stanza_id, digest, state, error, xml];
}

function insertEvents(db: Db, count: number) {
  return db
    .insertInto('journal_in')
    .values(times(count, EVENT))
    .onConflict((conflict) => conflict.columns(['user_id', 'chat', 'stanza_id', 'digest']).doNothing())
    .compile();
}
