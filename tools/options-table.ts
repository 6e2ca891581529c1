/**
 * Writes the tables of options in docs/configuration.md, from the table in the code.
 *
 *     node --import tsx tools/options-table.ts
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { argv } from 'node:process';
import { OPTIONS } from '../src/gateway/config.ts';
import { type Option, type OptionTable, variableOf, withFileOptions } from '../src/gateway/options.ts';

const PAGE = join(resolve(import.meta.dirname, '..'), 'docs/configuration.md');
const START = '<!-- options:start -->';
const END = '<!-- options:end -->';

export function page(): string {
  return readFileSync(PAGE, 'utf8');
}

/** A section for each group. */
export function sections(): string {
  const all = Object.entries(withFileOptions(OPTIONS as OptionTable));
  const groups = grouped(all);
  return [...groups]
    .map(([group, options]) => {
      const rows = options.map(([name, option]) => {
        return `| \`${name}\` | \`${variableOf(name)}\` | ${described(option)} | ${byDefault(option)} |`;
      });
      return [`### ${group}`, '', '| Flag and key | Variable | | Default |', '|---|---|---|---|', ...rows].join('\n');
    })
    .join('\n\n');
}

function grouped(all: readonly [string, Option][]): Map<string | undefined, [string, Option][]> {
  const groups = new Map<string | undefined, [string, Option][]>();
  for (const each of all) groups.set(each[1].group, [...(groups.get(each[1].group) ?? []), each]);
  return groups;
}

function described({ describe, choices, type }: Option): string {
  const values = choices === undefined ? '' : `: ${choices.map((each) => `\`${each}\``).join(', ')}`;
  return `${describe}${values}${type === 'array' ? ' (several)' : ''}`;
}

function byDefault({ default: fallback, defaultText, required, type }: Option): string {
  if (required) return '(required)';
  if (defaultText !== undefined) return defaultText;
  if (fallback === undefined || fallback === '') return type === 'boolean' ? '`false`' : '';
  return `\`${fallback}\``;
}

/** The text with the tables between their marks. @throws Error when it has no marks. */
export function withSections(text: string): string {
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start === -1 || end < start) throw new Error(`there is no ${START} … ${END}`);
  return `${text.slice(0, start + START.length)}\n${sections()}\n${text.slice(end)}`;
}

if (argv[1] === import.meta.filename) writeFileSync(PAGE, withSections(page()));
