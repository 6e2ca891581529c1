/** Files that have been uploaded for a user, so that the same file is not uploaded twice. */

import type { Kysely } from 'kysely';
import type { Clock } from '../../stanza/index.ts';
import type { FileFacts } from '../outgoing/file.ts';
import { indexKey } from './index-key.ts';
import type { Schema } from './schema.ts';

export interface StoredAttachment {
  readonly url: string;
  readonly about: FileFacts;
}

export class AttachmentStore {
  readonly #db: Kysely<Schema>;
  readonly #clock: Clock;

  constructor(db: Kysely<Schema>, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async get(userId: number, legacyFileId: string): Promise<StoredAttachment | undefined> {
    const row = await this.#db
      .selectFrom('attachment')
      .selectAll()
      .where('user_id', '=', userId)
      .where('legacy_file_id', '=', indexKey(legacyFileId))
      .executeTakeFirst();
    return row && { url: row.url, about: JSON.parse(row.about) };
  }

  async save(userId: number, legacyFileId: string, { url, about }: StoredAttachment): Promise<void> {
    const values = { url, about: JSON.stringify(about), at: this.#clock.now() };
    await this.#db
      .insertInto('attachment')
      .values({ user_id: userId, legacy_file_id: indexKey(legacyFileId), ...values })
      .onConflict((conflict) => conflict.columns(['user_id', 'legacy_file_id']).doUpdateSet(values))
      .execute();
  }

  async delete(userId: number, legacyFileId: string): Promise<void> {
    await this.#db
      .deleteFrom('attachment')
      .where('user_id', '=', userId)
      .where('legacy_file_id', '=', indexKey(legacyFileId))
      .execute();
  }
}
