/** The contacts of users. */

import type { CompiledQuery, Kysely } from 'kysely';
import type { VCardFacts } from '../outgoing/vcard.ts';
import { rowStatement } from './row-statement.ts';
import type { ContactRow, Schema } from './schema.ts';
import { WriteQueue } from './write-queue.ts';

type NewRow = Omit<ContactRow, 'id'>;

/** What is stored about a contact. */
export interface StoredContact {
  readonly legacyId: string;
  readonly local: string;
  readonly name: string | undefined;
  readonly isFriend: boolean;
  readonly inRoster: boolean;
  readonly avatarHash: string | undefined;
  readonly avatarId: string | undefined;
  readonly vcard: VCardFacts | undefined;
}

export class ContactStore {
  readonly #db: Kysely<Schema>;
  readonly #queue: WriteQueue<NewRow>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
    const statement = rowStatement<NewRow>(COLUMNS, (rows) => upsert(db, rows));
    this.#queue = new WriteQueue(async (rows) => {
      await db.transaction().execute((inside) => statement.run(inside, rows));
    });
  }

  async all(userId: number): Promise<StoredContact[]> {
    const rows = await this.#db.selectFrom('contact').selectAll().where('user_id', '=', userId).execute();
    return rows.map((row) => ({
      legacyId: row.legacy_id,
      local: row.local,
      name: row.name ?? undefined,
      isFriend: row.is_friend === 1,
      inRoster: row.in_roster === 1,
      avatarHash: row.avatar_hash ?? undefined,
      avatarId: row.avatar_id ?? undefined,
      vcard: row.vcard === null ? undefined : JSON.parse(row.vcard),
    }));
  }

  /** Resolves when they are written: together with all that is saved in this turn of the event loop. */
  save(userId: number, contacts: readonly StoredContact[]): Promise<void> {
    return this.#queue.add(contacts.map((contact) => rowOf(userId, contact)));
  }
}

const COLUMNS = [
  'user_id',
  'legacy_id',
  'local',
  'name',
  'is_friend',
  'in_roster',
  'avatar_hash',
  'avatar_id',
  'vcard',
] as const;

function upsert(db: Kysely<Schema>, rows: readonly NewRow[]): CompiledQuery {
  return db
    .insertInto('contact')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'legacy_id']).doUpdateSet((excluded) => ({
        local: excluded.ref('excluded.local'),
        name: excluded.ref('excluded.name'),
        is_friend: excluded.ref('excluded.is_friend'),
        in_roster: excluded.ref('excluded.in_roster'),
        avatar_hash: excluded.ref('excluded.avatar_hash'),
        avatar_id: excluded.ref('excluded.avatar_id'),
        vcard: excluded.ref('excluded.vcard'),
      })),
    )
    .compile();
}

function rowOf(userId: number, contact: StoredContact): NewRow {
  return {
    user_id: userId,
    legacy_id: contact.legacyId,
    local: contact.local,
    name: contact.name ?? null,
    is_friend: contact.isFriend ? 1 : 0,
    in_roster: contact.inRoster ? 1 : 0,
    avatar_hash: contact.avatarHash ?? null,
    avatar_id: contact.avatarId ?? null,
    vcard: contact.vcard === undefined ? null : JSON.stringify(contact.vcard),
  };
}
