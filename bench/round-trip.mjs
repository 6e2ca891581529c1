/** The round trip: bytes → stanzas → other addresses → bytes, as a component that passes stanzas on does it. */

import Element from 'ltx/lib/Element.js';
import { readdressed, serialize } from '../dist/stanza/index.js';
import { ltx, xmppXml } from './candidates/ltx.mjs';
import { slipway } from './candidates/slipway.mjs';
import { chatMix, stream } from './corpus.mjs';
import { timed } from './measure.mjs';

export const ROUND_TRIP = [{ id: 'round-trip', title: 'round trip, chat mix: read, other addresses, write' }];

const TO = 'somebody@else.example';
const NS = 'jabber:component:accept';

function ltxBack(stanza) {
  const copy = new Element(stanza.name, { ...stanza.attrs, to: TO, from: stanza.attrs.to });
  copy.children = stanza.children;
  return copy.toString();
}

const CANDIDATES = {
  slipway: [slipway, (stanza) => serialize(readdressed(stanza, { to: TO, from: stanza.attrs.to }), NS)],
  ltx: [ltx, ltxBack],
  '@xmpp/xml': [xmppXml, ltxBack],
};

export function prepareRoundTrip(_, scale) {
  const stanzas = chatMix(Math.round(50_000 * scale));
  const chunks = stream(stanzas, 'mixed');
  const runs = Object.fromEntries(
    Object.entries(CANDIDATES).map(([name, [candidate, back]]) => {
      const once = () => {
        let xml = '';
        let bytes = 0;
        const parser = candidate.walk((stanza) => {
          xml += back(stanza);
        });
        for (const chunk of chunks) {
          parser.write(chunk);
          // What came together leaves together.
          bytes += Buffer.from(xml).length;
          xml = '';
        }
        parser.end();
        return bytes;
      };
      if (once() < 100 * stanzas.length) throw new Error(`${name} writes too little`);
      return [name, () => timed(once)];
    }),
  );
  return { runs, count: stanzas.length };
}
