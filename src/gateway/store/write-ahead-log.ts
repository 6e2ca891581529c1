/**
 * The write-ahead log of SQLite is copied into the database from time to time, which the disk takes many milliseconds for.
 * By default whoever has made it long enough does that, while all else waits. Here it is done by a connection of its own,
 * in a thread of the driver.
 */

import AsyncDatabase from 'libsql/promise';

/** Commits between two copies, or rows that they have written, of which each may have touched a page or two. */
const COMMITS = 400;
const ROWS = 4000;

/** Pages after which the log is copied at once, whoever waits: 32 MiB. Others are faster, unless they fail. */
export const MAX_PAGES = 8192;

export interface WriteAheadLogOptions {
  readonly path: string;
  /** Runs something while nobody reads or writes. */
  readonly alone: (task: () => Promise<void>) => Promise<void>;
}

export class WriteAheadLog {
  readonly #options: WriteAheadLogOptions;
  #database: AsyncDatabase | undefined;
  #commits = 0;
  #rows = 0;
  #isClosed = false;
  #copying: Promise<void> | undefined;

  constructor(options: WriteAheadLogOptions) {
    this.#options = options;
  }

  /** So many rows have been written. */
  committed(rows: number): void {
    this.#commits++;
    this.#rows += rows;
    if ((this.#commits < COMMITS && this.#rows < ROWS) || this.#copying !== undefined || this.#isClosed) return;
    this.#commits = 0;
    this.#rows = 0;
    this.#copying = this.#copyAll()
      // Another process reads or copies: the next time, or at the latest when the log is too long.
      .catch(() => undefined)
      .finally(() => {
        this.#copying = undefined;
      });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#copying;
    this.#database?.close();
  }

  async #copyAll(): Promise<void> {
    await this.#copy();
    // Then the rest, which is little, while nothing is added to it: only a log that is copied as a whole begins anew.
    await this.#options.alone(() => this.#copy());
  }

  async #copy(): Promise<void> {
    if (this.#database === undefined) {
      this.#database = new AsyncDatabase(this.#options.path, {});
      await this.#database.exec('PRAGMA busy_timeout = 0; PRAGMA synchronous = NORMAL;');
    }
    await this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }
}
