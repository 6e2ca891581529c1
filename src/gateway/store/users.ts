/** Registered users, and people who are about to be. */

import type { Kysely } from 'kysely';
import { JID } from '../../stanza/index.ts';
import type { LegacyModuleData, Preferences, User } from '../user.ts';
import type { Schema, UserRow } from './schema.ts';

/** A user with the key under which everything of theirs is stored. */
export interface StoredUser extends User {
  readonly id: number;
}

/** A question of a registration. */
export interface StoredStep {
  readonly step: unknown;
  /** What was known when it was asked. */
  readonly data: LegacyModuleData;
}

export class UserStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async all(): Promise<StoredUser[]> {
    const rows = await this.#db.selectFrom('user_account').selectAll().orderBy('id').execute();
    return rows.map(userOf);
  }

  /** Adds a user, or gives a registered one new data; the registration date stays. */
  async save(user: {
    jid: JID;
    legacyModuleData: LegacyModuleData;
    preferences: Preferences;
    registrationDate: Date;
  }): Promise<StoredUser> {
    const data = {
      legacy_module_data: JSON.stringify(user.legacyModuleData),
      preferences: JSON.stringify(user.preferences),
    };
    const row = await this.#db
      .insertInto('user_account')
      .values({ jid: user.jid.bare, registered_at: user.registrationDate.getTime(), ...data })
      .onConflict((conflict) => conflict.column('jid').doUpdateSet(data))
      .returningAll()
      .executeTakeFirstOrThrow();
    return userOf(row);
  }

  async delete(id: number): Promise<void> {
    await this.#db.deleteFrom('user_account').where('id', '=', id).execute();
  }

  /** The hash of the avatar that the plugin has been told of. */
  async avatarHash(id: number): Promise<string | undefined> {
    const query = this.#db.selectFrom('user_account').select('avatar_hash').where('id', '=', id);
    return (await query.executeTakeFirst())?.avatar_hash ?? undefined;
  }

  async setAvatarHash(id: number, hash: string | undefined): Promise<void> {
    await this.#db
      .updateTable('user_account')
      .set({ avatar_hash: hash ?? null })
      .where('id', '=', id)
      .execute();
  }

  /**
   * The questions that somebody was asked, of which the last one waits; none when that was before `since`, in
   * milliseconds since 1970.
   */
  async registration(jid: string, since: number): Promise<readonly StoredStep[]> {
    const row = await this.#db
      .selectFrom('registration')
      .selectAll()
      .where('jid', '=', jid)
      .where('updated_at', '>=', since)
      .executeTakeFirst();
    return row === undefined ? [] : JSON.parse(row.path);
  }

  async saveRegistration(jid: string, path: readonly StoredStep[], now: number): Promise<void> {
    const values = { path: JSON.stringify(path), updated_at: now };
    await this.#db
      .insertInto('registration')
      .values({ jid, ...values })
      .onConflict((conflict) => conflict.column('jid').doUpdateSet(values))
      .execute();
  }

  async deleteRegistration(jid: string): Promise<void> {
    await this.#db.deleteFrom('registration').where('jid', '=', jid).execute();
  }
}

type SelectedUser = Omit<UserRow, 'id'> & { id: number };

function userOf(row: SelectedUser): StoredUser {
  return {
    id: row.id,
    jid: JID.parse(row.jid),
    legacyModuleData: JSON.parse(row.legacy_module_data),
    preferences: JSON.parse(row.preferences),
    registrationDate: new Date(Number(row.registered_at)),
  };
}
