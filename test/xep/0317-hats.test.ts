import fc from 'fast-check';
import { parse } from '../../src/stanza/index.ts';
import * as hats from '../../src/xep/0317-hats.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0317');
const NS = 'urn:xmpp:hats:0';

roundtrip(test, hats.hats, [
  // Example 3, shortened.
  [
    `<hats xmlns='${NS}'><hat title='Host' uri='http://schemas.example.com/hats#host' hue='327.255249' xml:lang='en-us'><badge xmlns='urn:example:badges' level='3'/></hat></hats>`,
    {
      hats: [
        {
          uri: 'http://schemas.example.com/hats#host',
          title: 'Host',
          hue: 327.255249,
          lang: 'en-us',
          payloads: [parse("<badge xmlns='urn:example:badges' level='3'/>")],
        },
      ],
    },
  ],
]);
rejects(test, hats.hats, [
  [`<hats xmlns='${NS}'><hat uri='a'/></hats>`, 'missing-attribute', '/hats/hat[1]@title'],
  [`<hats xmlns='${NS}'><hat uri='a' title='b' hue='361'/></hats>`, 'invalid-attribute', '/hats/hat[1]@hue'],
  [`<hats xmlns='${NS}'><hat uri='a' title='b' hue='red'/></hats>`, 'invalid-attribute', '/hats/hat[1]@hue'],
]);

const hue = fc.nat(360_000_000).map((n) => n / 1_000_000);
const hat = a.object({ uri: a.text, title: a.text, payloads: a.list(a.foreign) }, { hue, lang: a.lang });
laws(test, hats, {
  hat,
  hats: a.object({ hats: a.list(hat) }),
  hatForm: a.object({}, { jid: a.jid, title: a.text, uri: a.text, hue }),
  roomHats: a.object({}, { hash: a.text }),
});

test.run();
