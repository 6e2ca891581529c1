/** The parsing benchmarks: what is measured, and that each candidate has found the same. */

import { createHash } from 'node:crypto';
import { fastXmlParser, txml } from './candidates/documents.mjs';
import { easysax, htmlparser2, nodeExpat } from './candidates/events.mjs';
import { jxt } from './candidates/jxt.mjs';
import { ltx, xmppXml } from './candidates/ltx.mjs';
import { saxes, saxesBare, saxStrict } from './candidates/saxes.mjs';
import { slipway } from './candidates/slipway.mjs';
import { big, chatMix, small, stream } from './corpus.mjs';
import { timed } from './measure.mjs';

const STREAMING = [slipway, saxes, saxesBare, saxStrict, ltx, xmppXml, jxt, htmlparser2, easysax, nodeExpat].filter(
  (candidate) => candidate !== undefined,
);
const ALL = [...STREAMING, fastXmlParser, txml];
const FEW = [slipway, saxes, ltx, xmppXml];

/**
 * All parsing benchmarks.
 * @param scale how much of each corpus: 1 for all.
 */
export const PARSING = [
  {
    id: 'walk-chat',
    title: 'walk, chat mix, 16–64 KiB chunks',
    mode: 'walk',
    make: chatMix,
    count: 100_000,
    size: 'mixed',
    rivals: ALL,
    native: true,
  },
  {
    id: 'walk-small',
    title: 'walk, small stanzas, 16–64 KiB chunks',
    mode: 'walk',
    make: small,
    count: 100_000,
    size: 'mixed',
    rivals: STREAMING,
  },
  {
    id: 'walk-big',
    title: 'walk, big payloads, 16–64 KiB chunks',
    mode: 'walk',
    make: big,
    count: 60,
    size: 'mixed',
    rivals: STREAMING,
  },
  {
    id: 'route-chat',
    title: 'route, chat mix, 16–64 KiB chunks',
    mode: 'route',
    make: chatMix,
    count: 100_000,
    size: 'mixed',
    rivals: STREAMING,
  },
  {
    id: 'walk-stanza',
    title: 'walk, chat mix, one stanza per chunk',
    mode: 'walk',
    make: chatMix,
    count: 50_000,
    size: 'stanza',
    rivals: FEW,
  },
  {
    id: 'walk-7',
    title: 'walk, chat mix, 7-byte chunks',
    mode: 'walk',
    make: chatMix,
    count: 10_000,
    size: 7,
    rivals: FEW,
  },
];

/** The candidates of a benchmark as functions that read the whole stream once; each is verified first. */
export function prepare({ mode, make, count, size, rivals }, scale) {
  const stanzas = make(Math.max(10, Math.round(count * scale)));
  const chunks = stream(stanzas, size);
  const run = mode === 'walk' ? walk : route;
  const verified = rivals.filter((candidate) =>
    mode === 'walk' ? (candidate.walk ?? candidate.sums) : candidate.route,
  );
  const facts = verify(verified, mode, chunks, stanzas.length);
  const runs = Object.fromEntries(
    verified.map((candidate) => {
      const expected = run(candidate, chunks);
      const work = () => {
        if (run(candidate, chunks) !== expected)
          throw new Error(`${candidate.name} has found something else this time`);
      };
      return [candidate.name, () => timed(work)];
    }),
  );
  const notes = Object.fromEntries(verified.filter(({ note }) => note).map(({ name, note }) => [name, note]));
  return { runs, notes, facts, chunks, stanzas };
}

function feed(parser, chunks) {
  for (let i = 0; i < chunks.length; i++) parser.write(chunks[i]);
  parser.end();
}

/** Looks at each name, attribute and text; the sum of their lengths. */
function walk({ walk: parser, sums, touch }, chunks) {
  let sum = 0;
  if (sums) {
    feed(
      sums((more) => {
        sum += more;
      }),
      chunks,
    );
  } else {
    feed(
      parser((stanza) => {
        sum += touch(stanza);
      }),
      chunks,
    );
  }
  return sum;
}

/** Looks at `to`, `from`, `type` and `id` of each stanza. */
function route({ route: parser }, chunks) {
  let sum = 0;
  feed(
    parser((to, from, type, id) => {
      sum += length(to) + length(from) + length(type) + length(id);
    }),
    chunks,
  );
  return sum;
}

const length = (text) => (text === undefined ? 0 : text.length);

/** Throws unless all candidates have found the same: number of stanzas, and a hash of all that is in them. */
function verify(candidates, mode, chunks, count) {
  const found = new Map();
  for (const candidate of candidates.filter(({ inexact, sums }) => !inexact && !(mode === 'walk' && sums))) {
    const hash = createHash('sha256');
    let stanzas = 0;
    if (mode === 'walk') {
      feed(
        candidate.walk((stanza) => {
          stanzas++;
          hash.update(JSON.stringify(candidate.canonical(stanza)));
        }),
        chunks,
      );
    } else {
      feed(
        candidate.route((...ids) => {
          stanzas++;
          hash.update(JSON.stringify(ids.map((id) => id ?? null)));
        }),
        chunks,
      );
    }
    if (stanzas !== count) throw new Error(`${candidate.name} has found ${stanzas} stanzas of ${count}`);
    // Who does not resolve namespaces reports other names: they are compared among themselves.
    const kind = mode === 'walk' && !candidate.namespaces ? 'as written' : 'resolved';
    const digest = hash.digest('hex');
    const first = found.get(kind);
    if (first === undefined) found.set(kind, { digest, name: candidate.name });
    else if (first.digest !== digest) throw new Error(`${candidate.name} has found something else than ${first.name}`);
  }
  return Object.fromEntries([...found].map(([kind, { digest }]) => [kind, digest.slice(0, 16)]));
}
