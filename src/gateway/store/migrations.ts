/** The history of the tables. A migration that has been released is never changed: add another. */

import { type CreateTableBuilder, type Kysely, type Migration, PostgresAdapter, sql } from 'kysely';

/** Written against whatever the tables were at the time, hence without their present types. */
type Db = Kysely<unknown>;

// What SQLite and PostgreSQL call differently.

const isPostgres = (db: Db) => db.getExecutor().adapter instanceof PostgresAdapter;
const key = (db: Db) => (isPostgres(db) ? 'bigint' : 'integer');
const bytes = (db: Db) => (isPostgres(db) ? sql`bytea` : sql`blob`);

/** A column `id` that counts up. */
const numbered =
  (db: Db) =>
  <T extends string, C extends string>(table: CreateTableBuilder<T, C>) =>
    table.addColumn('id', key(db), (c) =>
      isPostgres(db) ? c.primaryKey().generatedByDefaultAsIdentity() : c.primaryKey().autoIncrement(),
    );

/** A column with the id of a user, whose rows go when the user does. */
const ofUser = (db: Db, table: string) =>
  db.schema
    .createTable(table)
    .addColumn('user_id', key(db), (c) => c.notNull().references('user_account.id').onDelete('cascade'));

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-people': {
    async up(db: Db) {
      await db.schema
        .createTable('user_account')
        .$call(numbered(db))
        .addColumn('jid', 'text', (c) => c.notNull().unique())
        .addColumn('legacy_module_data', 'text', (c) => c.notNull())
        .addColumn('preferences', 'text', (c) => c.notNull())
        .addColumn('registered_at', 'bigint', (c) => c.notNull())
        .addColumn('avatar_hash', 'text')
        .execute();
      await db.schema
        .createTable('registration')
        .addColumn('jid', 'text', (c) => c.primaryKey())
        .addColumn('path', 'text', (c) => c.notNull())
        .addColumn('updated_at', 'bigint', (c) => c.notNull())
        .execute();
      await ofUser(db, 'contact')
        .$call(numbered(db))
        .addColumn('legacy_id', 'text', (c) => c.notNull())
        .addColumn('local', 'text', (c) => c.notNull())
        .addColumn('name', 'text')
        .addColumn('is_friend', 'integer', (c) => c.notNull().defaultTo(0))
        .addColumn('in_roster', 'integer', (c) => c.notNull().defaultTo(0))
        .addColumn('avatar_hash', 'text')
        .addColumn('avatar_id', 'text')
        .addColumn('vcard', 'text')
        .addUniqueConstraint('contact_by_legacy_id', ['user_id', 'legacy_id'])
        .addUniqueConstraint('contact_by_local', ['user_id', 'local'])
        .execute();
      await ofUser(db, 'message')
        .$call(numbered(db))
        .addColumn('chat', 'text', (c) => c.notNull())
        .addColumn('xmpp_id', 'text', (c) => c.notNull())
        .addColumn('legacy_id', 'text', (c) => c.notNull())
        .addColumn('from_user', 'integer', (c) => c.notNull())
        .addColumn('displayed', 'integer', (c) => c.notNull().defaultTo(0))
        .execute();
      await db.schema
        .createIndex('message_by_xmpp_id')
        .on('message')
        .columns(['user_id', 'chat', 'xmpp_id', 'from_user'])
        .unique()
        .execute();
      await db.schema
        .createIndex('message_by_legacy_id')
        .on('message')
        .columns(['user_id', 'chat', 'legacy_id'])
        .execute();
      await ofUser(db, 'thread')
        .addColumn('chat', 'text', (c) => c.notNull())
        .addColumn('xmpp_thread', 'text', (c) => c.notNull())
        .addColumn('legacy_thread', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('thread_by_xmpp_thread', ['user_id', 'chat', 'xmpp_thread'])
        .execute();
      await db.schema
        .createIndex('thread_by_legacy_thread')
        .on('thread')
        .columns(['user_id', 'chat', 'legacy_thread'])
        .execute();
      await db.schema
        .createTable('avatar')
        .addColumn('hash', 'text', (c) => c.primaryKey())
        .addColumn('png', bytes(db), (c) => c.notNull())
        .addColumn('width', 'integer', (c) => c.notNull())
        .addColumn('height', 'integer', (c) => c.notNull())
        .execute();
      await db.schema
        .createTable('avatar_source')
        .addColumn('url', 'text', (c) => c.primaryKey())
        .addColumn('hash', 'text', (c) => c.notNull().references('avatar.hash').onDelete('cascade'))
        .addColumn('etag', 'text')
        .addColumn('last_modified', 'text')
        .execute();
      await ofUser(db, 'attachment')
        .addColumn('legacy_file_id', 'text', (c) => c.notNull())
        .addColumn('url', 'text', (c) => c.notNull())
        .addColumn('about', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('attachment_by_legacy_file_id', ['user_id', 'legacy_file_id'])
        .execute();
    },
  },
  '0002-room-archive': {
    async up(db: Db) {
      await ofUser(db, 'room_message')
        .$call(numbered(db))
        .addColumn('chat', 'text', (c) => c.notNull())
        .addColumn('archive_id', 'text', (c) => c.notNull())
        .addColumn('event_key', 'text', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addColumn('is_backfilled', 'integer', (c) => c.notNull())
        .addColumn('is_superseded', 'integer', (c) => c.notNull())
        .addColumn('is_tombstone', 'integer', (c) => c.notNull())
        .addColumn('legacy_id', 'text')
        .addColumn('nick', 'text', (c) => c.notNull())
        .addColumn('author', 'text')
        .addColumn('message_id', 'text')
        .addColumn('replaces', 'text')
        .addColumn('emojis', 'text')
        .addColumn('stanza', 'text', (c) => c.notNull())
        .addUniqueConstraint('room_message_by_archive_id', ['user_id', 'chat', 'archive_id'])
        .addUniqueConstraint('room_message_by_event_key', ['user_id', 'chat', 'event_key'])
        .execute();
      await db.schema
        .createIndex('room_message_by_time')
        .on('room_message')
        .columns(['user_id', 'chat', 'is_superseded', 'at', 'id'])
        .execute();
      await db.schema
        .createIndex('room_message_by_replaced')
        .on('room_message')
        .columns(['user_id', 'chat', 'replaces'])
        .where(sql.ref('replaces'), 'is not', null)
        .execute();
      await db.schema.createIndex('room_message_by_age').on('room_message').column('at').execute();
    },
  },
  '0003-settings': {
    async up(db: Db) {
      await db.schema
        .createTable('setting')
        .addColumn('name', 'text', (c) => c.primaryKey())
        .addColumn('value', bytes(db), (c) => c.notNull())
        .execute();
    },
  },
  '0004-rooms': {
    async up(db: Db) {
      await ofUser(db, 'room')
        .$call(numbered(db))
        .addColumn('legacy_id', 'text', (c) => c.notNull())
        .addColumn('local', 'text', (c) => c.notNull())
        .addColumn('name', 'text')
        .addColumn('description', 'text')
        .addColumn('subject', 'text')
        .addColumn('subject_setter', 'text')
        .addColumn('subject_at', 'bigint')
        .addColumn('n_participants', 'integer')
        .addColumn('user_nick', 'text')
        .addColumn('avatar_hash', 'text')
        .addColumn('avatar_id', 'text')
        .addColumn('clients', 'text', (c) => c.notNull())
        .addUniqueConstraint('room_by_legacy_id', ['user_id', 'legacy_id'])
        .addUniqueConstraint('room_by_local', ['user_id', 'local'])
        .execute();
    },
  },
  '0005-journal': {
    async up(db: Db) {
      // 0: what there was before has been sent.
      await db.schema
        .alterTable('message')
        .addColumn('out_id', 'bigint', (c) => c.defaultTo(0))
        .execute();
      await db.schema
        .createTable('journal_out')
        .addColumn('id', 'bigint', (c) => c.primaryKey())
        .addColumn('worker', 'integer', (c) => c.notNull())
        .addColumn('xml', 'text', (c) => c.notNull())
        .execute();
      await ofUser(db, 'journal_in')
        .addColumn('id', 'bigint', (c) => c.primaryKey())
        .addColumn('worker', 'integer', (c) => c.notNull())
        .addColumn('chat', 'text', (c) => c.notNull())
        .addColumn('stanza_id', 'text', (c) => c.notNull())
        .addColumn('digest', 'integer', (c) => c.notNull())
        .addColumn('state', 'text', (c) => c.notNull())
        .addColumn('error', 'text')
        .addColumn('xml', 'text', (c) => c.notNull())
        .addUniqueConstraint('journal_in_by_stanza_id', ['user_id', 'chat', 'stanza_id', 'digest'])
        .execute();
      await db.schema
        .createIndex('journal_in_open')
        .on('journal_in')
        .column('state')
        .where(sql.ref('state'), '<>', 'sent')
        .execute();
    },
  },
  '0006-other-ids': {
    async up(db: Db) {
      // Most stanzas have the id of their message: those are found by it in the index by xmpp_id.
      await db.schema.dropIndex('message_by_legacy_id').execute();
      await db.schema
        .createIndex('message_by_other_id')
        .on('message')
        .columns(['user_id', 'chat', 'legacy_id'])
        .where(sql.ref('legacy_id'), '<>', sql.ref('xmpp_id'))
        .execute();
    },
  },
  '0007-ages': {
    async up(db: Db) {
      // When ids of messages were new: they count up, so one row for many says enough.
      await db.schema
        .createTable('message_age')
        .addColumn('at', 'bigint', (c) => c.primaryKey())
        .addColumn('last_id', 'bigint', (c) => c.notNull())
        .execute();
      const now = Date.now();
      for (const table of ['thread', 'attachment', 'avatar', 'avatar_source']) {
        await db.schema
          .alterTable(table)
          .addColumn('at', 'bigint', (c) => c.notNull().defaultTo(0))
          .execute();
        // What is there already is as old as this migration.
        await sql`update ${sql.table(table)} set at = ${sql.lit(now)}`.execute(db);
        await db.schema.createIndex(`${table}_by_age`).on(table).column('at').execute();
      }
    },
  },
  '0008-returned': {
    async up(db: Db) {
      await db.schema.alterTable('message').addColumn('error', 'text').execute();
    },
  },
  '0009-leases': {
    async up(db: Db) {
      await ofUser(db, 'lease')
        .addColumn('worker', 'integer', (c) => c.notNull())
        .addPrimaryKeyConstraint('lease_by_user', ['user_id'])
        .execute();
    },
  },
  '0010-when': {
    async up(db: Db) {
      await db.schema.alterTable('journal_in').addColumn('state_at', 'bigint').execute();
    },
  },
};
