/**
 * Who serves a component from a database: one process at a time, or with `workers` so many, each under a number of its
 * own. Others wait, and go on where one has left off when that has ended, however it has ended: what holds the right is a
 * lock that goes with the process.
 */

import Database from 'libsql';
import { isPostgresUrl } from './location.ts';

export interface Tenancy {
  /** Under which number this process serves: less than `workers`. */
  readonly worker: number;
  /** Resolves when the right is lost although nobody has released it: somebody else may serve from now on. */
  readonly lost: Promise<Error>;
  /** Hears what is said on a channel of PostgreSQL for as long as the right lasts, without a gap. */
  readonly listen: ((channel: string, hear: (said: string) => void) => Promise<void>) | undefined;
  release(): Promise<void>;
}

export interface TenancyOptions {
  /** Where the data is: the URL of a PostgreSQL database, or the path of an SQLite file. */
  readonly location: string;
  /** The component's domain. */
  readonly jid: string;
  /** How many processes serve at a time. Default 1; more need PostgreSQL. */
  readonly workers?: number;
  /** Called once, when others have the right. */
  readonly onWait: () => void;
  /** Ends the waiting: `claimTenancy` then rejects. */
  readonly signal: AbortSignal;
}

/** Waits for the right, for as long as it takes. Rejects when it cannot be asked for. */
export async function claimTenancy(options: TenancyOptions): Promise<Tenancy> {
  if (!isPostgresUrl(options.location)) return ofSqlite(options);
  // Its driver is loaded only where it is used.
  const { claimInPostgres } = await import('./postgres-tenancy.ts');
  return claimInPostgres(options);
}

/** Milliseconds between looks at what others have. */
export const LOOK_INTERVAL = 100;

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
      const lost = new Promise<never>(() => {});
      return { worker: 0, lost, listen: undefined, release: async () => void database.close() };
    } catch (error) {
      if (!String((error as { code?: string }).code).startsWith('SQLITE_BUSY')) throw error;
    }
    if (!isWaiting) onWait();
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL));
  }
}
