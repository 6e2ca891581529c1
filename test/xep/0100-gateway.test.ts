import fc from 'fast-check';
import * as assert from 'uvu/assert';
import * as gateway from '../../src/xep/0100-gateway.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked, refused } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0100');
const NS = 'jabber:iq:gateway';

roundtrip(test, gateway.query, [
  [`<query xmlns='${NS}'/>`, {}], // Example 52
  [`<query xmlns='${NS}'><desc>Enter the ID</desc><prompt>ID</prompt></query>`, { desc: 'Enter the ID', prompt: 'ID' }], // Example 53, shortened
  [
    `<query xmlns='${NS}'><jid>legacyuser\\40example.com@gateway.example.com</jid></query>`,
    { jid: 'legacyuser\\40example.com@gateway.example.com' },
  ], // Example 55
]);
rejects(test, gateway.query, [[`<query xmlns='${NS}'><jid>@</jid></query>`, 'invalid-text', '/query/jid']]);

laws(test, gateway, {
  query: fc.oneof(fc.constant({}), a.object({ prompt: a.text }, { desc: a.text }), a.object({ jid: a.jid })),
});

test('addressOf :: as a JID, as a prompt, not at all', async () => {
  const iq = new Asked([
    `<query xmlns='${NS}'><jid>a@gw.example</jid></query>`,
    `<query xmlns='${NS}'><prompt>b@gw.example</prompt></query>`,
    `<query xmlns='${NS}'><prompt>@</prompt></query>`,
    `<query xmlns='${NS}'/>`,
  ]);
  assert.is(await gateway.addressOf(iq, 'gw.example', 'A'), 'a@gw.example');
  assert.is(await gateway.addressOf(iq, 'gw.example', 'B'), 'b@gw.example');
  assert.is((await refused(gateway.addressOf(iq, 'gw.example', 'C'))).condition, 'undefined-condition');
  assert.is((await refused(gateway.addressOf(iq, 'gw.example', 'D'))).condition, 'undefined-condition');
  assert.is(String(iq.requests[0]?.payload), `<query xmlns='${NS}'><prompt>A</prompt></query>`); // Example 54
});

test('addressPrompt', async () => {
  const iq = new Asked([`<query xmlns='${NS}'><prompt>Phone number</prompt></query>`]);
  assert.is((await gateway.addressPrompt(iq, 'gw.example')).prompt, 'Phone number');
  iq.expect(`get gw.example <query xmlns='${NS}'/>`);
});

test.run();
