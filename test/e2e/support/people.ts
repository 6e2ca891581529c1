/** A stage for scenarios: a server, the gateway as its operator runs it, and people at clients that are not ours. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { assertValid, hasValidator } from '../../support/validator.ts';
import { ROOT, slipway } from './gateway-process.ts';
import type { Order, Target } from './orders.ts';
import { PATIENCE, type Program, until } from './process.ts';
import type { RunningServer, ServerKind } from './servers.ts';
import { Slixmpp, type SlixmppEvent } from './slixmpp.ts';
import { Tap } from './tap.ts';

export const GATEWAY = 'gw.localhost';
/** Milliseconds that an order may take: it may be about a large file. */
const ORDER_PATIENCE = 240_000;
const SECRET = 'no space for this secret';

export const jidOf = (legacyId: string) => `${legacyId}@${GATEWAY}`;

/** What the plugin was asked to do. */
export interface HookCall {
  readonly hook: string;
  readonly user: string;
  readonly args: readonly unknown[];
}

export interface PeopleOptions {
  readonly users: readonly string[];
  /** Bytes of a file that the server takes at most. */
  readonly maxFileSize?: number;
  /** What the network is like. Default: with people only. */
  readonly plugin?: 'people-plugin' | 'rooms-plugin';
  /** Further flags of the command. */
  readonly flags?: readonly string[];
}

export class People {
  readonly kind: ServerKind;
  readonly server: RunningServer;
  readonly tap: Tap;
  readonly gateway: Program;
  readonly home: string;
  readonly #hooks: HookCall[] = [];
  readonly #exceptions: string[] = [];
  readonly #done = new Map<number, { readonly result?: unknown; readonly error?: string }>();
  #orders = 0;
  #read = 0;

  private constructor(kind: ServerKind, server: RunningServer, tap: Tap, gateway: Program, home: string) {
    this.kind = kind;
    this.server = server;
    this.tap = tap;
    this.gateway = gateway;
    this.home = home;
  }

  static async start(
    kind: ServerKind,
    { users, maxFileSize, plugin = 'people-plugin', flags = [] }: PeopleOptions,
  ): Promise<People> {
    const component = { domain: GATEWAY, secret: SECRET };
    const server = await kind.start({ users, component, ...(maxFileSize !== undefined && { maxFileSize }) });
    const tap = await Tap.open(server.componentPort);
    const home = mkdtempSync(join(tmpdir(), 'slipway-people-'));
    const gateway = slipway([
      ...['--legacy-network', join(ROOT, `test/e2e/support/${plugin}.ts`)],
      ...['--jid', GATEWAY, '--secret', SECRET, '--home-dir', home],
      // Here everything is on this machine, the files too.
      ...['--server', '127.0.0.1', '--port', String(tap.port), '--allow-private-urls', ...flags],
    ]);
    const people = new People(kind, server, tap, gateway, home);
    try {
      await gateway.printed(/"msg":"connected"/);
      if (kind.warning !== undefined) await gateway.printed(kind.warning);
    } catch (error) {
      await people.clear();
      throw error;
    }
    return people;
  }

  /** A user at a client. Without privileges the gateway and its contacts ask; this user always says yes. */
  logIn(user: string, resource = 'slix'): Promise<Slixmpp> {
    return Slixmpp.logIn(`${user}@localhost/${resource}`, user, this.server.clientPort, !this.kind.roster);
  }

  /** Registers a user who is logged in. Resolves when the contacts are there. */
  async register(user: string, client: Slixmpp): Promise<void> {
    await client.do('register', { to: GATEWAY, values: { username: user, password: 'right' } });
    for (const jid of [GATEWAY, jidOf('juliet'), jidOf('nurse')]) {
      const hasBoth = ({ items }: SlixmppEvent) =>
        (items as Record<string, { subscription: string }>)[jid]?.subscription === 'both';
      await client.expect('roster', hasBoth);
    }
    for (const jid of [jidOf('juliet'), jidOf('nurse')]) {
      await client.expect('presence', (e) => e.from === `${jid}/slipway` && e.type === 'available');
    }
    await client.expect('presence', (e) => e.from === GATEWAY && e.status === 'Connected as test');
  }

