import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { find, message } from '../../src/stanza/index.ts';
import { fallback, realBody } from '../../src/xep/0428-fallback.ts';
import * as replies from '../../src/xep/0461-replies.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0461');
const NS = 'urn:xmpp:reply:0';

roundtrip(test, replies.reply, [
  [
    `<reply to='anna@example.com/tablet' id='message-id1' xmlns='${NS}'/>`,
    { to: 'anna@example.com/tablet', id: 'message-id1' },
  ], // Example 3
]);
rejects(test, replies.reply, [
  [`<reply xmlns='${NS}' to='a@b'/>`, 'missing-attribute', '/reply@id'],
  [`<reply xmlns='${NS}' to='@' id='1'/>`, 'invalid-attribute', '/reply@to'],
]);

laws(test, replies, { reply: a.object({ id: a.text }, { to: a.jid }) });

test('quote :: every line', () => {
  assert.is(replies.quote('We should bake a cake', 'Anna wrote:'), '> Anna wrote:\n> We should bake a cake\n'); // Example 4
  assert.is(replies.quote('a\n\nb'), '> a\n> \n> b\n');
  assert.is(replies.quote(''), '> \n');
});

const TO = { to: 'anna@example.com/laptop', id: 'message-id1' };

test('replyPayloads :: with the quotation marked', () => {
  const reply = message(
    {},
    ...replies.replyPayloads(TO, 'Great idea!', { text: 'We should bake a cake', introduction: 'Anna wrote:' }),
  );
  assert.equal(find(reply, replies.reply), TO);
  assert.equal(find(reply, fallback), { for: NS, bodies: [{ start: 0, end: 38 }], subjects: [] }); // Example 4
});

test('replyPayloads :: without, there is nothing to mark', () => {
  const reply = message({}, ...replies.replyPayloads(TO, 'Great idea!'));
  assert.is(find(reply, fallback), undefined);
  assert.is(realBody(reply, NS), 'Great idea!');
});

test('replyPayloads, realBody :: the quotation comes off again, whatever is in it', () =>
  fc.assert(
    fc.property(a.text, a.filled, (text, answer) => {
      assert.is(realBody(message({}, ...replies.replyPayloads(TO, answer, { text })), NS), answer);
    }),
    { numRuns: 200, seed: 461 },
  ));

test.run();
