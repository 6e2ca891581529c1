/**
 * Flags and `--help`, by yargs. What they mean, and where else values come from, is not its business.
 *
 * To read flags its parser is enough; all of it, with what it needs to lay out text, is loaded for help only.
 */

import parse from 'yargs-parser';
import type { Option, OptionTable } from '../options.ts';

export interface Flags {
  readonly words: readonly string[];
  /** By the name as it was written, so that unknown ones are there too. */
  readonly values: Readonly<Record<string, unknown>>;
}

export function readFlags(argv: readonly string[], table: OptionTable): Flags {
  const { _: words, ...values } = parse([...argv], {
    // Numbers too: so that an error can show what was given.
    string: namesOf(table, 'string', 'number'),
    boolean: namesOf(table, 'boolean'),
    array: namesOf(table, 'array'),
    alias: Object.fromEntries(Object.entries(table).map(([name, { alias }]) => [name, alias ?? []])),
    configuration: CONFIGURATION,
  });
  const aliases = new Set(Object.values(table).map(({ alias }) => alias));
  const named = Object.entries(values).filter(([name, value]) => value !== undefined && !aliases.has(name));
  return { words: words.map(String), values: Object.fromEntries(named) };
}

const CONFIGURATION = {
  'boolean-negation': false,
  'parse-positional-numbers': false,
  'camel-case-expansion': false,
  'dot-notation': false,
} as const;

function namesOf(table: OptionTable, ...types: readonly Option['type'][]): string[] {
  return Object.keys(table).filter((name) => types.includes((table[name] as Option).type));
}

/** `intro` is what comes first. */
export async function help(intro: string, table: OptionTable): Promise<string> {
  const { default: yargs } = await import('yargs');
  const parser = yargs()
    .usage(intro)
    .parserConfiguration(CONFIGURATION)
    .help(false)
    .version(false)
    .wrap(Math.min(120, process.stdout.columns ?? 120))
    .exitProcess(false);
  for (const [name, option] of Object.entries(table)) parser.option(name, shownOption(option));
  return parser.getHelp();
}

function shownOption(option: Option) {
  const { type, describe, alias, group = 'Options', default: fallback, defaultText, choices, required } = option;
  const otherwise = defaultText ?? (fallback === undefined || fallback === '' ? undefined : String(fallback));
  const values = choices === undefined ? '' : `: ${choices.join(', ')}`;
  return {
    type,
    describe: `${describe}${values}${required ? ' (required)' : ''}`,
    group: `${group}:`,
    ...(alias !== undefined && { alias }),
    // yargs would take a real default for given, and never look into the file.
    ...(otherwise !== undefined && { defaultDescription: otherwise }),
  };
}
