import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { StanzaError } from '../../src/stanza/index.ts';
import * as rsm from '../../src/xep/0059-rsm.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0059');
const NS = 'http://jabber.org/protocol/rsm';

roundtrip(test, rsm.set, [
  [`<set xmlns='${NS}'><max>10</max><after>peter@pixyland.org</after></set>`, { max: 10, after: 'peter@pixyland.org' }], // Example 5
  [`<set xmlns='${NS}'><max>10</max><before/></set>`, { max: 10, before: '' }], // Example 11
  [`<set xmlns='${NS}'><max>10</max><index>371</index></set>`, { max: 10, index: 371 }], // Example 12
  // Example 4.
  [
    `<set xmlns='${NS}'><first index='0'>stpeter@jabber.org</first><last>peter@pixyland.org</last><count>800</count></set>`,
    { first: { id: 'stpeter@jabber.org', index: 0 }, last: 'peter@pixyland.org', count: 800 },
  ],
]);
rejects(test, rsm.set, [
  [`<set xmlns='${NS}'><max>ten</max></set>`, 'invalid-text', '/set/max'],
  [`<set xmlns='${NS}'><first index='-1'>a</first></set>`, 'invalid-attribute', '/set/first@index'],
]);

laws(test, rsm, { first: a.object({}, { id: a.filled, index: a.count }), set: a.set });

const LIST = ['a', 'b', 'c', 'd', 'e'];
const page = (asked: rsm.Set, most?: number) => {
  const { entries, set } = rsm.pageOf(LIST, (id) => id, asked, most);
  return [entries.join(''), set.first?.index, set.count];
};

test('pageOf :: from the front, from the back, after, before, at', () => {
  assert.equal(page({}), ['abcde', 0, 5]);
  assert.equal(page({ max: 2 }), ['ab', 0, 5]);
  assert.equal(page({ max: 2, after: 'b' }), ['cd', 2, 5]);
  assert.equal(page({ max: 2, after: 'd' }), ['e', 4, 5]);
  assert.equal(page({ max: 2, before: '' }), ['de', 3, 5]);
  assert.equal(page({ max: 2, before: 'd' }), ['bc', 1, 5]);
  assert.equal(page({ max: 9, before: 'c' }), ['ab', 0, 5]);
  assert.equal(page({ max: 2, index: 3 }), ['de', 3, 5]);
  assert.equal(page({ max: 4 }, 3), ['abc', 0, 5]);
});

test('pageOf :: nothing left, and the count alone', () => {
  assert.equal(page({ max: 2, after: 'e' }), ['', undefined, 5]);
  assert.equal(page({ max: 0 }), ['', undefined, 5]);
  assert.equal(page({ index: 9 }), ['', undefined, 5]);
});

test('pageOf :: an unknown id is an error', () => {
  for (const asked of [{ after: 'x' }, { before: 'x' }]) {
    assert.throws(
      () => page(asked),
      (error: unknown) => error instanceof StanzaError && error.condition === 'item-not-found',
    );
  }
});

test('pages :: all of a list, however long and in pages however small', () =>
  fc.assert(
    fc.asyncProperty(fc.nat(20), fc.integer({ min: 1, max: 7 }), async (length, max) => {
      const list = Array.from({ length }, (_, i) => `id${i}`);
      const got: string[] = [];
      for await (const { entries } of rsm.pages(async (asked) => rsm.pageOf(list, (id) => id, asked), max)) {
        got.push(...entries);
      }
      assert.equal(got, list);
    }),
    { numRuns: 40, seed: 59 },
  ));

test('pages :: a service that does not understand paging is asked once', async () => {
  let asked = 0;
  const everything = async (): Promise<{ all: number; set?: rsm.Set }> => ({ all: ++asked });
  for await (const { all } of rsm.pages(everything)) assert.is(all, 1);
  assert.is(asked, 1);
});

test.run();
