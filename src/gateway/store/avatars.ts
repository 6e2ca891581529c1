/** Pictures, by their content. */

import type { Kysely } from 'kysely';
import { indexKey } from './index-key.ts';
import type { Schema } from './schema.ts';

export interface StoredAvatar {
  /** The SHA-1 hash of the PNG in hexadecimal. */
  readonly hash: string;
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What a web server said about a picture when it was fetched last. */
export interface AvatarSource {
  readonly hash: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
}

export class AvatarStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async get(hash: string): Promise<StoredAvatar | undefined> {
    const row = await this.#db.selectFrom('avatar').selectAll().where('hash', '=', hash).executeTakeFirst();
    return row && { ...row, png: new Uint8Array(row.png) };
  }

  async save(avatar: StoredAvatar): Promise<void> {
    await this.#db
      .insertInto('avatar')
      .values({ ...avatar, png: Buffer.from(avatar.png) })
      .onConflict((conflict) => conflict.column('hash').doNothing())
      .execute();
  }

  async source(url: string): Promise<AvatarSource | undefined> {
    const row = await this.#db
      .selectFrom('avatar_source')
      .selectAll()
      .where('url', '=', indexKey(url))
      .executeTakeFirst();
    return row && { hash: row.hash, etag: row.etag ?? undefined, lastModified: row.last_modified ?? undefined };
  }

  async saveSource(url: string, { hash, etag, lastModified }: AvatarSource): Promise<void> {
    const values = { hash, etag: etag ?? null, last_modified: lastModified ?? null };
    await this.#db
      .insertInto('avatar_source')
      .values({ url: indexKey(url), ...values })
      .onConflict((conflict) => conflict.column('url').doUpdateSet(values))
      .execute();
  }

  /** Forgets pictures that nobody has any more. */
  async removeUnused(): Promise<void> {
    await this.#db
      .deleteFrom('avatar')
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('contact').select('contact.id').whereRef('contact.avatar_hash', '=', 'avatar.hash'))),
      )
      .execute();
  }
}
