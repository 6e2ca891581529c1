/** `slipway rotate-key`: encrypts the credentials in the database with another key. */

import { OPTIONS, resolveConfig } from '../config.ts';
import { ConfigError } from '../options.ts';
import { openStore } from '../start.ts';
import type { CliCommand } from './command.ts';

export const rotateKey: CliCommand = {
  usage: 'rotate-key --config slipway.yml',
  // All of them: it is given the file that the gateway runs with.
  options: OPTIONS,
  async run({ plugin, values }) {
    // The server is not needed.
    const config = resolveConfig({ secret: '-', ...values }, plugin?.options);
    if (config.keyring.current === undefined) {
      throw new ConfigError(
        '--encryption-key-file is missing: a file with the new key and, behind a comma, those in use until now',
        'encryption-key',
      );
    }
    const store = await openStore(config, (error) => console.error(`slipway: ${(error as Error).message}`));
    try {
      const { done, failed } = await store.rotateKeys((progress) => console.error(`${progress.done} encrypted`));
      for (const [jid, reason] of failed) console.error(`slipway: the credentials of ${jid} are left: ${reason}`);
      console.log(`${done} encrypted with the key ${config.keyring.current}; ${failed.length} cannot be read`);
      return failed.length === 0 ? 0 : 1;
    } finally {
      await store.close();
    }
  },
};
