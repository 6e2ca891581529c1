/** Opening the database: SQLite in a file (or in memory), with the tables brought up to date. */

import { Kysely, Migrator, SqliteDialect, type SqliteStatement } from 'kysely';
import Database from 'libsql';
import { MIGRATIONS } from './migrations.ts';
import type { Schema } from './schema.ts';

/** Statements are prepared once; there are few different ones. */
const MAX_STATEMENTS = 256;

/** Opens the database at `path`, `:memory:` for one that is gone when closed. Throws when it cannot. */
export async function openDatabase(path: string): Promise<Kysely<Schema>> {
  const database = new Database(path);
  // With a write-ahead log, NORMAL survives the death of the process; only a power failure may take the last commits.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;');
  const statements = new Map<string, SqliteStatement>();
  const db = new Kysely<Schema>({
    dialect: new SqliteDialect({
      database: {
        prepare(sql) {
          const known = statements.get(sql);
          if (known !== undefined) return known;
          const statement = database.prepare(sql) as unknown as SqliteStatement;
          if (statements.size >= MAX_STATEMENTS) statements.clear();
          statements.set(sql, statement);
          return statement;
        },
        close: () => database.close(),
      },
    }),
  });
  await migrate(db);
  return db;
}

async function migrate(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    throw error;
  }
}
