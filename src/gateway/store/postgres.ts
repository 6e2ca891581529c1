/** PostgreSQL, by its URL. */

import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { withNul, withoutNul } from './nul.ts';
import type { Schema } from './schema.ts';

export interface PostgresOptions {
  /** Connections at most. Default 10. */
  readonly poolSize?: number;
  /** Hears of connections that broke while nothing used them. */
  readonly onError: (error: unknown) => void;
}

/** Milliseconds that the server may be silent when a connection is made, and that a statement may take. */
const CONNECTION_TIMEOUT = 10_000;
const STATEMENT_TIMEOUT = 60_000;

/** Nothing is connected before the first statement. */
export function openPostgres(url: string, { poolSize = 10, onError }: PostgresOptions): Kysely<Schema> {
  return connected(url, onError, {
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
  constructor(config?: pg.ClientConfig) {
    super(config);
    // The pool listens only while nobody uses the connection. When one breaks that is in use, its statements fail, and
    // whoever waits for them hears of it; without a listener it would end this process besides.
    this.on('error', () => undefined);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads of `query` are many, and all are passed on.
  override query(...args: any[]): any {
    const [, values] = args;
    if (Array.isArray(values)) args[1] = values.map(withoutNul);
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    return (super.query as (...args: any[]) => any)(...args);
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
