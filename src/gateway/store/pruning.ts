/** Forgetting what is older than it has to be. Times are in milliseconds since 1970. */

import type { Kysely } from 'kysely';
import { nextTurn } from '../serial.ts';
import type { Schema } from './schema.ts';

/** SQLite works while nothing else does: after so many deletions the others get their turn. */
const BATCH = 1000;
const HOUR = 3_600_000;

/** Forgets the ids of messages that were stored before `before`, as far as it is known which these are. */
export async function pruneMessageIds(db: Kysely<Schema>, now: number, before: number): Promise<void> {
  const newest = await db
    .selectFrom('message')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst();
  // One row a day instead of a time in each of millions.
  await db
    .insertInto('message_age')
    .values({ at: now, last_id: newest?.id ?? 0 })
    .onConflict((conflict) => conflict.column('at').doNothing())
    .execute();
  const age = await db
    .selectFrom('message_age')
    .select((eb) => eb.fn.max('last_id').as('last'))
    // The day before is seldom a day ago to the millisecond.
    .where('at', '<=', before + HOUR)
    .executeTakeFirst();
  const last = age?.last;
  if (last === undefined || last === null) return;
  let deleted: bigint;
  do {
    const oldest = db.selectFrom('message').select('id').where('id', '<=', last).orderBy('id').limit(BATCH);
    const { numDeletedRows } = await db.deleteFrom('message').where('id', 'in', oldest).executeTakeFirstOrThrow();
    deleted = numDeletedRows;
    await nextTurn();
  } while (deleted > 0n);
  await db
    .deleteFrom('message_age')
    .where('at', '<=', before + HOUR)
    .execute();
}

/** Forgets what was stored in a table before `before`. */
export async function pruneByAge(
  db: Kysely<Schema>,
  table: 'thread' | 'attachment' | 'avatar_source',
  before: number,
): Promise<void> {
  await db.deleteFrom(table).where('at', '<', before).execute();
  await nextTurn();
}
