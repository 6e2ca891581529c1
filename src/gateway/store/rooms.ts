/** The rooms of users. */

import type { Kysely } from 'kysely';
import type { RoomRow, Schema } from './schema.ts';

/** What is stored about a room. */
export interface StoredRoom {
  readonly legacyId: string;
  readonly local: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly subject?: string | undefined;
  readonly subjectSetter?: string | undefined;
  readonly subjectDate?: Date | undefined;
  readonly nParticipants?: number | undefined;
  readonly userNick?: string | undefined;
  readonly avatarHash?: string | undefined;
  readonly avatarId?: string | undefined;
  /** The full JIDs of the user's clients that are there. */
  readonly clients: readonly string[];
}

export class RoomStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async all(userId: number): Promise<StoredRoom[]> {
    const rows = await this.#db.selectFrom('room').selectAll().where('user_id', '=', userId).execute();
    return rows.map((row) => ({
      legacyId: row.legacy_id,
      local: row.local,
      name: row.name ?? undefined,
      description: row.description ?? undefined,
      subject: row.subject ?? undefined,
      subjectSetter: row.subject_setter ?? undefined,
      subjectDate: row.subject_at === null ? undefined : new Date(Number(row.subject_at)),
      nParticipants: row.n_participants ?? undefined,
      userNick: row.user_nick ?? undefined,
      avatarHash: row.avatar_hash ?? undefined,
      avatarId: row.avatar_id ?? undefined,
      clients: JSON.parse(row.clients),
    }));
  }

  async save(userId: number, rooms: readonly StoredRoom[]): Promise<void> {
    // SQLite takes 32766 parameters in a statement.
    for (let i = 0; i < rooms.length; i += 1000) await this.#insert(userId, rooms.slice(i, i + 1000));
  }

  async remove(userId: number, legacyId: string): Promise<void> {
    await this.#db.deleteFrom('room').where('user_id', '=', userId).where('legacy_id', '=', legacyId).execute();
  }

  async #insert(userId: number, rooms: readonly StoredRoom[]): Promise<void> {
    const columns = ['local', 'name', 'description', 'subject', 'subject_setter', 'subject_at'] as const;
    const more = ['n_participants', 'user_nick', 'avatar_hash', 'avatar_id', 'clients'] as const;
    await this.#db
      .insertInto('room')
      .values(rooms.map((room) => rowOf(userId, room)))
      .onConflict((conflict) =>
        conflict
          .columns(['user_id', 'legacy_id'])
          .doUpdateSet((excluded) =>
            Object.fromEntries([...columns, ...more].map((column) => [column, excluded.ref(`excluded.${column}`)])),
          ),
      )
      .execute();
  }
}

function rowOf(userId: number, room: StoredRoom): Omit<RoomRow, 'id'> {
  return {
    user_id: userId,
    legacy_id: room.legacyId,
    local: room.local,
    name: room.name ?? null,
    description: room.description ?? null,
    subject: room.subject ?? null,
    subject_setter: room.subjectSetter ?? null,
    subject_at: room.subjectDate?.getTime() ?? null,
    n_participants: room.nParticipants ?? null,
    user_nick: room.userNick ?? null,
    avatar_hash: room.avatarHash ?? null,
    avatar_id: room.avatarId ?? null,
    clients: JSON.stringify(room.clients),
  };
}
