/** A PostgreSQL of Debian on a free port, with data of its own. */

import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { need } from './install.ts';
import { freePort, Program, until } from './process.ts';

const VERSIONS = '/usr/lib/postgresql';

export class Postgres {
  readonly port: number;
  /** Where its programs are, such as pg_dump. */
  readonly bin: string;
  readonly #folder: string;
  readonly #program: Program;
  #count = 0;

  private constructor(port: number, bin: string, folder: string, program: Program) {
    this.port = port;
    this.bin = bin;
    this.#folder = folder;
    this.#program = program;
  }

  /** Installs PostgreSQL where needed, and starts it. */
  static async start(): Promise<Postgres> {
    need(() => findPrograms() !== undefined, 'postgresql');
    const bin = findPrograms() as string;
    const folder = mkdtempSync(join(tmpdir(), 'slipway-postgres-'));
    // It refuses to run as root.
    const identity = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
    if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid);
    const options = { cwd: folder, ...identity };
    execFileSync(
      join(bin, 'initdb'),
      ['-D', 'data', '-U', 'slipway', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
      {
        ...options,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    const port = await freePort();
    const settings = ['listen_addresses=127.0.0.1', 'fsync=off', 'max_connections=100'];
    const program = new Program(
      join(bin, 'postgres'),
      ['-D', 'data', '-p', String(port), '-k', folder, ...settings.flatMap((setting) => ['-c', setting])],
      options,
    );
    const postgres = new Postgres(port, bin, folder, program);
    await until(() => postgres.#query('select 1').catch(() => false), 'PostgreSQL answers');
    return postgres;
  }

  get pid(): number {
    return this.#program.pid;
  }

  /** The URL of a database that is new and empty. */
  async database(): Promise<string> {
    const name = `test_${++this.#count}`;
    await this.#query(`create database ${name} template template0`);
    return this.urlOf(name);
  }

  urlOf(name: string): string {
    return `postgres://slipway@127.0.0.1:${this.port}/${name}`;
  }

  /** Ends the connections of a database, as a restart of the server does. */
  async disconnect(url: string): Promise<void> {
    const name = new URL(url).pathname.slice(1);
    await this.#query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
  }

  /** Stops all of its processes where they are, as a machine that hangs; `SIGCONT` lets them go on. */
  freeze(signal: 'SIGSTOP' | 'SIGCONT' = 'SIGSTOP'): void {
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').trim().split(/\s+/);
    for (const pid of [this.pid, ...children.filter((each) => each !== '').map(Number)]) process.kill(pid, signal);
  }

  /** Whether transactions of a database may write from now on. */
  async setWritable(url: string, isWritable: boolean): Promise<void> {
    const name = new URL(url).pathname.slice(1);
    await this.#query(`alter database ${name} set default_transaction_read_only = ${isWritable ? 'off' : 'on'}`);
    await this.disconnect(url);
  }

  async stop(): Promise<void> {
    // A fast shutdown, as PostgreSQL calls it.
    this.#program.signal('SIGINT');
    await this.#program.exit();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #query(sql: string): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.urlOf('postgres') });
    try {
      await client.connect();
      await client.query(sql);
      return true;
    } finally {
      await client.end();
    }
  }
}

function findPrograms(): string | undefined {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(VERSIONS, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}
