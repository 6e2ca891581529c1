/**
 * The right to serve, as a lock of a connection to PostgreSQL. The server gives it away when the connection is gone; of a
 * machine that has vanished without a word it notices within half a minute. The process notices before that, and ends.
 */

import pg from 'pg';
import { LOOK_INTERVAL, type Tenancy, type TenancyOptions } from './tenancy.ts';
import { lockOf } from './worker-lock.ts';

/** Seconds of silence after which the server asks whether the process is there, between questions, and how many. */
const KEEPALIVE = { idle: 10, interval: 5, count: 3 };

/** Milliseconds between questions of the process, and that an answer may take: together less than the server takes. */
const BEAT = 5000;
const BEAT_PATIENCE = 10_000;

/** See `claimTenancy`. */
export async function claimInPostgres(options: TenancyOptions): Promise<Tenancy> {
  const { signal } = options;
  const holder = new Holder(options);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  const gone = holder.lost.then((error) => {
    throw error;
  });
  aborted.catch(() => undefined);
  gone.catch(() => undefined);
  try {
    return await Promise.race([holder.claim(), aborted, gone]);
  } catch (error) {
    // Not awaited: it would wait for a query that waits.
    holder.release().catch(() => undefined);
    throw error;
  }
}

class Holder implements Tenancy {
  readonly lost: Promise<Error>;
  worker = 0;
  readonly #options: TenancyOptions;
  readonly #client: pg.Client;
  #lose: (error: Error) => void = () => {};
  #beat: NodeJS.Timeout | undefined;
  #isReleased = false;

  constructor(options: TenancyOptions) {
    this.#options = options;
    this.#client = new pg.Client({
      connectionString: options.location,
      application_name: 'slipway tenancy',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
    this.#client.on('error', this.#lose);
    this.#client.on('end', () => this.#isReleased || this.#lose(new Error('the connection to the database has ended')));
  }

  async claim(): Promise<Tenancy> {
    const { jid, workers = 1, onWait } = this.#options;
    await this.#client.connect();
    const { idle, interval, count } = KEEPALIVE;
    await this.#client.query(
      `SET tcp_keepalives_idle = ${idle}; SET tcp_keepalives_interval = ${interval}; SET tcp_keepalives_count = ${count}`,
    );
    if (!(await this.#take(workers))) {
      onWait();
      // A single one wakes us up itself.
      if (workers === 1) await this.#client.query('SELECT pg_advisory_lock($1, $2)', lockOf(jid, 0));
      else {
        while (!this.#isReleased && !(await this.#take(workers))) {
          await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL));
        }
      }
    }
    this.#keepBeating();
    return this;
  }

  readonly listen = async (channel: string, hear: (said: string) => void): Promise<void> => {
    this.#client.on('notification', ({ channel: on, payload = '' }) => {
      if (on === channel) hear(payload);
    });
    await this.#client.query(`LISTEN ${this.#client.escapeIdentifier(channel)}`);
  };

  async release(): Promise<void> {
    this.#isReleased = true;
    clearTimeout(this.#beat);
    let timer: NodeJS.Timeout | undefined;
    // A server that hangs says no goodbye.
    const expired = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, BEAT_PATIENCE);
    });
    await Promise.race([this.#client.end(), expired]).finally(() => clearTimeout(timer));
  }

  /** Takes the first number that is free, if there is one. */
  async #take(workers: number): Promise<boolean> {
    for (let worker = 0; worker < workers; worker++) {
      if (this.#isReleased) return false;
      const lock = lockOf(this.#options.jid, worker);
      const { rows } = await this.#client.query('SELECT pg_try_advisory_lock($1, $2) AS has', lock);
      if (!rows[0].has) continue;
      this.worker = worker;
      return true;
    }
    return false;
  }

  #keepBeating(): void {
    this.#beat = setTimeout(async () => {
      // A process that was busy itself has an answer to read, and looks whether it has come.
      const expired = new Promise<'expired'>((resolve) => {
        this.#beat = setTimeout(() => setImmediate(() => resolve('expired')), BEAT_PATIENCE);
      });
      const answered = this.#client.query('SELECT 1').catch(() => undefined);
      if ((await Promise.race([answered, expired])) === 'expired') {
        this.#lose(new Error(`the database has not answered for ${BEAT_PATIENCE} ms`));
      }
      clearTimeout(this.#beat);
      if (!this.#isReleased) this.#keepBeating();
    }, BEAT);
  }
}
