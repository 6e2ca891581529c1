/** PostgreSQL, by its URL. */

import type { Duplex } from 'node:stream';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { withNul, withoutNul } from './nul.ts';
import type { Schema } from './schema.ts';

export interface PostgresOptions {
  /** Connections at most. Default 10. */
  readonly poolSize?: number;
  /** Hears of connections that broke while nothing used them. */
  readonly onError: (error: unknown) => void;
  /**
   * Milliseconds without an answer after which a connection is given up. Default 75000: the server itself ends statements
   * before that, so there is nobody any more.
   */
  readonly silence?: number;
}

/** Milliseconds that the server may be silent when a connection is made, and that a statement may take. */
const CONNECTION_TIMEOUT = 10_000;
const STATEMENT_TIMEOUT = 60_000;
const SILENCE = STATEMENT_TIMEOUT + 15_000;

/** Nothing is connected before the first statement. */
export function openPostgres(url: string, options: PostgresOptions): Kysely<Schema> {
  const { poolSize = 10, onError, silence = SILENCE } = options;
  return connected(url, onError, {
    Client: class extends Client {
      override readonly silence = silence;
    },
    max: poolSize,
    statement_timeout: STATEMENT_TIMEOUT,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT,
  });
}

/** For migrations: one connection, which may wait for other processes and work for as long as it takes. */
export function openPostgresForMigration(url: string, onError: (error: unknown) => void): Kysely<Schema> {
  return connected(url, onError, { max: 1 });
}

function connected(url: string, onError: (error: unknown) => void, options: pg.PoolConfig): Kysely<Schema> {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'slipway',
    connectionTimeoutMillis: CONNECTION_TIMEOUT,
    keepAlive: true,
    Client,
    types: { getTypeParser },
    ...options,
  });
  // Without a listener a restart of the server would end this process.
  pool.on('error', onError);
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}

class Client extends pg.Client {
  /** Milliseconds without an answer after which the connection is given up. */
  readonly silence: number | undefined;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(config?: pg.ClientConfig) {
    super(config);
    // The pool listens only while nobody uses the connection. When one breaks that is in use, its statements fail, and
    // whoever waits for them hears of it; without a listener it would end this process besides.
    this.on('error', () => undefined);
    this.once('end', () => clearTimeout(this.#timer));
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads of `query` are many, and all are passed on.
  override query(...args: any[]): any {
    const [, values] = args;
    if (Array.isArray(values)) args[1] = values.map(withoutNul);
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const result = (super.query as (...args: any[]) => any)(...args);
    if (result instanceof Promise) this.#watch(result);
    return result;
  }

  /** A server that is there and does nothing, or a machine that has vanished, would be waited for for ever. */
  #watch(answer: Promise<unknown>): void {
    if (this.silence === undefined) return;
    this.#waiting++;
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => {
        if (this.#waiting > 0)
          this.#streamOf().destroy(new Error(`the database has not answered for ${this.silence} ms`));
      }, this.silence).unref();
    } else this.#timer.refresh();
    const settled = () => void this.#waiting--;
    answer.then(settled, settled);
  }

  #streamOf(): Duplex {
    return (this as unknown as { readonly connection: { readonly stream: Duplex } }).connection.stream;
  }
}

const { builtins } = pg.types;

/** As numbers, what the schema calls numbers: milliseconds, counts and ids stay far below 2^53. */
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid: number, format?: 'text' | 'binary') => {
  if (format === 'binary') return pg.types.getTypeParser(oid, format);
  if (oid === builtins.INT8) return Number;
  if (oid === builtins.TEXT || oid === builtins.VARCHAR) return withNul;
  return pg.types.getTypeParser(oid, 'text');
};
