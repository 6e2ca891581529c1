/** `slipway run`, or `slipway` alone: a plugin and a configuration in, a running gateway out. */

import { ComponentRefused } from '../../stanza/index.ts';
import { ConfigError, OPTIONS, resolveConfig } from '../config.ts';
import { createLog } from '../log.ts';
import type { OptionTable } from '../options.ts';
import { startGateway } from '../run.ts';
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
    const stopped = signalled();
    // While the server cannot be reached, starting takes long; a signal must end it all the same.
    const starting = startGateway(plugin, config, { log }).finally(endLoading);
    try {
      const gateway = await Promise.race([starting, stopped]);
      if (typeof gateway === 'string') return 0;
      gateway.firstLogins.then(endStart);
      const signal = await stopped;
      log.info({ signal }, 'stopping');
      await gateway.shutdown();
      return 0;
    } catch (error) {
      if (!(error instanceof ComponentRefused)) throw error;
      console.error(`slipway: ${error.message}`);
      return 1;
    }
  },
};

/** Nothing is opened, nothing connected: it may run beside the gateway that it is for. */
function check(input: CliInput): number {
  printSettings(input, { ...OPTIONS, ...input.plugin?.options?.table });
  console.log('The configuration can be used.');
  return 0;
}

function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => resolve(signal));
  });
}
