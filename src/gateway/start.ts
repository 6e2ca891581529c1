/** Putting a gateway together and starting it. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, ComponentStream, type Keepalive, type NewId, newId, systemClock } from '../stanza/index.ts';
import type { Config } from './config.ts';
import type { BaseGateway } from './gateway.ts';
import { createLog, type Log } from './log.ts';
import { ConfigError } from './options.ts';
import type { PluginClasses } from './services.ts';
import { withoutPassword } from './store/location.ts';
import { Store } from './store/store.ts';
import type { Tenancy } from './store/tenancy.ts';
import { requestIds } from './workers/request-ids.ts';

/** What a gateway is started with besides its configuration. */
export interface RunOptions {
  /** The time. Default: that of the machine. */
  readonly clock?: Clock;
  /** Makes ids of stanzas. Default: UUIDs that nobody can guess. */
  readonly newId?: NewId;
  /** Where to log. Default: standard output, from the level of the configuration on. */
  readonly log?: Log;
  /** Milliseconds before the first attempt to reconnect. Default 1000. */
  readonly reconnectAfter?: number;
  /** The right to serve from the database, of one process or one of `workers`. Needed when there are several. */
  readonly tenancy?: Tenancy;
  /** How a link is noticed that is dead although nobody has closed it. Default: asked each minute, given up after 30 s. */
  readonly keepalive?: Partial<Keepalive>;
}

/**
 * Makes a gateway of a plugin's classes, and connects it. Resolves when the server has taken the component.
 * @throws ComponentRefused when the server does not. @throws ConfigError when the home directory cannot be used.
 */
export async function startGateway(
  classes: PluginClasses,
  config: Config,
  options: RunOptions = {},
): Promise<BaseGateway> {
  const log = options.log ?? createLog(config.logLevel);
  const clock = options.clock ?? systemClock;
  const makeId = options.newId ?? newId;
  const onError = complaints(log, clock);
  const worker = options.tenancy?.worker ?? 0;
  const store = await openStore(config, onError, clock, worker);
  const isKept = config.homeDir !== undefined || config.databaseUrl !== undefined;
  if (isKept && config.keyring.current === undefined) {
    log.warn({ option: 'encryption-key' }, 'credentials of users are stored unencrypted');
  }
  const gateway = new classes.gateway({
    classes,
    config,
    store,
    clock,
    newId: makeId,
    log,
    tenancy: options.tenancy,
    connect: (handlers) =>
      new ComponentStream({
        domain: config.jid,
        secret: config.secret.reveal(),
        host: config.server,
        port: config.port,
        clock,
        newId: config.workers === 1 ? makeId : requestIds(worker, makeId),
        sharers: config.workers,
        keepalive: options.keepalive ?? {},
        ...(options.reconnectAfter !== undefined && { backoff: { initial: options.reconnectAfter } }),
        ...handlers,
      }),
  });
  try {
    await gateway.start();
  } catch (error) {
    await store.close();
    throw error;
  }
  return gateway;
}

/** Milliseconds in which the same is said once. */
const COMPLAINTS_INTERVAL = 60_000;

/** What the log is told of errors of the database. When its disk is full there is one for every message. */
function complaints(log: Log, clock: Clock): (error: unknown) => void {
  const said = new Map<string, { readonly at: number; again: number }>();
  return (error) => {
    const what = reasonOf(error);
    const before = said.get(what);
    if (before !== undefined && clock.now() - before.at < COMPLAINTS_INTERVAL) {
      before.again++;
      return;
    }
    const again = before?.again ?? 0;
    if (said.size === 100) said.clear();
    said.set(what, { at: clock.now(), again: 0 });
    log.error({ err: error, ...(again > 0 && { again }) }, 'could not write to the database');
  };
}

/** Where the data is: a URL, or the path of a file; `undefined` for memory. Makes the home directory. @throws ConfigError. */
export function locationOf({ homeDir, databaseUrl }: Config): string | undefined {
  if (databaseUrl !== undefined) return databaseUrl.reveal();
  return homeDir === undefined ? undefined : join(prepared(homeDir), 'slipway.sqlite');
}

/** Opens the store that a configuration says. @throws ConfigError when it cannot. */
export async function openStore(
  config: Config,
  onError: (error: unknown) => void,
  clock?: Clock,
  worker = 0,
): Promise<Store> {
  const { homeDir, databaseUrl, databasePoolSize: poolSize, keyring } = config;
  const location = locationOf(config) ?? ':memory:';
  const what =
    databaseUrl !== undefined
      ? `the database ${withoutPassword(location)}`
      : homeDir === undefined
        ? 'a database in memory'
        : `the home directory ${homeDir}`;
  return Store.open(location, onError, { poolSize, keyring, clock, worker }).catch((error) => {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`cannot use ${what}: ${reasonOf(error)}`);
  });
}

function prepared(homeDir: string): string {
  try {
    mkdirSync(homeDir, { recursive: true, mode: 0o700 });
    return homeDir;
  } catch (error) {
    throw new ConfigError(`cannot use the home directory ${homeDir}: ${reasonOf(error)}`);
  }
}

/** One line. Several addresses of a host that cannot be reached are several errors without a message of their own. */
export function reasonOf(error: unknown): string {
  const { message, code, errors } = error as AggregateError & { code?: string };
  return (message || errors?.map(String).join(', ') || String(code)).split('\n')[0] as string;
}
