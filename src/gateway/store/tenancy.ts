/**
 * Who serves a component from a database: one process at a time. A second one waits, and goes on where the first has
 * left off when that has ended, however it has ended: what holds the right is a lock that goes with the process.
 */

import { createHash } from 'node:crypto';
import Database from 'libsql';
import { isPostgresUrl } from './location.ts';

export interface Tenancy {
  /** Resolves when the right is lost although nobody has released it: somebody else may serve from now on. */
  readonly lost: Promise<Error>;
  release(): Promise<void>;
}

export interface TenancyOptions {
  /** Where the data is: the URL of a PostgreSQL database, or the path of an SQLite file. */
  readonly location: string;
  /** The component's domain. */
  readonly jid: string;
  /** Called once, when somebody else has the right. */
  readonly onWait: () => void;
  /** Ends the waiting: `claimTenancy` then rejects. */
  readonly signal: AbortSignal;
}

/** Waits for the right, for as long as it takes. Rejects when it cannot be asked for. */
export function claimTenancy(options: TenancyOptions): Promise<Tenancy> {
  return isPostgresUrl(options.location) ? ofPostgres(options) : ofSqlite(options);
}

const NEVER = new Promise<never>(() => {});

/** Milliseconds between looks at a file that somebody else has. */
const INTERVAL = 250;

/** A file of its own beside the database: that must stay open for backups and for `slipway explain`. */
async function ofSqlite({ location, onWait, signal }: TenancyOptions): Promise<Tenancy> {
  const database = new Database(`${location}.lock`);
  database.exec('PRAGMA busy_timeout = 0');
  for (let isWaiting = false; ; isWaiting = true) {
    if (signal.aborted) {
      database.close();
      throw signal.reason;
    }
    try {
      database.exec('BEGIN EXCLUSIVE');
      return { lost: NEVER, release: async () => void database.close() };
    } catch (error) {
      if (!String((error as { code?: string }).code).startsWith('SQLITE_BUSY')) throw error;
    }
    if (!isWaiting) onWait();
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}

/**
 * A lock of a connection: the server gives it away when the connection is gone. Of a machine that has vanished without a
 * word it notices within half a minute.
 */
async function ofPostgres({ location, jid, onWait, signal }: TenancyOptions): Promise<Tenancy> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionString: location,
    application_name: 'slipway tenancy',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  let isReleased = false;
  const lost = new Promise<Error>((resolve) => {
    client.on('error', resolve);
    client.on('end', () => isReleased || resolve(new Error('the connection to the database has ended')));
  });
  const release = async () => {
    isReleased = true;
    await client.end();
  };
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => undefined);
  try {
    await client.connect();
    await client.query('SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3');
    const keys = keysOf(jid);
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1, $2) AS has', keys);
    if (!rows[0].has) {
      onWait();
      const gone = lost.then((error) => {
        throw error;
      });
      await Promise.race([client.query('SELECT pg_advisory_lock($1, $2)', keys), aborted, gone]);
    }
    return { lost, release };
  } catch (error) {
    // Not awaited: it would wait for the query that waits.
    release().catch(() => undefined);
    throw error;
  }
}

/** Locks have two numbers of 32 bits. */
function keysOf(jid: string): [number, number] {
  const digest = createHash('sha256').update(`slipway ${jid}`).digest();
  return [digest.readInt32BE(0), digest.readInt32BE(4)];
}
