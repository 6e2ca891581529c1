/** Flags and `--help`, by yargs. What they mean, and where else values come from, is not its business. */

import yargs from 'yargs';
import type { Option, OptionTable } from '../options.ts';

export interface Flags {
  readonly words: readonly string[];
  /** By the name as it was written, so that unknown ones are there too. */
  readonly values: Readonly<Record<string, unknown>>;
}

export async function readFlags(argv: readonly string[], table: OptionTable): Promise<Flags> {
  const { _: words, $0: _self, ...values } = await parserFor(table, 'string').parseAsync([...argv]);
  const aliases = new Set(Object.values(table).map(({ alias }) => alias));
  const named = Object.entries(values).filter(([name, value]) => value !== undefined && !aliases.has(name));
  return { words: words.map(String), values: Object.fromEntries(named) };
}

/** `intro` is what comes first. */
export function help(intro: string, table: OptionTable): Promise<string> {
  return parserFor(table, 'number').usage(intro).getHelp();
}

/** Numbers are read as text, so that an error can show what was given. */
function parserFor(table: OptionTable, numbers: 'string' | 'number') {
  const parser = yargs()
    .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false })
    .help(false)
    .version(false)
    .wrap(Math.min(120, process.stdout.columns ?? 120))
    .exitProcess(false);
  for (const [name, option] of Object.entries(table)) parser.option(name, yargsOption(option, numbers));
  return parser;
}

function yargsOption(option: Option, numbers: 'string' | 'number') {
  const { type, describe, alias, group = 'Options', default: fallback, defaultText, choices, required } = option;
  const otherwise = defaultText ?? (fallback === undefined || fallback === '' ? undefined : String(fallback));
  const values = choices === undefined ? '' : `: ${choices.join(', ')}`;
  return {
    type: type === 'number' ? numbers : type,
    describe: `${describe}${values}${required ? ' (required)' : ''}`,
    group: `${group}:`,
    ...(alias !== undefined && { alias }),
    // yargs would take a real default for given, and never look into the file.
    ...(otherwise !== undefined && { defaultDescription: otherwise }),
  };
}
