/** What the database knows of messages: what came of them, and what they are called on both sides. */

import type { Kysely } from 'kysely';
import { nextTurn } from '../serial.ts';
import { timeOf } from './journal-id.ts';
import { HAS_OTHER_ID } from './message-ids.ts';
import { prepared } from './row-statement.ts';
import type { EventState, Schema } from './schema.ts';

/** A message on its way, as far as it is stored. */
export interface StoredLife {
  /** The bare JID of the user. */
  readonly user: string;
  /** The localpart of the chat's JID. */
  readonly chat: string;
  readonly direction: 'to-network' | 'to-user';
  /** To the user: it was written by the user, elsewhere. */
  readonly isCarbon: boolean;
  /** `undefined` for what a client has sent without an id. */
  readonly xmppId: string | undefined;
  /** The other id of the stanza (XEP-0359), when that is what it was found by. */
  readonly originId: string | undefined;
  readonly legacyId: string | undefined;
  /**
   * To the network: as the journal has it, `sent` when that has forgotten it. To the user: `pending` until the server has
   * read it, then `acknowledged`, or `failed` when it came back; `archived` for what was not for the user then; `sent`
   * where it is not known how far it got.
   */
  readonly state: EventState | 'acknowledged' | 'archived';
  /** What the sender was told; or, to the user, why it did not arrive. */
  readonly error: string | undefined;
  /** When it was stored; `undefined` when that is not known so exactly. */
  readonly storedAt: Date | undefined;
  /** To the network: since when its state is so, if that has changed since it was stored and is known. */
  readonly stateAt: Date | undefined;
  /** Otherwise: not before, and not after; as far as that is known. */
  readonly since: Date | undefined;
  readonly until: Date | undefined;
}

/** Rows that are looked at in one go: SQLite works while nothing else does. A millisecond. */
const PAGE = 2000;

/**
 * Looks for ids of either side, of all users. Nothing is ordered by ids alone, which would cost every message something:
 * this looks at all that is stored, a part at a time, and is for operators. A million messages take SQLite some tenths of a
 * second, of which others wait for a millisecond or two at a time.
 */
export async function storedLives(db: Kysely<Schema>, ids: readonly string[]): Promise<StoredLife[]> {
  const lives: StoredLife[] = [];
  for (let i = 0; i < ids.length; i += MAX_IDS) lives.push(...(await livesOf(db, ids.slice(i, i + MAX_IDS))));
  return lives;
}

/** Each is a parameter of a statement more than once: with many, every page takes longer. */
const MAX_IDS = 500;

async function livesOf(db: Kysely<Schema>, ids: readonly string[]): Promise<StoredLife[]> {
  const pairs = await pairsWith(db, ids);
  const own = pairs.filter(isOfClient);
  const events = await eventsWith(db, [...new Set([...ids, ...own.map(({ xmpp_id }) => xmpp_id)])]);
  const pairOf = pairsByEvent(events, own);
  const isTold = new Set([...pairOf.values()].map(messageOf));
  for (const pair of own.filter((each) => !isTold.has(messageOf(each)))) {
    const event = await eventUnderOtherId(db, pair);
    if (event === undefined || events.some(({ id }) => id === event.id)) continue;
    events.push(event);
    pairOf.set(event, pair);
    isTold.add(messageOf(pair));
  }
  const users = await usersOf(db, [...pairs, ...events]);
  const ages = await agesOf(db);
  const lives = events.map((event) => lifeOfEvent(event, pairOf.get(event), users));
  for (const pair of pairs) {
    // One life of a message that has several ids.
    if (isOfClient(pair) && isTold.has(messageOf(pair))) continue;
    if (isOfClient(pair)) isTold.add(messageOf(pair));
    lives.push(lifeOfPair(pair, users, ages));
  }
  return lives;
}

