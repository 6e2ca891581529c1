import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { body, message, parse } from '../../src/stanza/index.ts';
import * as fb from '../../src/xep/0428-fallback.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0428');
const NS = 'urn:xmpp:fallback:0';

roundtrip(test, fb.fallback, [
  // XEP-0461, Example 4.
  [
    `<fallback xmlns='${NS}' for='urn:xmpp:reply:0'><body start='0' end='38'/></fallback>`,
    { for: 'urn:xmpp:reply:0', bodies: [{ start: 0, end: 38 }], subjects: [] },
  ],
  [
    `<fallback xmlns='${NS}' for='urn:xmpp:sfs:0'><body/></fallback>`,
    { for: 'urn:xmpp:sfs:0', bodies: [{}], subjects: [] },
  ],
  [`<fallback xmlns='${NS}'/>`, { bodies: [], subjects: [] }],
]);
rejects(test, fb.fallback, [
  [`<fallback xmlns='${NS}'><body start='x'/></fallback>`, 'invalid-attribute', '/fallback/body[1]@start'],
]);

const region = a.object({}, { start: a.count, end: a.count });
laws(test, fb, {
  body: region,
  subject: region,
  fallback: a.object({ bodies: a.list(region), subjects: a.list(region) }, { for: a.text }),
});

const QUOTE = '> Anna wrote:\n> We should bake a cake\n';
const fallbacks = (...bodies: fb.Region[]): fb.Fallback[] => [{ bodies, subjects: [] }];

test('strip :: regions, in code points', () => {
  assert.is(fb.strip(`${QUOTE}Great idea!`, fallbacks({ start: 0, end: 38 })), 'Great idea!');
  assert.is(fb.strip('👋👋 hi', fallbacks({ start: 0, end: 3 })), 'hi');
  assert.is(fb.strip('abcdef', fallbacks({ start: 4, end: 5 }, { start: 0, end: 2 })), 'cdf');
  assert.is(fb.strip('abcdef', fallbacks({ start: 1, end: 4 }, { start: 2, end: 3 })), 'aef');
  assert.is(fb.strip('abc', fallbacks({ start: 1, end: 99 })), 'a');
  assert.is(fb.strip('abc', fallbacks({ start: 2, end: 1 })), 'abc');
});

test('strip :: all of it, one way or another', () => {
  assert.is(fb.strip('abc', fallbacks({})), undefined);
  assert.is(fb.strip('abc', fallbacks()), undefined);
  assert.is(fb.strip('abc', [{ bodies: [], subjects: [{}] }]), 'abc');
  assert.is(fb.strip('abc', []), 'abc');
});

test('realBody :: without what the reader understands, and only that', () => {
  const reply = fb.prefix('urn:xmpp:reply:0', QUOTE);
  const both = message({}, body.build(`${QUOTE}Great idea!`), reply, fb.allText('urn:other'));
  assert.is(fb.realBody(both, 'urn:xmpp:reply:0'), 'Great idea!');
  assert.is(fb.realBody(both), `${QUOTE}Great idea!`);
  assert.is(fb.realBody(both, 'urn:xmpp:reply:0', 'urn:other'), undefined);
  assert.is(fb.realBody(parse("<message xmlns='jabber:client'/>")), undefined);
});

test('prefix, strip :: what was put in front comes off again', () =>
  fc.assert(
    fc.property(a.filled, a.filled, (quotation, text) => {
      const value = fb.fallback.parse(fb.prefix('urn:x', quotation)) as fb.Fallback;
      assert.is(fb.strip(quotation + text, [value]), text);
    }),
    { numRuns: 200, seed: 428 },
  ));

test.run();
