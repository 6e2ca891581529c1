/** A long conversation in both directions, while things break. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Migrator } from 'kysely';
import { MIGRATIONS } from '../../../src/gateway/store/migrations.ts';
import { openSqlite } from '../../../src/gateway/store/sqlite.ts';
import type { Life } from '../../../src/gateway/watch/explain.ts';
import { type Account, Correspondent } from './correspondent.ts';
import { ROOT, slipway } from './gateway-process.ts';
import type { Step } from './kill.ts';
import type { KilledGatewayOptions } from './killed-gateway.ts';
import { PretendNetwork } from './pretend-network.ts';
import { freePort, Program } from './process.ts';
import { Prosody } from './prosody.ts';

const GATEWAY = 'gw.localhost';
const SECRET = 'secret';

export interface ConversationOptions {
  readonly isIdempotent: boolean;
  /** Milliseconds in which the server must answer the gateway. */
  readonly timeout?: number;
  /** The gateway connects here instead of to the server. */
  readonly through?: (port: number) => Promise<number>;
}

export class Conversation {
  readonly prosody: Prosody;
  readonly network: PretendNetwork;
  readonly user: Correspondent;
  readonly #options: ConversationOptions;
  readonly #home = mkdtempSync(join(tmpdir(), 'slipway-home-'));
  readonly #ports: { readonly server: number; readonly http: number };
  /** When it began. */
  readonly since = new Date();
  #gateway: Program | undefined;

  private constructor(
    prosody: Prosody,
    network: PretendNetwork,
    ports: { readonly server: number; readonly http: number },
    options: ConversationOptions,
  ) {
    this.prosody = prosody;
    this.network = network;
    this.user = new Correspondent({
      name: 'romeo',
      clientPort: prosody.clientPort,
      gateway: GATEWAY,
      mailbox: network.mailbox('romeo@localhost'),
    });
    this.#ports = ports;
    this.#options = options;
  }

  static async begin(options: ConversationOptions): Promise<Conversation> {
    const component = { domain: GATEWAY, secret: SECRET };
    const prosody = await Prosody.start({ users: ['romeo'], component, privileged: true });
    const server = (await options.through?.(prosody.componentPort)) ?? prosody.componentPort;
    const network = await PretendNetwork.start(options.isIdempotent);
    const conversation = new Conversation(prosody, network, { server, http: await freePort() }, options);
    await conversation.start();
    await conversation.user.logIn();
    await conversation.user.register();
    return conversation;
  }

  /** Starts the gateway. */
  async start(kill?: { readonly step: Step; readonly nth: number }): Promise<void> {
    const { isIdempotent, timeout = 30_000 } = this.#options;
    const config = {
      ...{ jid: GATEWAY, secret: SECRET, server: '127.0.0.1', port: this.#ports.server, 'home-dir': this.#home },
      ...{ 'http-port': this.#ports.http, 'http-token': SECRET, 'explain-messages': 100 },
      ...{ 'network-port': this.network.port, 'network-knows-keys': isIdempotent },
      ...{ 'limit-messages': 0, 'limit-bytes': 0, 'limit-requests': 0, 'limit-people': 0 },
    };
    const options: KilledGatewayOptions = { config, timeout, kill };
    const script = join(import.meta.dirname, 'killed-gateway.ts');
    const node = ['--import', 'tsx', '--conditions=slipway-source', script, JSON.stringify(options)];
    this.#gateway = new Program(process.execPath, node, { cwd: ROOT });
    if (kill?.step !== 'migration') await this.#gateway.printed(/^connected$/m);
  }

  /** Puts a database in place as it was before there was a journal, with the same user. */
  async toOldTables(): Promise<void> {
    const path = join(this.#home, 'slipway.sqlite');
    const present = openSqlite(path);
    const users = await present.selectFrom('user_account').selectAll().execute();
    await present.destroy();
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    const old = openSqlite(path);
    const { error } = await new Migrator({ db: old, provider: { getMigrations: async () => MIGRATIONS } }).migrateTo(
      '0004-rooms',
    );
    if (error !== undefined) throw error;
    await old.insertInto('user_account').values(users).execute();
    await old.destroy();
  }

  get hasDied(): boolean {
    return this.#gateway?.hasExited ?? true;
  }

  get gatewayOutput(): string {
    return this.#gateway?.output ?? '';
  }

  /** Ends the gateway as its supervisor would. Returns its exit code. */
  async stopGateway(): Promise<number | null> {
    this.#gateway?.signal('SIGTERM');
    return (await this.#gateway?.exit()) ?? null;
  }

  async end(): Promise<void> {
    await this.user.leave();
    await this.#gateway?.kill();
    await this.network.stop();
    await this.prosody.stop();
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** What `slipway explain` says about these, by what is stored: nothing must run. */
  async explained(ids: readonly string[]): Promise<readonly Life[]> {
    const command = slipway(['explain', ...ids, '--json', '--jid', GATEWAY, '--home-dir', this.#home]);
    await command.exit();
    return JSON.parse(command.output);
  }

  /** What the gateway that runs says about one. */
  async explainedByHttp(id: string): Promise<readonly Life[]> {
    const url = `http://127.0.0.1:${this.#ports.http}/explain?id=${id}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${SECRET}` } });
    return (await response.json()) as readonly Life[];
  }

  get account(): Account {
    return this.user.account;
  }
}