  /** Something happens on the network: a method of a contact of this user is called, or a property set. */
  contact<T>(user: string, contact: string, verb: string, ...args: unknown[]): Promise<T> {
    return this.happens(user, { contact }, verb, ...args);
  }

  /** As `contact`, of whatever can do something. Arguments may be such targets too. */
  happens<T>(user: string, target: Target, verb: string, ...args: unknown[]): Promise<T> {
    return this.#order({ user: `${user}@localhost`, ...target, verb, args });
  }

  /**
   * The arguments of the next call of a hook for this user, made already or to come; it is taken out.
   * @param fits which calls are meant.
   * @param ms how long it may take.
   */
  async call(
    hook: string,
    user: string,
    fits: (...args: never[]) => boolean = () => true,
    ms = PATIENCE,
  ): Promise<readonly unknown[]> {
    const find = () => {
      this.#readOutput();
      return this.#hooks.findIndex(
        (each) => each.hook === hook && each.user === `${user}@localhost` && fits(...(each.args as never[])),
      );
    };
    try {
      const index = (await until(() => find() + 1, `the hook ${hook}`, ms)) - 1;
      return (this.#hooks.splice(index, 1)[0] as HookCall).args;
    } catch (error) {
      throw new Error(`${(error as Error).message}; there were:\n${JSON.stringify(this.#hooks, undefined, 1)}`);
    }
  }

  /** Calls of a hook for this user that nobody has asked for. */
  calls(hook: string, user: string): (readonly unknown[])[] {
    this.#readOutput();
    const fitting = this.#hooks.filter((each) => each.hook === hook && each.user === `${user}@localhost`);
    return fitting.map(({ args }) => args);
  }

  /** A number from what the kernel knows about the gateway's process, such as `VmRSS`, in MiB. */
  memory(what: 'VmRSS' | 'VmHWM'): number {
    const status = readFileSync(`/proc/${this.gateway.pid}/status`, 'utf8');
    return Number(new RegExp(`^${what}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  }

  /** Ends everything, and judges what the gateway has said in the meantime. */
  async stop(): Promise<void> {
    this.gateway.signal('SIGTERM');
    const code = await this.gateway.exit();
    this.#readOutput();
    const { sent } = this.tap;
    await this.clear();
    assert.is(code, 0, this.gateway.output);
    assert.equal(this.#exceptions, []);
    if (hasValidator) assertValid(sent, { component: true });
  }

  async clear(): Promise<void> {
    await this.gateway.kill();
    await this.tap.close();
    await this.server.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  async #order<T>(order: Omit<Order, 'order'>): Promise<T> {
    const number = ++this.#orders;
    this.gateway.write(JSON.stringify({ order: number, ...order }));
    const { result, error } = await until(
      () => {
        this.#readOutput();
        return this.#done.get(number);
      },
      `the plugin does ${order.verb}`,
      ORDER_PATIENCE,
    );
    if (error !== undefined) throw new Error(`${order.verb}: ${error}`);
    return result as T;
  }

  #readOutput(): void {
    const { output } = this.gateway;
    for (let end = output.indexOf('\n', this.#read); end !== -1; end = output.indexOf('\n', this.#read)) {
      const line = output.slice(this.#read, end);
      this.#read = end + 1;
      if (!line.startsWith('{')) continue;
      const data = JSON.parse(line);
      if (data.hook !== undefined) this.#hooks.push(data);
      else if (data.done !== undefined) this.#done.set(data.done, data);
      else if (data.exception !== undefined) this.#exceptions.push(data.exception);
    }
  }
}
