/**
 * Writes the table of supported XEPs in README.md, from the comments at the head of the modules.
 *
 *     node --import tsx tools/support-table.ts
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { argv } from 'node:process';

const ROOT = resolve(import.meta.dirname, '..');
const README = join(ROOT, 'README.md');
const START = '<!-- xep-table:start -->';
const END = '<!-- xep-table:end -->';

/** What the comment at the head of a module says. */
export interface Head {
  readonly title: string;
  readonly what: string;
  readonly number: string;
  readonly version: string;
  readonly url: string;
}

const HEAD = /^(?<title>[^:]+): (?<what>.+?)\nXEP-(?<number>\d{4}) v(?<version>[\d.]+) <(?<url>\S+)>/s;

/** `undefined` when the module does not begin as all of them do. */
export function headOf(source: string): Head | undefined {
  const comment = /^\/\*\*\n((?: \*.*\n)+?) \*\//.exec(source)?.[1]?.replace(/^ \* ?/gm, '');
  const { groups } = HEAD.exec(comment ?? '') ?? {};
  return groups === undefined ? undefined : ({ ...groups } as unknown as Head);
}

/** The modules by file name, without the ending. */
export function modules(): ReadonlyMap<string, Head | undefined> {
  const folder = join(ROOT, 'src/xep');
  const files = readdirSync(folder).sort();
  return new Map(files.map((file) => [file.replace(/\.ts$/, ''), headOf(readFileSync(join(folder, file), 'utf8'))]));
}

export function table(): string {
  const rows = [...modules()].map(([name, head]) => {
    if (head === undefined) throw new Error(`src/xep/${name}.ts has no head that says which XEP it is`);
    return `| [${head.number}](${head.url}) | ${head.title} | ${head.version} | \`slipway/xep/${name}\` |`;
  });
  return ['| XEP | | Version | Import |', '|---|---|---|---|', ...rows].join('\n');
}

/** The text with the table between its marks. @throws Error when it has no marks. */
export function withTable(text: string): string {
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start === -1 || end < start) throw new Error(`there is no ${START} … ${END}`);
  return `${text.slice(0, start + START.length)}\n${table()}\n${text.slice(end)}`;
}

if (argv[1] === import.meta.filename) writeFileSync(README, withTable(readFileSync(README, 'utf8')));
