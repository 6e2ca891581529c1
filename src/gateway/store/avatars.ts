/** Pictures, by their content. */

import type { Kysely } from 'kysely';
import type { Clock } from '../../stanza/index.ts';
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

/** Milliseconds that a new picture is kept without an owner. */
const GRACE = 10 * 60_000;

export class AvatarStore {
  readonly #db: Kysely<Schema>;
  readonly #clock: Clock;

  constructor(db: Kysely<Schema>, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  async get(hash: string): Promise<StoredAvatar | undefined> {
    const row = await this.#db.selectFrom('avatar').selectAll().where('hash', '=', hash).executeTakeFirst();
    return row && { hash: row.hash, png: new Uint8Array(row.png), width: row.width, height: row.height };
  }

  async save(avatar: StoredAvatar): Promise<void> {
    const at = this.#clock.now();
    await this.#db
      .insertInto('avatar')
      .values({ ...avatar, png: Buffer.from(avatar.png), at })
      .onConflict((conflict) => conflict.column('hash').doUpdateSet({ at }))
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
    const values = { hash, etag: etag ?? null, last_modified: lastModified ?? null, at: this.#clock.now() };
    await this.#db
      .insertInto('avatar_source')
      .values({ url: indexKey(url), ...values })
      .onConflict((conflict) => conflict.column('url').doUpdateSet(values))
      .execute();
  }

  /** Forgets pictures that no contact and no room has any more. */
  async removeUnused(): Promise<void> {
    await this.#db
      .deleteFrom('avatar')
      // Whose it is may be written a moment later.
      .where('at', '<', this.#clock.now() - GRACE)
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('contact').select('contact.id').whereRef('contact.avatar_hash', '=', 'avatar.hash'))),
      )
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('room').select('room.id').whereRef('room.avatar_hash', '=', 'avatar.hash'))),
      )
      .execute();
  }
}
