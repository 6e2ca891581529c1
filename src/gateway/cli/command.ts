/** What a subcommand of `slipway` is: each is a file of this folder, and a line in `commands.ts`. */

import type { OptionTable, RawValues } from '../options.ts';
import type { Plugin } from '../plugin.ts';

/** What the operator has given. */
export interface CliInput {
  /** The words that are neither flags nor their values. */
  readonly words: readonly string[];
  /** By option name, from flags, environment and file. Not checked yet: see `resolveConfig` and `resolveOptions`. */
  readonly values: RawValues;
  /** By option name: where the value is from, such as `--port`, `SLIPWAY_PORT` or `port in slipway.yml`. */
  readonly origins: ReadonlyMap<string, string>;
  /** The plugin that `legacy-network` names, if it was named and the command takes it. */
  readonly plugin: Plugin | undefined;
}

export interface CliCommand {
  /** What follows `slipway` in the first line of its help, such as `explain <message-id> [options]`. */
  readonly usage: string;
  /** The options it takes. With those of the gateway (`OPTIONS`) it also takes those of the plugin. */
  readonly options: OptionTable;
  /** How many words it takes at most. Default 0. */
  readonly words?: number;
  /**
   * Does it.
   * @returns the exit code: 0 for well, 1 for "no" or a server that refuses, 2 for a wrong configuration.
   * @throws ConfigError to end with its message as one line, and code 2.
   */
  run(input: CliInput): Promise<number>;
}
