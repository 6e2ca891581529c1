import fc from 'fast-check';
import * as exchange from '../../src/xep/0144-roster-exchange.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0144');
const NS = 'http://jabber.org/protocol/rosterx';

roundtrip(test, exchange.x, [
  // Example 1, shortened.
  [
    `<x xmlns='${NS}'><item action='add' jid='rosencrantz@denmark.lit' name='Rosencrantz'><group>Visitors</group></item></x>`,
    { items: [{ action: 'add', jid: 'rosencrantz@denmark.lit', name: 'Rosencrantz', groups: ['Visitors'] }] },
  ],
]);
rejects(test, exchange.x, [
  [`<x xmlns='${NS}'><item jid='a' action='steal'/></x>`, 'invalid-attribute', '/x/item[1]@action'],
]);

const item = a.object(
  { jid: a.jid, groups: a.list(a.text) },
  { action: fc.constantFrom('add', 'delete', 'modify'), name: a.text },
);
laws(test, exchange, { item, x: a.object({ items: a.list(item, 1) }) });

test('sendContacts', async () => {
  const iq = new Asked([undefined]);
  await exchange.sendContacts(iq, 'hamlet@denmark.lit/throne', [{ jid: 'a@gw.example', groups: [] }]);
  iq.expect(`set hamlet@denmark.lit/throne <x xmlns='${NS}'><item jid='a@gw.example'/></x>`);
});

test.run();
