/** The command `slipway`: finds the subcommand, gathers its options, runs it. */

import { OPTIONS } from '../config.ts';
import { ConfigError, type OptionTable, withFileOptions } from '../options.ts';
import { loadPlugin, type Plugin } from '../plugin.ts';
import { VERSION } from '../version.ts';
import type { CliCommand } from './command.ts';
import { COMMANDS } from './commands.ts';
import { help } from './flags.ts';
import { COMMON, nearest, readSources } from './sources.ts';

/** @returns the exit code. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  try {
    return await dispatch(argv, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`slipway: ${error.message}`);
    return 2;
  }
}

async function dispatch(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [first = ''] = argv;
  const isNamed = first !== '' && !first.startsWith('-');
  const name = isNamed ? first : ([...COMMANDS.keys()][0] as string);
  const entry = COMMANDS.get(name);
  if (entry === undefined) throw unknownCommand(name);
  const command = await entry.load();
  const rest = isNamed ? argv.slice(1) : argv;
  // The plugin is what knows all options, and an option names the plugin.
  const early = await readSources(rest, env, command.options, { lenient: true });
  if (early.values.version) return print(VERSION);
  if (early.values.help)
    return print(await helpOf(isNamed ? name : undefined, command, early.values['legacy-network']));
  const plugin = await pluginOf(command, early.values['legacy-network']);
  const table = { ...command.options, ...plugin?.options?.table };
  const { words, values, origins } = await readSources(rest, env, table, { elsewhere: OPTIONS });
  const { words: most = 0 } = command;
  if (words.length > most) throw new ConfigError(`${JSON.stringify(words[most])}: that is one word too many`);
  try {
    return await command.run({ words, values, origins, plugin });
  } catch (error) {
    if (error instanceof ConfigError) throw withOrigin(error, origins);
    throw error;
  }
}

function pluginOf({ options }: CliCommand, specifier: unknown): Promise<Plugin> | undefined {
  if (!Object.hasOwn(options, 'legacy-network') || specifier === undefined) return undefined;
  return loadPlugin(String(specifier));
}

async function helpOf(name: string | undefined, command: CliCommand, specifier: unknown): Promise<string> {
  // Help is for those with whom something does not work: it comes without the plugin, too.
  const plugin = await pluginOf(command, specifier)?.catch(() => undefined);
  const declared = Object.entries(plugin?.options?.table ?? {}).map(([each, option]) => {
    return [each, { group: 'Of the plugin', ...option }] as const;
  });
  const table: OptionTable = withFileOptions({ ...command.options, ...Object.fromEntries(declared), ...COMMON });
  return help([`slipway ${command.usage}`, ...(name === undefined ? [list()] : [])].join('\n\n'), table);
}

function list(): string {
  const width = Math.max(...[...COMMANDS.keys()].map((name) => name.length));
  const lines = [...COMMANDS].map(([name, { describe }]) => `  slipway ${name.padEnd(width)}  ${describe}`);
  return ['Commands (each has its own --help):', ...lines].join('\n');
}

function unknownCommand(name: string): ConfigError {
  const near = nearest(name, [...COMMANDS.keys()]);
  return new ConfigError(
    `there is no command ${name}${near === undefined ? ': see --help' : `; did you mean ${near}?`}`,
  );
}

/** A wrong value is found sooner by those who know where it stands. */
function withOrigin(error: ConfigError, origins: ReadonlyMap<string, string>): ConfigError {
  const origin = error.option === undefined ? undefined : origins.get(error.option);
  if (origin === undefined || origin === `--${error.option}`) return error;
  return new ConfigError(`${error.message} (from ${origin})`, error.option);
}

function print(text: string): number {
  console.log(text);
  return 0;
}
