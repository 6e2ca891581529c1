import * as assert from 'uvu/assert';
import { parse } from '../../src/stanza/index.ts';
import * as delays from '../../src/xep/0203-delay.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0203');
const stamp = new Date('2002-09-10T23:08:25Z');

roundtrip(test, delays.delay, [
  // Example 1.
  [
    "<delay xmlns='urn:xmpp:delay' from='capulet.com' stamp='2002-09-10T23:08:25Z'>Offline Storage</delay>",
    { from: 'capulet.com', stamp, reason: 'Offline Storage' },
  ],
]);
roundtrip(test, delays.legacyDelay, [
  ["<x xmlns='jabber:x:delay' from='capulet.com' stamp='20020910T23:08:25'/>", { from: 'capulet.com', stamp }], // XEP-0091
]);
rejects(test, delays.delay, [
  ["<delay xmlns='urn:xmpp:delay'/>", 'missing-attribute', '/delay@stamp'],
  ["<delay xmlns='urn:xmpp:delay' stamp='yesterday'/>", 'invalid-attribute', '/delay@stamp'],
]);

laws(test, delays, {
  delay: a.delay,
  legacyDelay: a.delay.map((delay) => ({ ...delay, stamp: new Date(Math.floor(delay.stamp.getTime() / 1000) * 1000) })),
});

test('delayOf :: the current form before the old one', () => {
  const of = (inner: string) => delays.delayOf(parse(`<message xmlns='jabber:client'>${inner}</message>`))?.from;
  const old = "<x xmlns='jabber:x:delay' from='old' stamp='20020910T23:08:25'/>";
  assert.is(of(`${old}<delay xmlns='urn:xmpp:delay' from='new' stamp='2002-09-10T23:08:25Z'/>`), 'new');
  assert.is(of(old), 'old');
  assert.is(of('<body/>'), undefined);
});

test.run();
