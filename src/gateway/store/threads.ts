/** Threads that began with an id of XMPP, and what the network calls them. */

import type { Kysely } from 'kysely';
import type { Clock } from '../../stanza/index.ts';
import type { Schema } from './schema.ts';

export class ThreadStore {
  readonly #db: Kysely<Schema>;
  readonly #clock: Clock;

  constructor(db: Kysely<Schema>, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async add(userId: number, chat: string, xmppThread: string, legacyThread: string): Promise<void> {
    await this.#db
      .insertInto('thread')
      .values({ user_id: userId, chat, xmpp_thread: xmppThread, legacy_thread: legacyThread, at: this.#clock.now() })
      .onConflict((conflict) => conflict.columns(['user_id', 'chat', 'xmpp_thread']).doNothing())
      .execute();
  }

  async legacyThread(userId: number, chat: string, xmppThread: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('thread')
      .select('legacy_thread')
      .where('user_id', '=', userId)
      .where('chat', '=', chat)
      .where('xmpp_thread', '=', xmppThread)
      .executeTakeFirst();
    return row?.legacy_thread;
  }

  async xmppThread(userId: number, chat: string, legacyThread: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('thread')
      .select('xmpp_thread')
      .where('user_id', '=', userId)
      .where('chat', '=', chat)
      .where('legacy_thread', '=', legacyThread)
      .executeTakeFirst();
    return row?.xmpp_thread;
  }
}