function lifeOfEvent(event: EventRow, pair: PairRow | undefined, users: Users): StoredLife {
  const { id, user_id, chat, stanza_id: name, state, state_at, error } = event;
  return {
    ...{ user: users.get(user_id) ?? '?', chat, direction: 'to-network', isCarbon: false },
    ...{ xmppId: name.startsWith(NO_ID) ? undefined : name, legacyId: pair?.legacy_id },
    originId: pair === undefined || pair.xmpp_id === name ? undefined : pair.xmpp_id,
    ...{ state, error: error ?? undefined },
    ...{ storedAt: new Date(timeOf(Number(id))), since: undefined, until: undefined },
    stateAt: state_at === null ? undefined : new Date(Number(state_at)),
  };
}

function lifeOfPair(pair: PairRow, users: Users, ages: Ages): StoredLife {
  const isOwn = isOfClient(pair);
  const outId = Number(pair.out_id ?? 0);
  return {
    ...{ user: users.get(pair.user_id) ?? '?', chat: pair.chat, direction: isOwn ? 'to-network' : 'to-user' },
    ...{ isCarbon: pair.from_user === 1 && !isOwn, xmppId: pair.xmpp_id, legacyId: pair.legacy_id },
    ...{ originId: undefined, stateAt: undefined },
    ...{ state: stateOf(pair), error: pair.error ?? undefined },
    ...(outId === 0
      ? { storedAt: undefined, ...ages(pair.id) }
      : { storedAt: new Date(timeOf(outId)), since: undefined, until: undefined }),
  };
}

type PairRow = Awaited<ReturnType<typeof pairsWith>>[number];
type EventRow = Awaited<ReturnType<typeof eventsWith>>[number];
type Users = ReadonlyMap<number, string>;
type Ages = (pairId: number) => Pick<StoredLife, 'since' | 'until'>;

/** How the journal calls what has no id: see `Inbox`. */
const NO_ID = '~';

/** Whether a client of the user has sent it here; or else it is on its way to the user. */
function isOfClient({ from_user, out_id }: Pick<PairRow, 'from_user' | 'out_id'>): boolean {
  return from_user === 1 && Number(out_id ?? 0) === 0;
}

function stateOf(pair: PairRow): StoredLife['state'] {
  if (pair.error !== null) return 'failed';
  if (isOfClient(pair)) return 'sent';
  if (pair.out_id === null) return 'archived';
  if (Number(pair.out_id) === 0) return 'sent';
  return pair.waiting === null ? 'acknowledged' : 'pending';
}

function messageOf({ user_id, chat, legacy_id }: PairRow): string {
  return JSON.stringify([user_id, chat, legacy_id]);
}

/** What the messages became. A client that counts its ids anew gives several the same: the last that arrived has it. */
function pairsByEvent(events: readonly EventRow[], pairs: readonly PairRow[]): Map<EventRow, PairRow> {
  const key = (row: { user_id: number; chat: string }, name: string) => JSON.stringify([row.user_id, row.chat, name]);
  const lastSent = new Map<string, EventRow>();
  for (const event of events) if (event.state === 'sent') lastSent.set(key(event, event.stanza_id), event);
  const found = new Map<EventRow, PairRow>();
  for (const pair of pairs) {
    const event = lastSent.get(key(pair, pair.xmpp_id));
    if (event !== undefined) found.set(event, pair);
  }
  return found;
}

