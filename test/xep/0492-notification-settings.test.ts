import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { parse } from '../../src/stanza/index.ts';
import * as settings from '../../src/xep/0492-notification-settings.ts';
import * as a from '../support/arbitraries.ts';
import { laws, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0492');
const NS = 'urn:xmpp:notification-settings:1';
// Example 2.
const BY_IDENTITY: settings.Notify = {
  settings: [
    { level: 'never', category: 'client', type: 'pc', advanced: [] },
    { level: 'on-mention', category: 'client', type: 'phone', advanced: [] },
    { level: 'on-mention', category: 'gateway', advanced: [] },
    { level: 'always', advanced: [] },
  ],
};
const CUSTOM = "<better-custom-extension xmlns='custom:ns-3'/>";

roundtrip(test, settings.notify, [
  [`<notify xmlns='${NS}'><never/></notify>`, { settings: [{ level: 'never', advanced: [] }] }], // Example 1
  [
    `<notify xmlns='${NS}'>
      <never identity-category='client' identity-type='pc'/>
      <on-mention identity-category='client' identity-type='phone'/>
      <on-mention identity-category='gateway'/>
      <always/>
    </notify>`,
    BY_IDENTITY,
  ],
  // Example 3, shortened and made well-formed.
  [
    `<notify xmlns='${NS}'><always><advanced>${CUSTOM}</advanced></always></notify>`,
    { settings: [{ level: 'always', advanced: [parse(CUSTOM)] }] },
  ],
]);

const setting = a.object(
  { level: fc.constantFrom('always', 'on-mention', 'never'), advanced: a.list(a.foreign) },
  { category: a.text, type: a.text },
);
laws(test, settings, { setting, notify: a.object({ settings: a.list(setting) }) });

test('levelFor :: what fits best', () => {
  const level = (category: string, type: string, of = BY_IDENTITY) => settings.levelFor(of, { category, type });
  assert.is(level('client', 'pc'), 'never');
  assert.is(level('client', 'phone'), 'on-mention');
  assert.is(level('client', 'web'), 'always');
  assert.is(level('gateway', 'irc'), 'on-mention');
  assert.is(level('client', 'pc', { settings: [] }), undefined);
});

test.run();
