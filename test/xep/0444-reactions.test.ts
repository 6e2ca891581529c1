import * as assert from 'uvu/assert';
import { makeField, makeForm } from '../../src/xep/0004-data-forms.ts';
import * as reactions from '../../src/xep/0444-reactions.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0444');
const NS = 'urn:xmpp:reactions:0';

roundtrip(test, reactions.reactions, [
  // Example 6.
  [
    `<reactions id='744f6e18-a57a-11e9-a656-4889e7820c76' xmlns='${NS}'><reaction>👋</reaction><reaction>🐢</reaction></reactions>`,
    { id: '744f6e18-a57a-11e9-a656-4889e7820c76', emojis: ['👋', '🐢'] },
  ],
  [`<reactions id='a' xmlns='${NS}'/>`, { id: 'a', emojis: [] }], // Example 7
]);
rejects(test, reactions.reactions, [[`<reactions xmlns='${NS}'/>`, 'missing-attribute', '/reactions@id']]);

laws(test, reactions, {
  reactions: a.object({ id: a.text, emojis: a.list(a.text) }),
  restrictions: a.object({ allowlist: a.list(a.text) }, { maxReactionsPerUser: a.count }),
});

test('restrictions :: as disco tells them', () => {
  // Example 3.
  const form = makeForm({
    type: 'result',
    fields: [
      makeField({ var: 'FORM_TYPE', type: 'hidden', values: [reactions.RESTRICTIONS] }),
      makeField({ var: 'max_reactions_per_user', values: ['1'] }),
      makeField({ var: 'allowlist', values: ['💘', '❤️', '💜'] }),
    ],
  });
  assert.equal(reactions.restrictions.read(form), { maxReactionsPerUser: 1, allowlist: ['💘', '❤️', '💜'] });
});

test('isAcceptable :: how many, and which', () => {
  const is = (emojis: string[], restrictions: Partial<reactions.Restrictions>) =>
    reactions.isAcceptable({ emojis }, { allowlist: [], ...restrictions });
  assert.ok(is(['💘', '💜'], {}));
  assert.not(is(['💘', '💜'], { maxReactionsPerUser: 1 })); // Examples 9 and 10
  assert.ok(is(['💘', '💘'], { maxReactionsPerUser: 1 }));
  assert.not(is(['👋'], { allowlist: ['💘'] }));
  assert.ok(is(['❤', '💘'], { allowlist: ['💘', '❤\ufe0f'] }));
  assert.ok(is([], { maxReactionsPerUser: 0, allowlist: ['x'] }));
});

test('distinct', () => assert.equal(reactions.distinct({ emojis: ['a', 'b', 'a'] }), ['a', 'b']));

test.run();
