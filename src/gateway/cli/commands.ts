/** The subcommands of `slipway`. A module is loaded when its command is used. */

import type { CliCommand } from './command.ts';

export interface CommandEntry {
  /** One sentence for `--help`. */
  readonly describe: string;
  readonly load: () => Promise<CliCommand>;
}

/** By name; the first is what `slipway` does without one. */
export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map([
  ['run', { describe: 'Runs the gateway (the default)', load: async () => (await import('./run.ts')).run }],
  [
    'doctor',
    {
      describe: 'Finds out what is wrong between gateway and server, and says what to do about it',
      load: async () => (await import('./doctor.ts')).doctor,
    },
  ],
  [
    'explain',
    {
      describe: 'Tells what happened to a message, by its id on either side',
      load: async () => (await import('./explain.ts')).explain,
    },
  ],
  [
    'rotate-key',
    {
      describe: 'Encrypts the credentials in the database with another key',
      load: async () => (await import('./rotate-key.ts')).rotateKey,
    },
  ],
  ['test', { describe: 'Tests a plugin with a fake network', load: async () => (await import('./test.ts')).test }],
  ['dev', { describe: 'Develops a plugin, with a web chat', load: async () => (await import('./dev.ts')).dev }],
]);
