import * as assert from 'uvu/assert';
import { makeField, makeForm, submit } from '../../src/xep/0004-data-forms.ts';
import * as search from '../../src/xep/0055-search.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0055');
const NS = 'jabber:iq:search';

roundtrip(test, search.query, [
  [`<query xmlns='${NS}'/>`, { items: [] }], // Example 1
  // Example 2.
  [
    `<query xmlns='${NS}'><instructions>Fill in one or more fields</instructions><first/><last/><nick/><email/></query>`,
    { instructions: 'Fill in one or more fields', first: '', last: '', nick: '', email: '', items: [] },
  ],
  // Example 4, shortened.
  [
    `<query xmlns='${NS}'><item jid='juliet@capulet.com'><first>Juliet</first><last>Capulet</last><nick>JuliC</nick><email>juliet@shakespeare.lit</email></item></query>`,
    {
      items: [
        {
          jid: 'juliet@capulet.com',
          first: 'Juliet',
          last: 'Capulet',
          nick: 'JuliC',
          email: 'juliet@shakespeare.lit',
        },
      ],
    },
  ],
]);
rejects(test, search.query, [[`<query xmlns='${NS}'><item/></query>`, 'missing-attribute', '/query/item[1]@jid']]);

const fields = { first: a.text, last: a.text, nick: a.text, email: a.text };
const item = a.object({ jid: a.jid }, fields);
laws(test, search, {
  item,
  query: a.object({ items: a.list(item) }, { instructions: a.text, ...fields, form: a.form, set: a.set }),
});

test('search :: by fields, answered with items', async () => {
  const iq = new Asked([`<query xmlns='${NS}'><item jid='juliet@capulet.com'><last>Capulet</last></item></query>`]);
  assert.equal(await search.search(iq, 'characters.shakespeare.lit', { last: 'Capulet' }), [
    { jid: 'juliet@capulet.com', last: 'Capulet' },
  ]);
  iq.expect(`set characters.shakespeare.lit <query xmlns='${NS}'><last>Capulet</last></query>`); // Example 3
});

test('search :: by form, answered with a table', async () => {
  const row = { fields: [makeField({ var: 'jid', values: ['benvolio@montague.net'] }), makeField({ var: 'first' })] };
  const table = search.query.build({ items: [], form: makeForm({ type: 'result', items: [row] }) });
  const iq = new Asked([String(table)]);
  const hits = await search.search(iq, 'characters.shakespeare.lit', { form: submit({ 'x-gender': 'male' }, NS) });
  assert.equal(hits, [{ jid: 'benvolio@montague.net', first: '' }]);
});

test('search :: nobody found, in both ways to say so', async () => {
  const iq = new Asked([`<query xmlns='${NS}'/>`, undefined]);
  assert.equal(await search.search(iq, 'a.b', {}), []);
  assert.equal(await search.search(iq, 'a.b', {}), []);
});

test('searchForm :: what one can search by', async () => {
  const iq = new Asked([`<query xmlns='${NS}'><nick/></query>`]);
  assert.equal(await search.searchForm(iq, 'a.b'), { nick: '', items: [] });
  iq.expect(`get a.b <query xmlns='${NS}'/>`);
});

test.run();
