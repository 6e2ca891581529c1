/** Opening the database, SQLite or PostgreSQL, with the tables brought up to date. */

import { type Kysely, Migrator } from 'kysely';
import { isPostgresUrl } from './location.ts';
import { MIGRATIONS } from './migrations.ts';
import type { PostgresOptions } from './postgres.ts';
import type { Schema } from './schema.ts';
import { openSqlite } from './sqlite.ts';

/**
 * Opens the database at `location`: the URL of a PostgreSQL database, or the path of an SQLite file, `:memory:` for one
 * that is gone when closed. Throws when it cannot.
 */
export async function openDatabase(location: string, options: PostgresOptions): Promise<Kysely<Schema>> {
  if (!isPostgresUrl(location)) {
    const db = openSqlite(location);
    try {
      await migrate(db);
    } catch (error) {
      await db.destroy();
      throw error;
    }
    return db;
  }
  // Its driver is loaded only where it is used.
  const { openPostgres, openPostgresForMigration } = await import('./postgres.ts');
  const forMigration = openPostgresForMigration(location, options.onError);
  try {
    await migrate(forMigration);
  } finally {
    await forMigration.destroy();
  }
  return openPostgres(location, options);
}

/** When several processes start together, one does it and the others wait. */
async function migrate(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
