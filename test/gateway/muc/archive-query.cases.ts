/** Queries to the archive of a room, over any database. */

import fc from 'fast-check';
import * as assert from 'uvu/assert';
import type { History } from '../../../src/xep/0045-muc.ts';
import { filter, type Query } from '../../../src/xep/0313-mam.ts';
import type { NewDatabase } from '../../support/databases.ts';
import {
  type Asked,
  asking,
  closeStores,
  collect,
  condition,
  DEFAULTS,
  entry,
  HOUR,
  NOW,
  page,
  ROOM,
  setup,
} from '../../support/room-archive.ts';
import type { Test } from '../../support/test.ts';
import { stanza } from '../../support/xml.ts';

export function roomArchiveQueryCases(test: Test, database: NewDatabase): void {
  test.after.each(closeStores);

  const HISTORIES: [wanted: History | undefined, ids: string[]][] = [
    [undefined, ['h-20', 'h-2', 'h-1', 'h0']],
    [{}, ['h-20', 'h-2', 'h-1', 'h0']],
    [{ maxChars: 0 }, []],
    [{ maxStanzas: 0 }, []],
    [{ maxStanzas: 2 }, ['h-1', 'h0']],
    [{ maxStanzas: 50 }, ['h-40', 'h-30', 'h-20', 'h-2', 'h-1', 'h0']],
    [{ seconds: 3600 }, ['h-1', 'h0']],
    [{ seconds: 0 }, ['h0']],
    [{ since: new Date(NOW - 30 * HOUR) }, ['h-30', 'h-20', 'h-2', 'h-1', 'h0']],
    [{ since: new Date(NOW - 30 * HOUR), maxStanzas: 3 }, ['h-2', 'h-1', 'h0']],
    [{ since: new Date(NOW - 30 * HOUR), seconds: 7200 }, ['h-2', 'h-1', 'h0']],
    [{ seconds: 7200, maxStanzas: 1, since: new Date(NOW - 30 * HOUR) }, ['h0']],
    [{ maxChars: 100_000 }, ['h-40', 'h-30', 'h-20', 'h-2', 'h-1', 'h0']],
    [{ maxChars: 10 }, []],
  ];
  test('history :: the least of what is asked for, oldest first', async () => {
    const { archive } = await setup(await database());
    for (const hours of [-40, -30, -20, -2, -1, 0]) archive.add(entry('hi', { id: `h${hours}`, at: hours * HOUR }));
    const idsOf = async (wanted: History | undefined, defaults = DEFAULTS) =>
      (await collect(archive.history(wanted, defaults))).map((each) => each.archiveId);
    for (const [wanted, ids] of HISTORIES) assert.equal(await idsOf(wanted), ids, JSON.stringify(wanted));
    assert.equal(await idsOf({ maxStanzas: 50 }, { maxStanzas: 3, seconds: 1 }), ['h-2', 'h-1', 'h0']);
  });

  test('history :: each with delay and stanza-id by the room; characters are those of the XML', async () => {
    const { archive } = await setup(await database());
    archive.add(entry('one', { id: '1', at: -2 }));
    archive.add(entry('two', { id: '2', at: -1 }));
    const [first, second] = await collect(archive.history(undefined, DEFAULTS));
    const wanted = stanza(
      `<message type='groupchat' from='${ROOM}/juliet' id='1'><body>one</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='o-juliet'/><delay xmlns='urn:xmpp:delay' stamp='2026-01-09T23:59:59.998Z' from='${ROOM}'/><stanza-id xmlns='urn:xmpp:sid:0' id='1' by='${ROOM}'/></message>`,
    );
    assert.is(String(first?.element), String(wanted));
    const size = String(first?.element).length + String(second?.element).length;
    const count = async (maxChars: number) => (await collect(archive.history({ maxChars }, DEFAULTS))).length;
    assert.equal([await count(size), await count(size - 1)], [2, 1]);
  });

  // ---

  test('query :: everything, with count and ends', async () => {
    const { archive } = await setup(await database());
    for (let i = 0; i < 10; i++) archive.add(entry(`text ${i}`, { id: `m${i}`, at: i }));
    const { ids, fin, results } = await page(archive, { queryId: 'q', flipPage: false });
    assert.equal(ids, ['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9']);
    assert.equal(fin, { complete: true, set: { first: { id: 'm0' }, last: 'm9', count: 10 } });
    assert.equal([results[0]?.queryId, results[3]?.forwarded.delay], ['q', { stamp: new Date(NOW + 3) }]);
  });

  const PAGES: [which: Asked, set: NonNullable<Query['set']>, ids: string, complete: boolean, count: number][] = [
    [{}, { max: 3 }, '012', false, 10],
    [{}, { max: 3, after: 'm2' }, '345', false, 10],
    [{}, { max: 3, after: 'm6' }, '789', true, 10],
    [{}, { after: 'm9' }, '', true, 10],
    [{}, { max: 3, before: '' }, '789', false, 10],
    [{}, { max: 3, before: 'm7' }, '456', false, 10],
    [{}, { max: 3, before: 'm3' }, '012', true, 10],
    [{}, { before: 'm0' }, '', true, 10],
    [{}, { max: 2, after: 'm2', before: 'm7' }, '56', false, 10],
    [{}, { max: 4, after: 'm2', before: 'm7' }, '3456', true, 10],
    [{}, { max: 2, after: 'm2', before: '' }, '89', false, 10],
    [{ start: new Date(NOW + 4) }, { max: 2 }, '45', false, 6],
    [{ start: new Date(NOW + 2), end: new Date(NOW + 5) }, {}, '2345', true, 4],
    [{ afterId: 'm2' }, { max: 2 }, '34', false, 7],
    [{ afterId: 'm2', beforeId: 'm6' }, {}, '345', true, 3],
    [{ afterId: 'm2', beforeId: 'm6' }, { max: 2, after: 'm4' }, '5', true, 3],
    [{ afterId: 'm5' }, { after: 'm1' }, '6789', true, 4],
    [{ ids: ['m4', 'm1', 'm4'] }, {}, '14', true, 2],
    [{ ids: ['m4', 'm1'], start: new Date(NOW + 2) }, {}, '4', true, 1],
    [{ with: `${ROOM}/nurse` }, {}, '3579', true, 4],
    [{ with: `${ROOM}/Nurse` }, {}, '', true, 0],
    [{ with: ROOM }, {}, '0123456789', true, 10],
    [{ with: 'juliet@gw.example' }, {}, '0', true, 1],
    [{ with: 'juliet@gw.example/slipway' }, {}, '0', true, 1],
    [{ with: 'nobody@example' }, {}, '', true, 0],
  ];
  test('query :: by page and by filter', async () => {
    const { archive, again } = await setup(await database());
    const other = again('other@gw.example');
    for (let i = 0; i < 10; i++) {
      const nick = i > 1 && i % 2 === 1 ? 'nurse' : 'juliet';
      archive.add(entry('hi', { id: `m${i}`, at: i, nick, ...(i === 0 && { author: 'juliet@gw.example' }) }));
      other.add(entry('hi', { id: `x${i}`, at: i }));
    }
    for (const [which, set, digits, complete, count] of PAGES) {
      for (const flip of [false, true]) {
        const { ids, fin } = await page(archive, asking(which, set, flip));
        const wanted = [...digits].map((digit) => `m${digit}`);
        const what = `${JSON.stringify(which)} ${JSON.stringify(set)}`;
        assert.equal(ids, flip ? wanted.toReversed() : wanted, what);
        const ends = wanted.length === 0 ? {} : { first: { id: wanted[0] }, last: wanted.at(-1) };
        assert.equal(fin, { ...(complete && { complete: true }), set: { ...ends, count } }, what);
      }
    }
  });

  test('query :: the count alone', async () => {
    const { archive } = await setup(await database());
    for (let i = 0; i < 3; i++) archive.add(entry('hi', { at: i }));
    const { ids, fin } = await page(archive, asking({}, { max: 0 }));
    assert.equal([ids, fin], [[], { set: { count: 3 } }]);
  });

  test('query :: pages of 50 unless said otherwise, of 250 at most', async () => {
    const { archive } = await setup(await database());
    for (let i = 0; i < 300; i++) archive.add(entry('hi', { at: i }));
    assert.is((await page(archive, asking())).ids.length, 50);
    assert.is((await page(archive, asking({}, { max: 1_000_000 }))).ids.length, 250);
    assert.equal((await page(archive, asking())).fin.set.count, 300);
  });

  test('query :: what is not there, also when another room has it, or is not understood', async () => {
    const { archive, again } = await setup(await database());
    archive.add(entry('hi', { id: 'here' }));
    again('other@gw.example').add(entry('hi', { id: 'there' }));
    const of = (asked: Query) => condition(page(archive, asked));
    assert.is(await of(asking({}, { after: 'there' })), 'item-not-found');
    assert.is(await of(asking({}, { before: 'nowhere' })), 'item-not-found');
    assert.is(await of(asking({ afterId: 'there' })), 'item-not-found');
    assert.is(await of(asking({ beforeId: 'there' })), 'item-not-found');
    assert.is(await of(asking({ ids: ['here', 'there'] })), 'item-not-found');
    assert.is(await of(asking({}, { index: 3 })), 'feature-not-implemented');
    assert.is(await of({ node: 'x', flipPage: false }), 'item-not-found');
    const form = filter.write('submit', { ids: [] });
    const field = { var: 'mood', required: false, values: ['x'], options: [], extensions: [] };
    assert.is(
      await of({ form: { ...form, fields: [...form.fields, field] }, flipPage: false }),
      'feature-not-implemented',
    );
  });

  /** Moments with many ties, and whether the message is backfilled. */
  const arrivals = fc.array(fc.tuple(fc.nat(4), fc.boolean()), { maxLength: 40 });

  test('paging :: forwards and backwards, in pages of any size, gives all once and in order', async () => {
    const { store, archive } = await setup(await database());
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 12 }), async (moments, max) => {
        await archive.remove();
        for (const [i, [at, backfilled]] of moments.entries())
          archive.add(entry('hi', { id: `m${i}`, at, backfilled }));
        const order = moments.map(([at], i) => ({ at, i })).sort((a, b) => a.at - b.at || a.i - b.i);
        const wanted = order.map(({ i }) => `m${i}`);
        for (const backwards of [false, true]) {
          const seen: string[] = [];
          let next: Query['set'] = backwards ? { max, before: '' } : { max };
          for (;;) {
            const { ids, fin } = await page(archive, asking({}, next));
            if (backwards) seen.unshift(...ids);
            else seen.push(...ids);
            assert.is(fin.set.count, moments.length);
            if (fin.complete) break;
            next = backwards ? { max, before: fin.set.first?.id as string } : { max, after: fin.set.last as string };
          }
          assert.equal(seen, wanted);
        }
      }),
      { numRuns: 40 },
    );
    await store.close();
  });
}
