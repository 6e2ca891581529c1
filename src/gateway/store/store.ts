/** What outlives the process. One class for each kind of thing, over one database. */

import { type Kysely, sql } from 'kysely';
import { type Clock, systemClock } from '../../stanza/index.ts';
import { AttachmentStore } from './attachments.ts';
import { AvatarStore } from './avatars.ts';
import { ContactStore } from './contacts.ts';
import { openDatabase } from './database.ts';
import { Journal } from './journal.ts';
import { JournalQueries } from './journal-queries.ts';
import { Keyring } from './keyring.ts';
import { Leases } from './leases.ts';
import { type StoredLife, storedLives } from './life.ts';
import { MessageIds } from './message-ids.ts';
import { pruneByAge, pruneMessageIds } from './pruning.ts';
import { RoomMessages } from './room-messages.ts';
import { RoomStore } from './rooms.ts';
import { checkKeys, type RotationProgress, rotateKeys } from './rotation.ts';
import type { Schema } from './schema.ts';
import { SettingStore } from './settings.ts';
import { ThreadStore } from './threads.ts';
import { UserStore } from './users.ts';

interface StoreOptions {
  /** Connections to PostgreSQL. */
  readonly poolSize?: number;
  readonly keyring?: Keyring;
  readonly clock?: Clock | undefined;
  /** The number of this process among those that share the database for one component. Default 0. */
  readonly worker?: number;
}

/** What is forgotten: all that is older than this, in milliseconds since 1970; minus infinity for nothing. */
export interface Pruning {
  readonly roomMessages: number;
  /** Ids of messages, threads, uploaded files, where pictures came from. */
  readonly messages: number;
  readonly registrations: number;
}

export class Store {
  readonly users: UserStore;
  readonly contacts: ContactStore;
  readonly rooms: RoomStore;
  readonly messageIds: MessageIds;
  readonly threads: ThreadStore;
  readonly avatars: AvatarStore;
  readonly attachments: AttachmentStore;
  readonly roomMessages: RoomMessages;
  readonly settings: SettingStore;
  readonly journal: Journal;
  readonly leases: Leases;
  readonly #db: Kysely<Schema>;
  readonly #keyring: Keyring;
  readonly #clock: Clock;

  private constructor(
    db: Kysely<Schema>,
    clock: Clock,
    journal: Journal,
    leases: Leases,
    keyring: Keyring,
    onError: (error: unknown) => void,
  ) {
    this.#db = db;
    this.journal = journal;
    this.leases = leases;
    this.#keyring = keyring;
    this.#clock = clock;
    this.users = new UserStore(db, keyring, onError);
    this.contacts = new ContactStore(db);
    this.rooms = new RoomStore(db);
    this.messageIds = new MessageIds(db, journal);
    this.threads = new ThreadStore(db, clock);
    this.avatars = new AvatarStore(db, clock);
    this.attachments = new AttachmentStore(db, clock);
    this.roomMessages = new RoomMessages(db, onError);
    this.settings = new SettingStore(db);
  }

  /**
   * Opens the store in the SQLite file at `location`, `:memory:` for one that is gone when closed; or in the PostgreSQL
   * database of that URL.
   * @param onError hears of writes in the background that failed, and of users whose credentials cannot be read.
   * @throws ConfigError when credentials are encrypted with a key that is not in `keyring`.
   */
  static async open(
    location: string,
    onError: (error: unknown) => void,
    { keyring = new Keyring(), clock = systemClock, worker = 0, ...options }: StoreOptions = {},
  ): Promise<Store> {
    const db = await openDatabase(location, { ...options, onError });
    try {
      await checkKeys(db, keyring);
    } catch (error) {
      await db.destroy();
      throw error;
    }
    const journal = new Journal({ db, clock, onError, worker, last: await JournalQueries.last(db) });
    return new Store(db, clock, journal, new Leases(db, worker), keyring, onError);
  }

  /** Encrypts all credentials with the first key of the keyring. */
  rotateKeys(onBatch?: (progress: RotationProgress) => void): Promise<RotationProgress> {
    return rotateKeys(this.#db, this.#keyring, onBatch);
  }

  /** Writes what is waiting, and closes. */
  async close(): Promise<void> {
    await this.journal.close();
    await this.roomMessages.flush();
    await this.#db.destroy();
  }

  /** Says these, in this order, to whoever listens on a channel of PostgreSQL. */
  async notify(channel: string, parts: readonly string[]): Promise<void> {
    await sql`select pg_notify(${channel}, part) from unnest(${parts}::text[]) as part`.execute(this.#db);
  }

  /** What is known of the messages with these ids, on either side. Looks at all that is stored, a part at a time. */
  async lives(ids: readonly string[]): Promise<StoredLife[]> {
    await this.journal.flushed();
    return storedLives(this.#db, ids);
  }

  /** Forgets what is too old, and pictures that nobody has any more. */
  async prune({ roomMessages, messages, registrations }: Pruning): Promise<void> {
    await this.journal.flushed();
    if (Number.isFinite(roomMessages)) await this.roomMessages.prune(roomMessages);
    if (Number.isFinite(messages)) {
      await pruneMessageIds(this.#db, this.#clock.now(), messages);
      for (const table of ['thread', 'attachment', 'avatar_source'] as const)
        await pruneByAge(this.#db, table, messages);
    }
    await this.users.pruneRegistrations(registrations);
    await this.avatars.removeUnused();
  }

  /** Removes a user and everything that is stored for them. */
  async deleteUser(id: number): Promise<void> {
    await this.journal.flushed();
    await this.roomMessages.flush();
    await this.users.delete(id);
    await this.avatars.removeUnused();
  }
}
