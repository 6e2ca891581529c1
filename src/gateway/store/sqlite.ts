/** SQLite: a file that only this process writes to, or memory. */

import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import Database from 'libsql';
import { withNul, withoutNul } from './nul.ts';
import type { Schema } from './schema.ts';
import { MAX_PAGES, WriteAheadLog } from './write-ahead-log.ts';

/** Statements are prepared once; there are few different ones. */
const MAX_STATEMENTS = 256;
/** Milliseconds to wait for another process, such as one that starts at the same time, or a backup. */
const BUSY_TIMEOUT = 10_000;

/** Opens the database at `path`, `:memory:` for one that is gone when closed. Throws when it cannot. */
export function openSqlite(path: string): Kysely<Schema> {
  const database = new Database(path);
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
  useWriteAheadLog(database);
  // With a write-ahead log, NORMAL survives the death of the process; only a power failure may take the last commits.
  database.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;');
  const statements = new Map<string, SqliteStatement>();
  const writes = { rows: 0 };
  if (path !== ':memory:') database.exec(`PRAGMA wal_autocheckpoint = ${MAX_PAGES}`);
  return new Kysely<Schema>({
    dialect: new Dialect(path, writes, {
      database: {
        prepare(sql) {
          const known = statements.get(sql);
          if (known !== undefined) return known;
          const statement = new Statement(database.prepare(sql), sql, writes);
          if (statements.size >= MAX_STATEMENTS) statements.clear();
          statements.set(sql, statement);
          return statement;
        },
        close: () => database.close(),
      },
    }),
  });
}

/** What has been written since the last commit. */
interface Writes {
  rows: number;
}

/** As libsql has it, but for the character NUL. */
class Statement implements SqliteStatement {
  readonly reader: boolean;
  readonly #inner: Database.Statement;
  readonly #writes: Writes;
  readonly #isWriting: boolean;

  constructor(inner: Database.Statement, sql: string, writes: Writes) {
    this.#inner = inner;
    this.#isWriting = /^(insert|update|delete)/i.test(sql);
    this.#writes = writes;
    this.reader = inner.reader;
  }

  all(parameters: readonly unknown[]): unknown[] {
    const rows = this.#inner.all(parameters.map(withoutNul)) as Record<string, unknown>[];
    for (const row of rows) {
      for (const [column, value] of Object.entries(row)) if (typeof value === 'string') row[column] = withNul(value);
    }
    return rows;
  }

  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    const result = this.#inner.run(parameters.map(withoutNul));
    // Those that only begin or end something repeat what was written before them.
    if (this.#isWriting) this.#writes.rows += Number(result.changes);
    return result;
  }

  iterate(): never {
    throw new TypeError('rows are read all at once');
  }
}

/** SQLite does not wait for others when it changes the kind of the log, whatever the timeout says. */
function useWriteAheadLog(database: Database.Database): void {
  const end = Date.now() + BUSY_TIMEOUT;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY' || Date.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

class Dialect extends SqliteDialect {
  readonly #path: string;
  readonly #writes: Writes;
  readonly #config: SqliteDialectConfig;

  constructor(path: string, writes: Writes, config: SqliteDialectConfig) {
    super(config);
    this.#path = path;
    this.#writes = writes;
    this.#config = config;
  }

  override createDriver(): Driver {
    return new Driver(this.#path, this.#writes, this.#config);
  }

  override createAdapter(): Adapter {
    return new Adapter();
  }
}

class Driver extends SqliteDriver {
  readonly #log: WriteAheadLog | undefined;
  readonly #writes: Writes;

  constructor(path: string, writes: Writes, config: SqliteDialectConfig) {
    super(config);
    this.#writes = writes;
    if (path !== ':memory:') this.#log = new WriteAheadLog({ path, alone: (task) => this.#alone(task) });
  }

  /** What was to be done with the connection is done. */
  override async releaseConnection(): Promise<void> {
    await super.releaseConnection();
    const { rows } = this.#writes;
    if (rows === 0) return;
    this.#writes.rows = 0;
    this.#log?.committed(rows);
  }

  override async destroy(): Promise<void> {
    await this.#log?.close();
    await super.destroy();
  }

  async #alone(task: () => Promise<void>): Promise<void> {
    await this.acquireConnection();
    try {
      await task();
    } finally {
      await super.releaseConnection();
    }
  }

  /** A transaction that reads before it writes would fail, not wait, when another process wrote in between. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** After a full disk, and other errors of the disk, SQLite has done that itself: what went wrong must not be hidden. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (!(error as Error).message.includes('no transaction is active')) throw error;
    }
  }
}

class Adapter extends SqliteAdapter {
  /** So that migrations are one transaction: done once when several processes start, and wholly or not at all. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
