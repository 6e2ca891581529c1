/** The round trip: bytes → stanzas → other addresses → bytes, as a component that passes stanzas on does it. */

import { createHash } from 'node:crypto';
import { chatMix, stream } from './corpus.mjs';

const TO = 'somebody@else.example';
const NS = 'jabber:component:accept';

export const ROUND_TRIP = [
  {
    id: 'round-trip',
    title: 'round trip, chat mix: read, other addresses, write',
    names: ['slipway', 'saxes', 'ltx', '@xmpp/xml'],
    base: 'ltx',
    count: 50_000,
  },
];

/** By name: what reads a stream, and what makes bytes of the stanzas that came in one chunk. */
const CANDIDATES = {
  async slipway() {
    const { readdressed, XmlWriter } = await import('../dist/stanza/index.js');
    const { slipway } = await import('./candidates/slipway.mjs');
    const out = new XmlWriter();
    return {
      walk: slipway.walk,
      add(stanza) {
        out.begin(NS);
        out.element(readdressed(stanza, { to: TO, from: stanza.attrs.to }));
      },
      take() {
        // The bytes are there until the next are written.
        const bytes = out.bytes();
        out.clear();
        return bytes;
      },
    };
  },
  ltx: async () => ltxLike((await import('./candidates/ltx.mjs')).ltx),
  '@xmpp/xml': async () => ltxLike((await import('./candidates/ltx.mjs')).xmppXml),
  /** saxes with the writing of ltx: it has none of its own. */
  async saxes() {
    const { saxes } = await import('./candidates/saxes.mjs');
    const { default: Element } = await import('ltx/lib/Element.js');
    const copy = ({ name, ns, attrs, children }, contextNs) => {
      const element = new Element(name, ns === contextNs ? { ...attrs } : { xmlns: ns, ...attrs });
      for (const child of children) element.cnode(typeof child === 'string' ? child : copy(child, ns));
      return element;
    };
    return texts(saxes.walk, (stanza) => {
      const attrs = { ...stanza.attrs, to: TO, from: stanza.attrs.to };
      return copy({ ...stanza, attrs }, NS).toString();
    });
  },
};

async function ltxLike({ walk }) {
  const { default: Element } = await import('ltx/lib/Element.js');
  return texts(walk, (stanza) => {
    const copy = new Element(stanza.name, { ...stanza.attrs, to: TO, from: stanza.attrs.to });
    copy.children = stanza.children;
    return copy.toString();
  });
}

function texts(walk, back) {
  let xml = '';
  return {
    walk,
    add(stanza) {
      xml += back(stanza);
    },
    take() {
      const bytes = Buffer.from(xml);
      xml = '';
      return bytes;
    },
  };
}

export async function prepareCandidate(_, name, scale) {
  const { walk, add, take } = await CANDIDATES[name]();
  const [{ count }] = ROUND_TRIP;
  const chunks = stream(chatMix(Math.round(count * scale)), 'mixed');
  const once = (onBytes) => {
    const parser = walk(add);
    for (const chunk of chunks) {
      parser.write(chunk);
      // What came together leaves together.
      onBytes(take());
    }
    parser.end();
  };
  const written = [];
  once((bytes) => written.push(Buffer.from(bytes)));
  let expected = 0;
  for (const bytes of written) expected += bytes.length;
  const run = () => {
    let length = 0;
    once((bytes) => {
      length += bytes.length;
    });
    if (length !== expected) throw new Error(`${name} has written something else this time`);
  };
  return { facts: await factsOf(written), run };
}

/** What was written as elements, read by the same parser. */
async function factsOf(written) {
  const { parse } = await import('../dist/stanza/index.js');
  const { canonical } = await import('./candidates/tree.mjs');
  const hash = createHash('sha256');
  let stanzas = 0;
  for (const bytes of written) {
    const { children } = parse(`<x xmlns='${NS}'>${bytes.toString()}</x>`);
    stanzas += children.length;
    for (const child of children) hash.update(JSON.stringify(canonical(child)));
  }
  return { stanzas, elements: hash.digest('hex').slice(0, 16) };
}
