/** Writing many rows: statements that are compiled once, and writes of many users in one transaction. */

import type { CompiledQuery, ControlledTransaction, Kysely, Transaction } from 'kysely';
import type { Schema } from './schema.ts';

export type Database = Kysely<Schema> | Transaction<Schema> | ControlledTransaction<Schema>;

/** Rows in a statement, the most first; what is left over takes smaller ones. Few, since each is another statement. */
const SIZES = [100, 10, 1];

/** A statement for any number of rows. To compile it for each would cost more than to run it. */
export class BulkStatement<Row extends object> {
  readonly #compile: (rows: readonly Row[]) => CompiledQuery;
  /** By the number of rows. */
  readonly #compiled = new Map<number, CompiledQuery>();

  /**
   * @param compile makes the statement for rows that all have the same keys in the same order. Its parameters must be the values of the
   *   rows, in their order, and nothing else.
   */
  constructor(compile: (rows: readonly Row[]) => CompiledQuery) {
    this.#compile = compile;
  }

  /** Returns how many rows were written. */
  async run(db: Database, rows: readonly Row[]): Promise<number> {
    let written = 0;
    for (let at = 0; at < rows.length; ) {
      const size = SIZES.find((each) => each <= rows.length - at) as number;
      const chunk = rows.slice(at, at + size);
      let compiled = this.#compiled.get(size);
      if (compiled === undefined) {
        compiled = this.#compile(chunk);
        this.#compiled.set(size, compiled);
      }
      const { numAffectedRows = 0n } = await db.executeQuery({
        ...compiled,
        parameters: chunk.flatMap((row) => Object.values(row)),
      });
      written += Number(numAffectedRows);
      at += size;
    }
    return written;
  }
}

interface Waiting<Row> {
  readonly rows: readonly Row[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Collects rows until the end of the turn of the event loop, and writes them together. */
export class WriteQueue<Row> {
  readonly #write: (rows: readonly Row[]) => Promise<void>;
  #waiting: Waiting<Row>[] = [];

  /** @param write writes all of them, or none. */
  constructor(write: (rows: readonly Row[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when they are written, rejects when they cannot be. Rows that were added together share their fate. */
  add(rows: readonly Row[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#writeAll());
      this.#waiting.push({ rows, resolve, reject });
    });
  }

  async #writeAll(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      await this.#write(waiting.flatMap(({ rows }) => rows));
      for (const { resolve } of waiting) resolve();
    } catch {
      // What is wrong with one, such as that its user is no more, must not keep others from being written.
      for (const { rows, resolve, reject } of waiting) await this.#write(rows).then(resolve, reject);
    }
  }
}
