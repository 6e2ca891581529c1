/** Reads streams that are nearly right with our parser and with expat, through Python. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ours } from './xml-events.ts';
import { mutant, numbers } from './xml-mutants.ts';

const READER = fileURLToPath(new URL('../fuzz/expat.py', import.meta.url));
/** So many streams are read by one process. */
const TOGETHER = 5000;

export interface ExpatReport {
  streams: number;
  /** How many of them both find nothing wrong with. */
  wellFormed: number;
  /** Where expat differs for a known reason, by that reason. */
  explained: Record<string, number>;
  /** What must not be. */
  differences: string[];
}

/** Whether this machine has Python with expat. */
export const hasExpat = spawnSync('python3', ['-c', 'import xml.parsers.expat']).status === 0;

export function fuzzWithExpat(count: number, seed: number): ExpatReport {
  const below = numbers(seed);
  const report: ExpatReport = { streams: 0, wellFormed: 0, explained: {}, differences: [] };
  while (report.streams < count && report.differences.length < 8) {
    const streams = Array.from({ length: Math.min(TOGETHER, count - report.streams) }, () => mutant(below));
    const found = readWithExpat(streams);
    for (const [i, xml] of streams.entries()) compare(report, xml, found[i] as Read);
    report.streams += streams.length;
  }
  return report;
}

interface Read {
  readonly elements: readonly Expat[];
  readonly error: string | null;
}

/** An element as expat.py writes it. */
type Expat = [name: string, ns: string, attrs: [string, string][], children: (string | Expat)[]];

function readWithExpat(streams: readonly string[]): Read[] {
  const input = streams.map((xml) => JSON.stringify(xml)).join('\n');
  const { stdout, stderr, status } = spawnSync('python3', ['-X', 'utf8', READER], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function compare(report: ExpatReport, xml: string, theirs: Read): void {
  const { elements: here, error } = ours([Buffer.from(xml)]);
  const there = theirs.elements.map(spelled);
  const isBroken = error !== undefined;
  const common = isBroken ? Math.min(here.length, there.length) : undefined;
  const isSame = here.slice(0, common).join('\n') === there.slice(0, common).join('\n');
  if (isSame && isBroken === (theirs.error !== null)) {
    if (!isBroken) report.wellFormed++;
    return;
  }
  const reason = REASONS.find(([, applies]) => applies(xml, error, theirs.error))?.[0];
  if (reason !== undefined) report.explained[reason] = (report.explained[reason] ?? 0) + 1;
  else report.differences.push(`${JSON.stringify(xml)}\n  ${error} ${here}\n  ${theirs.error} ${there}`);
}

type Reason = (xml: string, error: string | undefined, theirs: string | null) => boolean;

/** Listed in docs/parser.md. */
const REASONS: readonly (readonly [string, Reason])[] = [
  // Of the characters that the mutants have: XML 1.0, fifth edition, §2.3. Expat follows the fourth.
  [
    'a name by the fifth edition',
    (xml, _, theirs) => theirs?.includes('invalid token') === true && NEW_IN_NAMES.test(xml),
  ],
  // RFC 6120 §11.4: XML 1.0.
  ['another version', (xml) => /^<\?xml\s+version\s*=\s*['"](?!1\.0['"])/.test(xml)],
  // RFC 6120 §11.6.
  ['another encoding', (_, error) => error === 'unsupported-encoding'],
  // XML 1.0 §4.3.3 has it for encodings that need one: a stream is UTF-8, and begins with its header.
  ['a byte order mark', (xml) => xml.startsWith('\ufeff')],
  // RFC 6120 §4.9.3.1: only white space may stand there, and a reference is none.
  ['a reference between stanzas', (_, error, theirs) => error === 'bad-format' && theirs === null],
];
const NEW_IN_NAMES = /<[^>]*[\ufeff\uff1c\u{10000}-\u{10ffff}]/u;

/** An element in the spelling of xml-events.ts. */
function spelled([name, ns, attrs, children]: Expat): string {
  return JSON.stringify([
    name,
    ns.trim(),
    attrs.map(([key, value]) => [key.replace(/^\{\s*(.*?)\s*\}/, '{$1}'), value]).sort(),
    children.map((child) => (typeof child === 'string' ? child : spelled(child))),
  ]);
}
