/** Registered users, and people who are about to be. */

import type { Kysely } from 'kysely';
import { JID } from '../../stanza/index.ts';
import { concealed } from '../secret.ts';
import type { LegacyModuleData, Preferences, User } from '../user.ts';
import type { Keyring } from './keyring.ts';
import { boundTo } from './rotation.ts';
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
  readonly #keyring: Keyring;
  readonly #onError: (error: unknown) => void;

  constructor(db: Kysely<Schema>, keyring: Keyring, onError: (error: unknown) => void) {
    this.#db = db;
    this.#keyring = keyring;
    this.#onError = onError;
  }

  /** All whose credentials can be read: what is damaged of one must not keep the others out. */
  async all(): Promise<StoredUser[]> {
    return this.#readable(await this.#db.selectFrom('user_account').selectAll().orderBy('id').execute());
  }

  /** Those whom one of several workers has. */
  async leasedTo(worker: number): Promise<StoredUser[]> {
    const rows = await this.#db
      .selectFrom('user_account')
      .innerJoin('lease', 'lease.user_id', 'user_account.id')
      .selectAll('user_account')
      .where('lease.worker', '=', worker)
      .orderBy('user_account.id')
      .execute();
    return this.#readable(rows);
  }

  /** The bare JIDs of all, by id. */
  async names(): Promise<ReadonlyMap<number, string>> {
    const rows = await this.#db.selectFrom('user_account').select(['id', 'jid']).execute();
    return new Map(rows.map(({ id, jid }) => [id, jid]));
  }

  /** The bare JID of a user. */
  async jidOf(id: number): Promise<JID | undefined> {
    const row = await this.#db.selectFrom('user_account').select('jid').where('id', '=', id).executeTakeFirst();
    return row === undefined ? undefined : JID.parse(row.jid);
  }

  /** Bare JIDs of those whom no worker has. */
  async jidsWithoutLease(): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('user_account')
      .leftJoin('lease', 'lease.user_id', 'user_account.id')
      .select('jid')
      .where('lease.user_id', 'is', null)
      .orderBy('user_account.id')
      .execute();
    return rows.map(({ jid }) => jid);
  }

  /** The user of a bare JID; nobody when the credentials cannot be read. */
  async get(jid: string): Promise<StoredUser | undefined> {
    const rows = await this.#db.selectFrom('user_account').selectAll().where('jid', '=', jid).execute();
    return this.#readable(rows)[0];
  }

  /** Adds a user, or gives a registered one new data; the registration date stays. */
  async save(user: {
    jid: JID;
    legacyModuleData: LegacyModuleData;
    preferences: Preferences;
    registrationDate: Date;
  }): Promise<StoredUser> {
    const data = {
      legacy_module_data: this.#seal('user_account', user.jid.bare, user.legacyModuleData),
      preferences: JSON.stringify(user.preferences),
    };
    const row = await this.#db
      .insertInto('user_account')
      .values({ jid: user.jid.bare, registered_at: user.registrationDate.getTime(), ...data })
      .onConflict((conflict) => conflict.column('jid').doUpdateSet(data))
      .returningAll()
      .executeTakeFirstOrThrow();
    return this.#userOf(row);
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
    return row === undefined ? [] : (this.#open('registration', jid, row.path) as readonly StoredStep[]);
  }

  async saveRegistration(jid: string, path: readonly StoredStep[], now: number): Promise<void> {
    const values = { path: this.#seal('registration', jid, path), updated_at: now };
    await this.#db
      .insertInto('registration')
      .values({ jid, ...values })
      .onConflict((conflict) => conflict.column('jid').doUpdateSet(values))
      .execute();
  }

  /** Forgets registrations that nobody has gone on with since `before`, in milliseconds since 1970. */
  async pruneRegistrations(before: number): Promise<void> {
    await this.#db.deleteFrom('registration').where('updated_at', '<', before).execute();
  }

  async deleteRegistration(jid: string): Promise<void> {
    await this.#db.deleteFrom('registration').where('jid', '=', jid).execute();
  }

  #readable(rows: readonly SelectedUser[]): StoredUser[] {
    return rows.flatMap((row) => {
      try {
        return [this.#userOf(row)];
      } catch (error) {
        this.#onError(new Error(`cannot read the credentials of ${row.jid}`, { cause: error }));
        return [];
      }
    });
  }

  #userOf(row: SelectedUser): StoredUser {
    return {
      id: row.id,
      jid: JID.parse(row.jid),
      legacyModuleData: concealed(this.#open('user_account', row.jid, row.legacy_module_data) as LegacyModuleData),
      preferences: JSON.parse(row.preferences),
      registrationDate: new Date(Number(row.registered_at)),
    };
  }

  #seal(table: 'user_account' | 'registration', jid: string, value: unknown): string {
    return this.#keyring.seal(JSON.stringify(value), boundTo(table, jid));
  }

  #open(table: 'user_account' | 'registration', jid: string, stored: string): object {
    return JSON.parse(this.#keyring.open(stored, boundTo(table, jid)));
  }
}

type SelectedUser = Omit<UserRow, 'id'> & { id: number };
