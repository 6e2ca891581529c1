import * as assert from 'uvu/assert';
import { MalformedError, parse } from '../../src/stanza/index.ts';
import * as carbons from '../../src/xep/0280-carbons.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0280');
const NS = 'urn:xmpp:carbons:2';
const INNER = "<message xmlns='jabber:client' id='1'><body>hi</body></message>";
const FORWARDED = `<forwarded xmlns='urn:xmpp:forward:0'>${INNER}</forwarded>`;

roundtrip(test, carbons.enable, [[`<enable xmlns='${NS}'/>`, true]]); // Example 3
roundtrip(test, carbons.disable, [[`<disable xmlns='${NS}'/>`, true]]); // Example 6
roundtrip(test, carbons.privateMessage, [[`<private xmlns='${NS}'/>`, true]]); // Example 14
roundtrip(test, carbons.received, [
  [`<received xmlns='${NS}'>${FORWARDED}</received>`, { forwarded: { stanza: parse(INNER) } }], // Example 10, shortened
]);
rejects(test, carbons.sent, [[`<sent xmlns='${NS}'/>`, 'missing-child', '/sent/forwarded']]);

const carbon = a.object({ forwarded: a.forwarded });
laws(test, carbons, {
  enable: a.on,
  disable: a.on,
  sent: carbon,
  received: carbon,
  privateMessage: a.on,
  sentV1: a.on,
  receivedV1: a.on,
});

const ROMEO = 'romeo@montague.example';
const carbonOf = (inner: string, attrs = `from='${ROMEO}' to='${ROMEO}/home'`) => {
  const found = carbons.carbonOf(parse(`<message xmlns='jabber:client' ${attrs}>${inner}</message>`), ROMEO);
  return found && [found.direction, found.forwarded.stanza.attrs.id];
};

test('carbonOf :: in the current form', () => {
  assert.equal(carbonOf(`<sent xmlns='${NS}'>${FORWARDED}</sent>`), ['sent', '1']);
  assert.equal(carbonOf(`<received xmlns='${NS}'>${FORWARDED}</received>`), ['received', '1']);
  assert.is(carbonOf('<body>hi</body>'), undefined);
});

test('carbonOf :: not from others (Example 11), nor from one of the own clients', () => {
  const sent = `<sent xmlns='${NS}'>${FORWARDED}</sent>`;
  assert.is(carbonOf(sent, `from='tybalt@capulet.example' to='${ROMEO}/home'`), undefined);
  assert.is(carbonOf(sent, `from='${ROMEO}/garden' to='${ROMEO}/home'`), undefined);
  assert.is(carbonOf(sent, ''), undefined);
  assert.equal(carbonOf(sent, `to='${ROMEO}/home'`), ['sent', '1']);
});

test('carbonOf :: in the forms before', () => {
  const V1 = 'urn:xmpp:carbons:1';
  assert.equal(carbonOf(`<received xmlns='${V1}'/>${FORWARDED}`), ['received', '1']);
  assert.equal(carbonOf(`<sent xmlns='${V1}'/>${FORWARDED}`), ['sent', '1']);
  const inside = `<forwarded xmlns='urn:xmpp:forward:0'><received xmlns='${V1}'/>${INNER}</forwarded>`;
  assert.equal(carbonOf(inside), ['received', '1']);
  assert.is(carbonOf(FORWARDED), undefined);
});

test('carbonOf :: a broken one says where', () => {
  assert.throws(
    () => carbonOf(`<sent xmlns='${NS}'><forwarded xmlns='urn:xmpp:forward:0'/></sent>`),
    (error: unknown) => error instanceof MalformedError && error.path === '/message/sent/forwarded',
  );
});

test('enableCarbons, disableCarbons', async () => {
  const iq = new Asked([undefined, undefined]);
  await carbons.enableCarbons(iq);
  await carbons.disableCarbons(iq);
  iq.expect(`set - <enable xmlns='${NS}'/>`, `set - <disable xmlns='${NS}'/>`);
});

test.run();
