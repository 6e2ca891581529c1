/**
 * Where the values of options come from: flags before environment variables before the file that `--config` names.
 * A name that is no option is an error wherever it stands: a setting that is silently ignored is the worst kind.
 */

import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { ConfigError, type OptionTable, variableOf, withFileOptions } from '../options.ts';
import { readFlags } from './flags.ts';

/** What every command has. */
export const COMMON: OptionTable = {
  config: {
    type: 'string',
    alias: 'c',
    group: 'Common',
    describe: 'A YAML, TOML or JSON file with any of these options',
  },
  help: { type: 'boolean', alias: 'h', group: 'Common', describe: 'Show this, and exit' },
  version: { type: 'boolean', group: 'Common', describe: 'Show the version, and exit' },
};

/** One source: its values, and what a value is called there. */
interface Source {
  readonly values: Readonly<Record<string, unknown>>;
  readonly nameOf: (option: string) => string;
}

export interface Given {
  readonly words: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly origins: ReadonlyMap<string, string>;
}

/**
 * Reads all sources.
 * @param table the options of the command.
 * @param elsewhere options of other commands: their variables are no mistakes.
 * @param lenient passes over names that are not known, as long as the plugin with its options is not known either.
 * @throws ConfigError.
 */
export async function readSources(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  table: OptionTable,
  { elsewhere = {}, lenient = false }: { elsewhere?: OptionTable; lenient?: boolean } = {},
): Promise<Given> {
  const all = withFileOptions({ ...table, ...COMMON });
  const { words, values } = readFlags(argv, all);
  const flags: Source = { values, nameOf: (name) => `--${name}` };
  const variables = variablesIn(env, all);
  const path = values.config ?? variables.values.config;
  const file = path === undefined || path === '' ? undefined : await readConfigFile(String(path));
  if (!lenient) {
    checkNames(values, all, flags.nameOf, flags.nameOf);
    checkVariables(env, { ...withFileOptions(elsewhere), ...all });
    if (file !== undefined) checkNames(file.values, without(all, COMMON), file.nameOf, String);
  }
  const sources = [flags, variables, ...(file === undefined ? [] : [file])];
  return { words, ...merge(sources, table, lenient) };
}

function merge(sources: readonly Source[], table: OptionTable, lenient: boolean): Omit<Given, 'words'> {
  const values: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  for (const [name, { secret }] of Object.entries({ ...table, ...COMMON })) {
    for (const source of sources) {
      const file = secret ? source.values[`${name}-file`] : undefined;
      const value = source.values[name];
      if (isGiven(value) && isGiven(file)) {
        throw new ConfigError(`give ${source.nameOf(name)} or ${source.nameOf(`${name}-file`)}, not both`, name);
      }
      if (!isGiven(value) && !isGiven(file)) continue;
      // A secret that is needed for nothing yet need not be readable yet.
      values[name] = isGiven(file) && !lenient ? secretIn(String(file), source.nameOf(`${name}-file`)) : value;
      origins.set(name, source.nameOf(isGiven(file) ? `${name}-file` : name));
      break;
    }
  }
  return { values, origins };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function secretIn(path: string, name: string): string {
  let content: string;
  try {
    content = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new ConfigError(`${name}: ${(error as Error).message}`);
  }
  if (content === '' || content.includes('\n')) throw new ConfigError(`${name}: ${path} must hold one line`);
  return content;
}

function variablesIn(env: NodeJS.ProcessEnv, table: OptionTable): Source {
  const named = Object.keys(table).map((name) => [name, env[variableOf(name)]] as const);
  return { values: Object.fromEntries(named.filter(([, value]) => isGiven(value))), nameOf: variableOf };
}

async function readConfigFile(path: string): Promise<Source> {
  const content = await parsed(path, contentOf(path));
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ConfigError(`--config: ${path} holds no options`);
  }
  return { values: content as Record<string, unknown>, nameOf: (name) => `${name} in ${path}` };
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`--config: ${(error as Error).message}`);
  }
}

/** The parsers are loaded when there is something to parse. */
async function parsed(path: string, text: string): Promise<unknown> {
  try {
    if (extname(path) === '.toml') return (await import('smol-toml')).parse(text);
    return (await import('yaml')).parse(text);
  } catch (error) {
    throw new ConfigError(`--config: ${path}: ${(error as Error).message.split('\n')[0]}`);
  }
}

function checkNames(
  values: object,
  table: OptionTable,
  shown: (name: string) => string,
  suggested: (name: string) => string,
): void {
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(table, name)) throw unknown(shown(name), nearest(name, Object.keys(table)), suggested);
  }
}

function checkVariables(env: NodeJS.ProcessEnv, table: OptionTable): void {
  const known = Object.keys(table).map(variableOf);
  for (const name of Object.keys(env)) {
    if (name.startsWith('SLIPWAY_') && !known.includes(name)) throw unknown(name, nearest(name, known), String);
  }
}

function unknown(name: string, near: string | undefined, suggested: (name: string) => string): ConfigError {
  const hint = near === undefined ? '' : `; did you mean ${suggested(near)}?`;
  return new ConfigError(`${name}: there is no such option${hint}`);
}

/** The name that was probably meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (each: string) => each.toLowerCase().replace(/[-_]/g, '');
  const ranked = known
    .map((each) => ({ each, steps: distance(plain(name), plain(each)) }))
    .sort((a, b) => a.steps - b.steps);
  const [best] = ranked;
  return best !== undefined && best.steps <= Math.max(2, name.length / 3) ? best.each : undefined;
}

function without(table: OptionTable, others: OptionTable): OptionTable {
  return Object.fromEntries(Object.entries(table).filter(([name]) => !Object.hasOwn(others, name)));
}
