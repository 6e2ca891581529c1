/** `slipway run`, or `slipway` alone: a plugin and a configuration in, a running gateway out. */

import { ComponentRefused } from '../../stanza/index.ts';
import { type Config, OPTIONS, resolveConfig } from '../config.ts';
import { createLog, type Log } from '../log.ts';
import { ConfigError, type OptionTable } from '../options.ts';
import { locationOf, reasonOf, startGateway } from '../start.ts';
import { isPostgresUrl, withoutPassword } from '../store/location.ts';
import { claimTenancy, type Tenancy } from '../store/tenancy.ts';
import type { CliCommand, CliInput } from './command.ts';
import { printSettings } from './settings.ts';
import { endLoading, endStart } from './start-up.ts';

const CHECK: OptionTable = {
  check: { type: 'boolean', describe: 'Check plugin and configuration, show what is set and from where, and exit' },
};

/** Runs until SIGTERM or SIGINT. */
export const run: CliCommand = {
  usage: '--legacy-network ./my-plugin.js --jid gw.example.com --secret-file …',
  options: { ...OPTIONS, ...CHECK },
  async run(input) {
    const { plugin, values } = input;
    if (plugin === undefined) {
      throw new ConfigError('--legacy-network is missing: the module of your plugin, such as ./my-plugin.js');
    }
    const config = resolveConfig(values, plugin.options);
    if (values.check) return check(input);
    const log = createLog(config.logLevel);
    outliveRejections(log);
    const stopped = signalled();
    const tenancy = await Promise.race([claim(config, log, stopped), stopped]);
    if (typeof tenancy === 'string') return 0;
    // While the server cannot be reached, starting takes long; a signal must end it all the same.
    const starting = startGateway(plugin, config, { log, tenancy }).finally(endLoading);
    try {
      const gateway = await Promise.race([starting, stopped, tenancy.lost]);
      if (typeof gateway === 'string') return 0;
      if (gateway instanceof Error) return lost(log, gateway);
      gateway.lifecycle.firstLogins.then(endStart);
      const signal = await Promise.race([stopped, tenancy.lost]);
      if (signal instanceof Error) return lost(log, signal);
      log.info({ signal }, 'stopping');
      // What is left to be stored waits for a database that may hang.
      const end = await Promise.race([gateway.shutdown(), tenancy.lost]);
      if (end instanceof Error) return lost(log, end);
      await tenancy.release();
      return 0;
    } catch (error) {
      if (!(error instanceof ComponentRefused)) throw error;
      console.error(`slipway: ${error.message}`);
      return 1;
    }
  },
};

/** Another process may be at work on the same data: this one stands by until that has ended. */
async function claim(config: Config, log: Log, stopped: Promise<string>): Promise<Tenancy> {
  const location = locationOf(config);
  if (location === undefined)
    return { worker: 0, lost: new Promise(() => {}), listen: undefined, release: async () => {} };
  const waiting = new AbortController();
  stopped.then(() => waiting.abort(new Error('stopped')));
  try {
    return await claimTenancy({
      location,
      jid: config.jid,
      workers: config.workers,
      signal: waiting.signal,
      onWait: () => log.warn({ jid: config.jid }, 'standing by: others serve from the same database'),
    });
  } catch (error) {
    const where = isPostgresUrl(location)
      ? `the database ${withoutPassword(location)}`
      : `the home directory ${config.homeDir}`;
    throw new ConfigError(`cannot use ${where}: ${reasonOf(error)}`);
  }
}

/** Nothing more is said to anybody: another process may be serving already. */
function lost(log: Log, error: Error): number {
  log.error({ err: error }, 'the right to serve from this database is lost: another process may have it');
  return 1;
}

/** Nothing is opened, nothing connected: it may run beside the gateway that it is for. */
function check(input: CliInput): number {
  printSettings(input, { ...OPTIONS, ...input.plugin?.options?.table });
  console.log('The configuration can be used.');
  return 0;
}

/**
 * A promise of a plugin, or of a library that it uses, that nobody waits for and that is rejected, as when a connection of
 * one user breaks, must not end the sessions of all. What is thrown where nobody can catch it ends the process all the
 * same: nobody knows in which state it has left things.
 */
function outliveRejections(log: Log): void {
  process.on('unhandledRejection', (error) =>
    log.error({ err: error }, 'a promise was rejected, and nobody waited for it'),
  );
  process.on('uncaughtExceptionMonitor', (error) => {
    log.error({ err: error }, 'the process ends: an exception was thrown that nobody could catch');
  });
}

function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => resolve(signal));
  });
}
