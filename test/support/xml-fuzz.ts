/** Reads streams that are nearly right with our parser, in both its forms and cut in many ways, and with saxes. */

import { preferScanner } from '../../src/stanza/xml/scanner.ts';
import { type Found, ours, theirs } from './xml-events.ts';
import { mutant, numbers } from './xml-mutants.ts';

export interface FuzzReport {
  streams: number;
  /** How many of them saxes, with the rules of RFC 6120, finds nothing wrong with. */
  wellFormed: number;
  /** Where saxes differs for a known reason, by that reason. */
  explained: Record<string, number>;
  /** What must not be. */
  differences: string[];
}

/** @param every of how many streams one is read with each possible cut. */
export function fuzzXml(count: number, seed: number, every = 50): FuzzReport {
  const below = numbers(seed);
  const report: FuzzReport = { streams: 0, wellFormed: 0, explained: {}, differences: [] };
  for (let i = 0; i < count && report.differences.length < 8; i++) {
    const xml = mutant(below);
    const bytes = Buffer.from(xml);
    report.streams++;
    const found = read('wasm', [bytes]);
    const same = (kind: 'wasm' | 'js', chunks: readonly Uint8Array[], how: string, later = false) => {
      const other = read(kind, chunks, later);
      if (!isSame(found, other)) {
        report.differences.push(`${kind}, ${how}: ${show(xml)}\n  ${show(found)}\n  ${show(other)}`);
      }
    };
    same('js', [bytes], 'whole');
    same('wasm', [bytes], 'whole, looked into later', true);
    same(
      i % 2 === 0 ? 'js' : 'wasm',
      Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
      'byte by byte',
    );
    const half = bytes.length >> 1;
    same('js', [bytes.subarray(0, half), bytes.subarray(half)], 'cut in half, looked into later', true);
    const cuts = i % every === 0 ? Array.from(bytes.keys()) : [below(bytes.length), below(bytes.length)];
    for (const cut of cuts) {
      same(cut % 2 === 0 ? 'js' : 'wasm', [bytes.subarray(0, cut), bytes.subarray(cut)], `cut at ${cut}`);
    }
    const reference = theirs(xml);
    if (reference.error === undefined) report.wellFormed++;
    if (agrees(found, reference)) continue;
    const reason = explanation(xml, found, reference);
    if (reason === undefined) report.differences.push(`saxes: ${show(xml)}\n  ${show(found)}\n  ${show(reference)}`);
    else report.explained[reason] = (report.explained[reason] ?? 0) + 1;
  }
  preferScanner('wasm');
  return report;
}

function read(kind: 'wasm' | 'js', chunks: readonly Uint8Array[], later = false): Found {
  preferScanner(kind);
  return ours(chunks, {}, later);
}

function isSame(a: Found, b: Found): boolean {
  return a.error === b.error && a.elements.join('\n') === b.elements.join('\n');
}

/** Both find the same elements, or both find an error, one of them perhaps a little later. */
function agrees(found: Found, reference: Found): boolean {
  const isBroken = found.error !== undefined;
  if (isBroken !== (reference.error !== undefined)) return false;
  const common = isBroken ? Math.min(found.elements.length, reference.elements.length) : Number.POSITIVE_INFINITY;
  return found.elements.slice(0, common).join('\n') === reference.elements.slice(0, common).join('\n');
}

/** Why RFC 6120, or XML itself, wants what saxes does not do; listed in docs/parser.md. */
function explanation(xml: string, found: Found, reference: Found): string | undefined {
  return REASONS.find(([, applies]) => applies(xml, found, reference))?.[0];
}

const REASONS: readonly (readonly [string, (xml: string, found: Found, reference: Found) => boolean])[] = [
  // RFC 6120 §4.9.3.1: only white space may stand there, and a reference is none.
  ['a reference between stanzas', (_, { error }, reference) => error === 'bad-format' && reference.error === undefined],
  // RFC 6120 §11.6.
  ['another encoding', (_, { error }) => error === 'unsupported-encoding'],
  // XML 1.0 §4.3.3 has it for encodings that need one: a stream is UTF-8, and begins with its header.
  ['a byte order mark', (xml) => xml.startsWith('\ufeff')],
  // saxes takes white space away, and then finds nothing left.
  ['a namespace of white space', (_, __, { error }) => error?.includes('undefine prefix') === true],
  // "Namespaces in XML" §4: what follows the colon is a name by itself.
  ['a prefixed name like a:-b', (xml) => /:(?:[-.\d]|\u00b7|[\u0300-\u036f]|\u203f|\u2040)/u.test(xml)],
  // RFC 6120 §11.4: XML 1.0.
  ['another version', (xml) => /^<\?xml\s+version\s*=\s*['"](?!1\.0['"])/.test(xml)],
];

const show = (value: unknown): string => JSON.stringify(value).slice(0, 600);
