import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { parse } from '../../src/stanza/index.ts';
import * as roster from '../../src/stanza/roster.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('roster');
const NS = 'jabber:iq:roster';

roundtrip(test, roster.query, [
  [`<query xmlns='${NS}'/>`, { items: [] }],
  // RFC 6121 §2.1.3 and §2.6.3, shortened.
  [
    `<query xmlns='${NS}' ver='ver7'>
      <item jid='nurse@example.com' subscription='both'/>
      <item jid='romeo@example.net' name='Romeo' ask='subscribe' subscription='none'><group>Friends</group><group>Lovers</group></item>
    </query>`,
    {
      ver: 'ver7',
      items: [
        { jid: 'nurse@example.com', subscription: 'both', groups: [] },
        {
          jid: 'romeo@example.net',
          name: 'Romeo',
          ask: 'subscribe',
          subscription: 'none',
          groups: ['Friends', 'Lovers'],
        },
      ],
    },
  ],
]);
rejects(test, roster.query, [
  [`<query xmlns='${NS}'><item/></query>`, 'missing-attribute', '/query/item[1]@jid'],
  [
    `<query xmlns='${NS}'><item jid='a' subscription='all'/></query>`,
    'invalid-attribute',
    '/query/item[1]@subscription',
  ],
]);

const item = a.object(
  { jid: a.jid, groups: a.list(a.text) },
  {
    name: a.text,
    subscription: fc.constantFrom('none', 'to', 'from', 'both', 'remove'),
    ask: fc.constant('subscribe' as const),
    approved: a.flag,
  },
);
laws(test, roster, { item, query: a.object({ items: a.list(item) }, { ver: a.text }) });

test('fetchRoster :: one own, that of a user, and one that has not changed', async () => {
  const iq = new Asked([`<query xmlns='${NS}'/>`, `<query xmlns='${NS}' ver='2'/>`, undefined]);
  assert.equal(await roster.fetchRoster(iq), { items: [] });
  assert.equal(await roster.fetchRoster(iq, { owner: 'juliet@example.com' }), { ver: '2', items: [] });
  assert.is(await roster.fetchRoster(iq, { ver: '2' }), undefined);
  iq.expect(
    `get - <query xmlns='${NS}'/>`,
    `get juliet@example.com <query xmlns='${NS}'/>`,
    `get - <query xmlns='${NS}' ver='2'/>`,
  );
});

test('setItem, removeItem', async () => {
  const iq = new Asked([undefined, undefined]);
  await roster.setItem(iq, { jid: 'nurse@example.com', name: 'Nurse', groups: ['Servants'] });
  await roster.removeItem(iq, 'nurse@example.com', 'juliet@example.com');
  iq.expect(
    `set - <query xmlns='${NS}'><item jid='nurse@example.com' name='Nurse'><group>Servants</group></item></query>`, // RFC 6121 §2.3.1
    `set juliet@example.com <query xmlns='${NS}'><item jid='nurse@example.com' subscription='remove'/></query>`, // RFC 6121 §2.5.1
  );
});

test('isGenuinePush :: from the server of the account alone', () => {
  const push = (attrs: string) => roster.isGenuinePush(parse(`<iq xmlns='jabber:client' type='set' id='1' ${attrs}/>`));
  assert.ok(push("to='juliet@example.com/chamber'"));
  assert.ok(push("to='juliet@example.com/chamber' from='juliet@example.com'"));
  assert.ok(push(''));
  assert.not(push("to='juliet@example.com/chamber' from='romeo@example.net'"));
  assert.not(push("from='romeo@example.net'"));
});

test.run();
