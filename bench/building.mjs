/** The building benchmark: typed values → the bytes of a message with six payloads, a presence, a list of 30 items. */

import { createHash } from 'node:crypto';
import { people, random, sentence } from './corpus.mjs';

/** How many stanzas are made into bytes together, as they are written to a socket together. */
const TOGETHER = 50;
const VALUES = 500;
/** For so many milliseconds each candidate builds before it is timed. */
const WARM_UP = 1500;

const TITLES = {
  message: 'a message with 6 payloads',
  presence: 'a presence',
  disco: 'a disco result of 30 items',
};

export const BUILDING = Object.entries(TITLES).map(([kind, title]) => ({
  id: `build-${kind}`,
  title: `build, ${title}`,
  names: [
    'slipway',
    'slipway, elements',
    'template string',
    'template string, kept buffer',
    ...['ltx', '@xmpp/xml', 'stanza.js'],
  ],
  base: 'template string',
  count: countOf(kind, 1),
}));

function countOf(kind, scale) {
  return VALUES * Math.max(1, Math.round((kind === 'disco' ? 40 : 400) * scale));
}

export async function prepareCandidate(id, name, scale) {
  const kind = id.slice('build-'.length);
  const { BUILDERS } = await import('./candidates/building.mjs');
  const { toBytes, isExact } = BUILDERS[name];
  const build = toBytes(kind);
  const values = valuesOf(kind, VALUES);
  const facts = await factsOf(build, values, isExact);
  const repeats = countOf(kind, scale) / VALUES;
  const batches = Array.from({ length: VALUES / TOGETHER }, (_, n) => values.slice(n * TOGETHER, (n + 1) * TOGETHER));
  const once = () => {
    let length = 0;
    for (const batch of batches) length += build(batch).length;
    return length;
  };
  const expected = once();
  const run = () => {
    for (let n = 0; n < repeats; n++) {
      if (once() !== expected) throw new Error(`${name} has built something else this time`);
    }
  };
  // V8 has seen it often enough when it is timed.
  const warm = performance.now() + WARM_UP;
  while (performance.now() < warm) run();
  return { facts, run, isContinuous: true };
}

/** Hashes of what is built: of the elements as the same parser reads them, and of the bytes where they must be the same. */
async function factsOf(build, values, isExact) {
  const { parse } = await import('../dist/stanza/index.js');
  const { canonical } = await import('./candidates/tree.mjs');
  const elements = createHash('sha256');
  const bytes = createHash('sha256');
  for (const value of values) {
    const xml = Buffer.from(build([value]));
    bytes.update(xml);
    // Who builds for a client's stream says so on each stanza.
    const text = xml.toString().replace(' xmlns="jabber:client"', '');
    elements.update(JSON.stringify(canonical(parse(`<x xmlns='jabber:client'>${text}</x>`))));
  }
  const digest = (hash) => hash.digest('hex').slice(0, 16);
  return { stanzas: values.length, elements: digest(elements), ...(isExact && { bytes: digest(bytes) }) };
}

/**
 * The values from which stanzas are built: addresses and words as in the streams that are parsed. They come from JSON, as
 * those of a foreign network do.
 */
function valuesOf(kind, count) {
  const r = random(5);
  const { users, contacts } = people(r);
  const make = {
    message: () => ({
      to: r.pick(users).full,
      from: r.pick(contacts),
      id: r.uuid(),
      body: sentence(r),
      replaced: r.uuid(),
    }),
    presence() {
      const [node, ver] = r.pick(users).caps;
      return {
        to: r.pick(users).full,
        from: r.pick(contacts),
        status: sentence(r, 8),
        priority: 1 + r.below(9),
        node,
        ver,
      };
    },
    disco: () => ({
      to: r.pick(users).full,
      from: r.pick(contacts),
      id: r.uuid(),
      items: Array.from({ length: 30 }, () => ({ jid: r.pick(contacts), name: sentence(r, 3) })),
    }),
  };
  return JSON.parse(JSON.stringify(Array.from({ length: count }, make[kind])));
}
