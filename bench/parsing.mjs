/** The parsing benchmarks: what is measured, and that each candidate has found the same. */

import { createHash } from 'node:crypto';
import { fastXmlParser, txml } from './candidates/documents.mjs';
import { easysax, htmlparser2, nodeExpat } from './candidates/events.mjs';
import { jxt } from './candidates/jxt.mjs';
import { ltx, xmppXml } from './candidates/ltx.mjs';
import { saxes, saxesBare, saxStrict } from './candidates/saxes.mjs';
import { slipway, slipwayJs } from './candidates/slipway.mjs';
import { big, chatMix, small, stream } from './corpus.mjs';

const STREAMING = [
  ...[slipway, slipwayJs, saxes, saxesBare, saxStrict, ltx, xmppXml, jxt, htmlparser2, easysax],
  nodeExpat,
].filter((candidate) => candidate !== undefined);
const ALL = [...STREAMING, fastXmlParser, txml];
const FEW = [slipway, slipwayJs, saxes, ltx, xmppXml];

/**
 * For so many milliseconds of processor time each candidate reads the stream each time before it is timed, as in the
 * middle of a stream that does not end: V8 forgets what it has compiled for objects of which none is left, and it looks
 * for those when a process has nothing to do.
 */
const WARM_UP = 500;

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
    rivals: STREAMING.filter(({ route }) => route !== undefined),
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

/** The stream of a benchmark. */
export function streamOf({ make, count, size }, scale) {
  const stanzas = make(Math.max(10, Math.round(count * scale)));
  return { chunks: stream(stanzas, size), count: stanzas.length };
}

/** One candidate: what it finds in the stream, which must be the same for all, and a function that reads it once. */
export function prepareCandidate(id, name, scale) {
  const { mode, rivals, ...benchmark } = PARSING.find((each) => each.id === id);
  const candidate = rivals.find((each) => each.name === name);
  const { chunks, count } = streamOf(benchmark, scale);
  const facts = {};
  if (!candidate.inexact && !(mode === 'walk' && candidate.sums)) {
    // Who does not resolve namespaces reports other names: they are compared among themselves.
    const kind = mode === 'walk' && !candidate.namespaces ? 'as written' : 'resolved';
    facts[kind] = hash(mode, candidate, chunks, count);
  }
  const read = mode === 'walk' ? walk : route;
  const expected = read(candidate, chunks);
  const run = () => {
    if (read(candidate, chunks) !== expected) throw new Error(`${name} has found something else this time`);
  };
  return { facts, run, warmUp: () => repeat(run, WARM_UP) };
}

function repeat(run, milliseconds) {
  const start = process.cpuUsage();
  const spent = ({ user, system }) => (user + system) / 1000;
  while (spent(process.cpuUsage(start)) < milliseconds) run();
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

/** A hash of what a candidate finds. Throws when it finds fewer or more than `count` stanzas. */
function hash(mode, candidate, chunks, count) {
  const sha = createHash('sha256');
  let stanzas = 0;
  const parser =
    mode === 'walk'
      ? candidate.walk((stanza) => {
          stanzas++;
          sha.update(JSON.stringify(candidate.canonical(stanza)));
        })
      : candidate.route((...ids) => {
          stanzas++;
          sha.update(JSON.stringify(ids.map((id) => id ?? null)));
        });
  feed(parser, chunks);
  if (stanzas !== count) throw new Error(`${candidate.name} has found ${stanzas} stanzas of ${count}`);
  return sha.digest('hex').slice(0, 16);
}
