/** One gateway in several processes on ejabberd and PostgreSQL, and people who write and are written to meanwhile. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ComponentStream } from '../../../src/stanza/index.ts';
import { Correspondent } from './correspondent.ts';
import { Ejabberd } from './ejabberd.ts';
import { slipway } from './gateway-process.ts';
import { Postgres } from './postgres.ts';
import { PretendNetwork } from './pretend-network.ts';
import { type Program, until } from './process.ts';

const GATEWAY = 'gw.localhost';
const SECRET = 'secret';

/** Milliseconds until a client sends again what it has got no receipt for. */
const RECEIPT_PATIENCE = 3000;

export interface WorkersOptions {
  /** How many processes serve. */
  readonly workers: number;
  /** How many people there are. The first one is the administrator. */
  readonly people: number;
  /** Milliseconds between two messages in each direction, of each of them. */
  readonly pace: number;
}

export class Workers {
  readonly people: readonly Correspondent[];
  readonly ejabberd: Ejabberd;
  readonly network: PretendNetwork;
  readonly processes: Program[] = [];
  readonly #postgres: Postgres;
  readonly #home = mkdtempSync(join(tmpdir(), 'slipway-workers-'));
  readonly #flags: readonly string[];
  readonly #pace: number;
  #said = 0;
  #isNetworkSilent = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    ejabberd: Ejabberd,
    postgres: Postgres,
    network: PretendNetwork,
    databaseUrl: string,
    { workers, people, pace }: WorkersOptions,
  ) {
    this.ejabberd = ejabberd;
    this.#postgres = postgres;
    this.network = network;
    this.#pace = pace;
    this.people = namesOf(people).map((name) => {
      const mailbox = network.mailbox(`${name}@${ejabberd.domain}`);
      return new Correspondent({ name, clientPort: ejabberd.clientPort, gateway: GATEWAY, mailbox });
    });
    this.#flags = [
      ...['--legacy-network', join(import.meta.dirname, 'pretend-plugin.ts'), '--network-port', String(network.port)],
      ...['--jid', GATEWAY, '--secret', SECRET, '--server', '127.0.0.1', '--port', String(ejabberd.componentPort)],
      ...['--database-url', databaseUrl, '--home-dir', this.#home],
      ...(workers > 1 ? ['--workers', String(workers)] : []),
      ...['--admins', `${namesOf(1)[0]}@${ejabberd.domain}`, '--limit-messages', '0', '--limit-people', '0'],
    ];
  }

  /** Starts everything, and has all people registered. */
  static async start(options: WorkersOptions): Promise<Workers> {
    const { workers, people } = options;
    const component = { domain: GATEWAY, secret: SECRET };
    const balancing = workers > 1 ? { workers } : {};
    const ejabberd = await Ejabberd.start({ users: namesOf(people), component, privileged: true, ...balancing });
    const postgres = await Postgres.start();
    const network = await PretendNetwork.start(false);
    const all = new Workers(ejabberd, postgres, network, await postgres.database(), options);
    try {
      await Promise.all(Array.from({ length: workers }, () => all.add()));
      for (const each of all.people) {
        await each.logIn();
        await each.register();
      }
      return all;
    } catch (error) {
      await all.stop();
      throw error;
    }
  }

  /** One more process, that serves at once. */
  async add(): Promise<Program> {
    const process = this.#spawn();
    await process.printed(/"msg":"connected"/);
    return process;
  }

  /** One more process than there is work for. */
  async addSpare(): Promise<Program> {
    const process = this.#spawn();
    await process.printed(/"msg":"standing by/);
    return process;
  }

  /** A connection that to the server is one of the processes, and does nothing. */
  async takePlace(): Promise<ComponentStream> {
    const { componentPort: port } = this.ejabberd;
    const place = { domain: GATEWAY, secret: SECRET, host: '127.0.0.1', port };
    const stream = new ComponentStream({ ...place, onStanza: () => undefined });
    await stream.start();
    return stream;
  }

  get alive(): readonly Program[] {
    return this.processes.filter(({ hasExited }) => !hasExited);
  }

  /** Who is logged in to the network by which process: the names of people, by its pid. */
  get spread(): ReadonlyMap<number, readonly string[]> {
    const spread = new Map<number, string[]>();
    for (const { mailbox } of this.people) {
      const { pid = 0, user } = mailbox;
      spread.set(pid, [...(spread.get(pid) ?? []), user]);
    }
    return spread;
  }

  /** Those that serve, by their numbers. */
  get byNumber(): readonly Program[] {
    const numberOf = ({ output }: Program) => Number(/"worker":(\d+),?[^}]*"msg":"connected"/.exec(output)?.[1] ?? NaN);
    return this.alive.filter((each) => numberOf(each) >= 0).sort((a, b) => numberOf(a) - numberOf(b));
  }

  /** The process with most people. */
  get busiest(): Program {
    const [[pid] = []] = [...this.spread].sort(([, a], [, b]) => b.length - a.length);
    return this.alive.find((each) => each.pid === pid) as Program;
  }

  /** Resolves when everybody is logged in, and in one of these processes. */
  async allIn(processes: readonly Program[]): Promise<void> {
    const pids = new Set(processes.map(({ pid }) => pid));
    const all = () => this.people.every(({ mailbox: { pid } }) => pid !== undefined && pids.has(pid));
    await until(all, 'everybody is logged in');
  }

  /** Everybody writes and is written to from now on. */
  talk(): void {
    // Not all of them at the same time.
    const step = this.#pace / this.people.length;
    const started = Date.now();
    let turns = 0;
    this.#timer = setInterval(() => {
      for (; started + turns * step < Date.now(); turns++) {
        const who = this.people[this.#said % this.people.length];
        who?.exchange(Math.floor(this.#said++ / this.people.length), this.#isNetworkSilent);
        if (turns % 50 === 0) for (const each of this.people) each.repeat(RECEIPT_PATIENCE);
      }
    }, 2);
  }

  /** The server dies and comes back, and so do all clients. Resolves when the processes have connected again. */
  async restartServer(): Promise<void> {
    // What the server has read and not delivered yet dies with it: there must be no such thing.
    this.#isNetworkSilent = true;
    await until(() => this.people.every(({ isHeard }) => isHeard), 'all that was said is heard');
    const offsets = this.alive.map(({ output }) => output.length);
    await this.ejabberd.halt();
    this.#isNetworkSilent = false;
    await this.ejabberd.resume();
    // A server that has just started may let somebody wait for too long. Clients try again.
    await Promise.all(this.people.map((each) => each.logIn().catch(() => each.logIn())));
    await Promise.all(this.alive.map((each, i) => each.printed(/"msg":"connected"/, offsets[i])));
  }

  /** Everybody falls silent; what is on its way arrives. */
  async hush(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.people.map((each) => each.settle()));
    // COMPAT(ejabberd 23.01): a message that comes just when a client says that it is there is kept for the next time.
    const wanting = this.people.filter(({ isHeard }) => !isHeard);
    await Promise.all(wanting.map((each) => each.logIn().then(() => each.settle())));
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.people.map((each) => each.leave()));
    await Promise.all(this.processes.map((each) => each.kill()));
    await this.network.stop();
    await this.ejabberd.stop();
    await this.#postgres.stop();
    rmSync(this.#home, { recursive: true, force: true });
  }

  #spawn(): Program {
    const process = slipway(this.#flags);
    this.processes.push(process);
    return process;
  }
}

function namesOf(people: number): readonly string[] {
  return Array.from({ length: people }, (_, i) => `user${i}`);
}
