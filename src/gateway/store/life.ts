/** What the database knows of a message: what came of it, and what it is called on both sides. */

import type { Kysely } from 'kysely';
import { timeOf } from './journal-id.ts';
import type { EventState, Schema } from './schema.ts';

/** A message on its way, as far as it is stored. */
export interface StoredLife {
  readonly userId: number;
  /** The localpart of the chat's JID. */
  readonly chat: string;
  /** The user wrote it, here; or else the network told of it. */
  readonly fromUser: boolean;
  readonly xmppId: string;
  readonly legacyId: string | undefined;
  /**
   * From the user: what became of it, as the journal has it; `undefined` when that has forgotten it. To the user:
   * `failed` when the server returned it.
   */
  readonly state: EventState | undefined;
  readonly error: string | undefined;
  /** When it was stored; `undefined` when the journal has forgotten it. */
  readonly storedAt: Date | undefined;
  /** To the user: whether the server has read it. */
  readonly isAcknowledged: boolean;
}

/**
 * Looks for an id of either side, of all users. Nothing is ordered by ids alone: this reads all that is stored, and is
 * for operators.
 */
export async function storedLives(db: Kysely<Schema>, id: string): Promise<StoredLife[]> {
  const pairs = await db
    .selectFrom('message')
    .leftJoin('journal_out', 'journal_out.id', 'message.out_id')
    .select([
      'user_id',
      'chat',
      'xmpp_id',
      'legacy_id',
      'from_user',
      'out_id',
      'message.error',
      'journal_out.id as waiting',
    ])
    .where((where) => where.or([where('xmpp_id', '=', id), where('legacy_id', '=', id)]))
    .orderBy('message.id')
    .execute();
  const names = [...new Set([id, ...pairs.filter((pair) => pair.from_user === 1).map((pair) => pair.xmpp_id)])];
  const events = await db
    .selectFrom('journal_in')
    .select(['id', 'user_id', 'chat', 'stanza_id', 'state', 'error'])
    .where('stanza_id', 'in', names)
    .orderBy('id')
    .execute();
  const isOf = (event: (typeof events)[number], pair: (typeof pairs)[number]) =>
    pair.from_user === 1 &&
    event.user_id === pair.user_id &&
    event.chat === pair.chat &&
    event.stanza_id === pair.xmpp_id;
  const ofEvents = events.map((event): StoredLife => {
    const pair = pairs.find((each) => isOf(event, each));
    return {
      ...{ userId: event.user_id, chat: event.chat, fromUser: true, xmppId: event.stanza_id },
      ...{ legacyId: pair?.legacy_id, state: event.state, error: event.error ?? undefined },
      ...{ storedAt: new Date(timeOf(Number(event.id))), isAcknowledged: false },
    };
  });
  const ofPairs = pairs
    .filter((pair) => !events.some((event) => isOf(event, pair)))
    .map((pair): StoredLife => {
      const outId = Number(pair.out_id ?? 0);
      return {
        ...{ userId: pair.user_id, chat: pair.chat, fromUser: pair.from_user === 1, xmppId: pair.xmpp_id },
        ...{
          legacyId: pair.legacy_id,
          state: pair.error === null ? undefined : 'failed',
          error: pair.error ?? undefined,
        },
        storedAt: outId === 0 ? undefined : new Date(timeOf(outId)),
        isAcknowledged: outId !== 0 && pair.waiting === null,
      };
    });
  return [...ofEvents, ...ofPairs];
}
