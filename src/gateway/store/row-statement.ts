/** Statements for many rows at once. */

import type { CompiledQuery, QueryResult } from 'kysely';

/** Where a statement is run: the database, or a transaction. */
export interface Executor {
  executeQuery<R>(query: CompiledQuery<R>): Promise<QueryResult<R>>;
}

/** SQLite takes 32766 parameters in a statement, PostgreSQL twice as many. */
const MAX_ROWS = 256;

/**
 * One statement for any number of rows. Kysely takes longer to compile a statement than SQLite to run it: each is compiled
 * once for each power of two, and a number of rows is made of those.
 */
export class RowStatement<T> {
  readonly #compile: (rows: number) => CompiledQuery;
  readonly #values: (row: T) => readonly unknown[];
  readonly #compiled = new Map<number, CompiledQuery>();

  /**
   * @param compile makes the statement for so many rows; its parameters are those of the rows, one after the other, after
   *   those that are there once.
   * @param values the parameters of a row.
   */
  constructor(compile: (rows: number) => CompiledQuery, values: (row: T) => readonly unknown[]) {
    this.#compile = compile;
    this.#values = values;
  }

  /** Returns the number of rows that were written. @param once the parameters before those of the rows. */
  async run(db: Executor, rows: readonly T[], ...once: readonly unknown[]): Promise<number> {
    let written = 0;
    for (let done = 0; done < rows.length; ) {
      const size = Math.min(MAX_ROWS, 2 ** Math.floor(Math.log2(rows.length - done)));
      const parameters: unknown[] = [...once];
      for (let i = done; i < done + size; i++) parameters.push(...this.#values(rows[i] as T));
      const { numAffectedRows } = await db.executeQuery(withParameters(this.#of(size), parameters));
      written += Number(numAffectedRows ?? 0);
      done += size;
    }
    return written;
  }

  #of(size: number): CompiledQuery {
    let compiled = this.#compiled.get(size);
    if (compiled === undefined) {
      compiled = this.#compile(size);
      this.#compiled.set(size, compiled);
    }
    return compiled;
  }
}

/**
 * A statement that takes rows of a table as they are.
 * @param columns all that the rows have.
 * @param compile makes it for these rows, of which only the number and the columns matter.
 */
export function rowStatement<R extends object>(
  columns: readonly (keyof R & string)[],
  compile: (rows: readonly R[]) => CompiledQuery,
): RowStatement<R> {
  const sample = Object.fromEntries(columns.map((column) => [column, 0])) as R;
  return new RowStatement(
    (count) => compile(Array.from({ length: count }, () => sample)),
    (row) => columns.map((column) => row[column]),
  );
}

/** A statement with the same parameters each time, compiled once. The parameters of the sample must be in that order. */
export function prepared<R, A extends readonly unknown[]>(
  compile: () => CompiledQuery<R>,
): (db: Executor, ...args: A) => Promise<readonly R[]> {
  let compiled: CompiledQuery<R> | undefined;
  return async (db, ...parameters) => {
    compiled ??= compile();
    return (await db.executeQuery(withParameters(compiled, parameters))).rows;
  };
}

/**
 * The statement with these instead of those it was compiled with. A value that is written into it as a value is one more:
 * SQLite takes what is missing for NULL, PostgreSQL fails.
 */
function withParameters<R>(compiled: CompiledQuery<R>, parameters: readonly unknown[]): CompiledQuery<R> {
  if (parameters.length !== compiled.parameters.length) {
    throw new TypeError(`${parameters.length} parameters for ${compiled.parameters.length} places in ${compiled.sql}`);
  }
  return { ...compiled, parameters };
}
