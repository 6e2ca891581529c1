/** What a gateway decides once and keeps: its secrets. */

import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

const SECRET_BYTES = 32;

export class SettingStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** The secret of this name: 32 random bytes, made when it is first asked for. */
  async secret(name: string): Promise<Uint8Array> {
    // Several processes may use one database: whoever comes first makes it, all read what is there then.
    await this.#db
      .insertInto('setting')
      .values({ name, value: randomBytes(SECRET_BYTES) })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    const query = this.#db.selectFrom('setting').select('value').where('name', '=', name);
    return new Uint8Array((await query.executeTakeFirstOrThrow()).value);
  }
}
