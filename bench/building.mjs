/** The building benchmark: typed values → the bytes of a message with six payloads, a presence, a list of 30 items. */

import { parse } from '../dist/stanza/index.js';
import { BUILDERS } from './candidates/building.mjs';
import { canonical } from './candidates/tree.mjs';
import { random } from './corpus.mjs';
import { timed } from './measure.mjs';

export const BUILDING = ['message', 'presence', 'disco'].map((kind) => ({
  id: `build-${kind}`,
  title: `build, ${{ message: 'a message with 6 payloads', presence: 'a presence', disco: 'a disco result of 30 items' }[kind]}`,
  kind,
}));

/** How many stanzas are made into bytes together, as they would be written to a socket together. */
const TOGETHER = 50;

export function prepareBuilding({ kind }, scale) {
  const values = valuesOf(kind, 500);
  verify(values);
  const repeats = Math.max(1, Math.round((kind === 'disco' ? 20 : 200) * scale));
  const runs = Object.fromEntries(
    Object.entries(BUILDERS).map(([name, build]) => [name, () => timed(() => run(build, values, repeats))]),
  );
  return { runs, count: values.length * repeats };
}

function run(build, values, repeats) {
  let bytes = 0;
  for (let n = 0; n < repeats; n++) {
    for (let i = 0; i < values.length; i += TOGETHER) {
      let xml = '';
      for (let j = i; j < i + TOGETHER; j++) xml += build(values[j]);
      bytes += Buffer.from(xml).length;
    }
  }
  return bytes;
}

/** Throws unless all candidates build the same elements, in the eyes of the same parser. */
function verify(values) {
  const read = (text) => {
    const element = parse(`<x xmlns='jabber:client'>${text.replaceAll(' xmlns="jabber:client"', '')}</x>`);
    return JSON.stringify(canonical(element));
  };
  for (const value of values.slice(0, 50)) {
    const expected = read(BUILDERS.slipway(value));
    for (const [name, build] of Object.entries(BUILDERS)) {
      if (read(build(value)) !== expected) throw new Error(`${name} builds something else: ${build(value)}`);
    }
  }
}

function valuesOf(kind, count) {
  const r = random(5);
  const word = () => r.pick(['sea', 'ship', 'harbour', 'Tom & Jerry', 'crew', 'été', 'wind', 'rope', 'deck', 'sail']);
  const words = (n) => Array.from({ length: n }, word).join(' ');
  return Array.from({ length: count }, (_, i) => {
    const common = {
      kind: kind === 'disco' ? 'iq' : kind,
      to: `romeo${i}@montague.example/orchard`,
      from: `juliet${r.below(1000)}@gateway.example.org/slipway`,
      id: r.uuid(),
    };
    if (kind === 'message') return { ...common, body: words(3 + r.below(15)), replaced: r.uuid() };
    if (kind === 'presence') {
      const facts = { status: words(1 + r.below(4)), priority: 1 + r.below(9) };
      return { ...common, ...facts, node: 'https://slipway.example/', ver: 'ZcEXSRKGNoDnQBPhYtfQUU8eq3A=' };
    }
    const items = Array.from({ length: 30 }, (_, n) => ({
      jid: `${r.hex(6)}${n}@gateway.example.org`,
      name: words(2),
    }));
    return { ...common, items };
  });
}