async function pairsWith(db: Kysely<Schema>, ids: readonly string[]) {
  const all = db
    .selectFrom('message')
    .leftJoin('journal_out', 'journal_out.id', 'message.out_id')
    .select([
      'message.id',
      'user_id',
      'chat',
      'xmpp_id',
      'legacy_id',
      'from_user',
      'out_id',
      'message.error',
      'journal_out.id as waiting',
    ])
    .orderBy('message.id');
  // One after the other: SQLite finds both at once only by looking at all.
  const ends = db.selectFrom('message').select('id').limit(1);
  const least = await ends.orderBy('id').executeTakeFirst();
  const greatest = await ends.orderBy('id', 'desc').executeTakeFirst();
  if (least === undefined || greatest === undefined) return [];
  // Made once: with many ids that takes as long as to run it.
  const page = prepared(() =>
    all
      .where('message.id', '>=', 0)
      .where('message.id', '<', 0)
      .where((where) => where.or([where('xmpp_id', 'in', ids), where('legacy_id', 'in', ids)]))
      .compile(),
  );
  const found: Awaited<ReturnType<typeof all.execute>> = [];
  for (let from = Number(least.id); from <= Number(greatest.id); from += PAGE) {
    found.push(...(await page(db, from, from + PAGE, ...ids, ...ids)));
    await nextTurn();
  }
  return found;
}

async function eventsWith(db: Kysely<Schema>, names: readonly string[]) {
  const all = db.selectFrom('journal_in').orderBy('id');
  const page = (after: number, end: number | undefined) =>
    all
      .select(['id', 'user_id', 'chat', 'stanza_id', 'state', 'state_at', 'error'])
      .where('id', '>', after)
      .$if(end !== undefined, (query) => query.where('id', '<=', end as number))
      .where('stanza_id', 'in', names)
      .execute();
  const found: Awaited<ReturnType<typeof page>> = [];
  for (let after = 0; ; ) {
    const last = await all.select('id').where('id', '>', after).offset(PAGE).limit(1).executeTakeFirst();
    const end = last === undefined ? undefined : Number(last.id);
    found.push(...(await page(after, end)));
    if (end === undefined) return found;
    after = end;
    await nextTurn();
  }
}

/** A message may have two ids, `id` and `origin-id`: the journal has it under one of them. */
async function eventUnderOtherId(db: Kysely<Schema>, { user_id, chat, legacy_id }: PairRow) {
  const ofChat = db.selectFrom('message').select('xmpp_id').where('user_id', '=', user_id).where('chat', '=', chat);
  const pairs = await ofChat
    .where('xmpp_id', '=', legacy_id)
    .where('legacy_id', '=', legacy_id)
    .where('from_user', '=', 1)
    .unionAll(ofChat.where('legacy_id', '=', legacy_id).where(HAS_OTHER_ID).where('from_user', '=', 1))
    .execute();
  const names = pairs.map(({ xmpp_id }) => xmpp_id);
  return db
    .selectFrom('journal_in')
    .select(['id', 'user_id', 'chat', 'stanza_id', 'state', 'state_at', 'error'])
    .where('user_id', '=', user_id)
    .where('chat', '=', chat)
    .where('stanza_id', 'in', names)
    .where('state', '=', 'sent')
    .orderBy('id', 'desc')
    .executeTakeFirst();
}

/** Their bare JIDs: nothing else of users has to be read, nor deciphered. */
async function usersOf(db: Kysely<Schema>, rows: readonly { readonly user_id: number }[]): Promise<Users> {
  const ids = [...new Set(rows.map(({ user_id }) => user_id))];
  if (ids.length === 0) return new Map();
  const users = await db.selectFrom('user_account').select(['id', 'jid']).where('id', 'in', ids).execute();
  return new Map(users.map(({ id, jid }) => [id, jid]));
}

/** Between which times the pair with an id was stored: one row a day says which were there then. */
async function agesOf(db: Kysely<Schema>): Promise<Ages> {
  const ages = await db.selectFrom('message_age').selectAll().orderBy('at').execute();
  return (id) => {
    const i = ages.findIndex(({ last_id }) => Number(last_id) >= id);
    const [before, after] = i === -1 ? [ages.at(-1), undefined] : [ages[i - 1], ages[i]];
    return { since: dateOf(before), until: dateOf(after) };
  };
}

function dateOf(age: { readonly at: number } | undefined): Date | undefined {
  return age === undefined ? undefined : new Date(Number(age.at));
}
