import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { type Element, MalformedError, parse, Router, StanzaError } from '../../src/stanza/index.ts';
import { submit } from '../../src/xep/0004-data-forms.ts';
import { pageOf } from '../../src/xep/0059-rsm.ts';
import * as mam from '../../src/xep/0313-mam.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { Asked, refused } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0313');
const NS = 'urn:xmpp:mam:2';
const INNER = "<message xmlns='jabber:client'><body>Hail to thee</body></message>";
const FORWARDED = `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:08:25Z'/>${INNER}</forwarded>`;

roundtrip(test, mam.query, [
  [`<query xmlns='${NS}' queryid='f27'/>`, { queryId: 'f27', flipPage: false }], // Example 2
  // Example 24, without its form.
  [
    `<query xmlns='${NS}'><set xmlns='http://jabber.org/protocol/rsm'><max>10</max><after>09af3-cc343-b409f</after></set><flip-page/></query>`,
    { set: { max: 10, after: '09af3-cc343-b409f' }, flipPage: true },
  ],
]);
roundtrip(test, mam.result, [
  // Example 3.
  [
    `<result xmlns='${NS}' queryid='f27' id='28482-98726-73623'>${FORWARDED}</result>`,
    {
      id: '28482-98726-73623',
      queryId: 'f27',
      forwarded: { delay: { stamp: new Date('2010-07-10T23:08:25Z') }, stanza: parse(INNER) },
    },
  ],
]);
roundtrip(test, mam.fin, [
  // Example 22.
  [
    `<fin xmlns='${NS}' complete='true'><set xmlns='http://jabber.org/protocol/rsm'><first index='0'>a</first><last>b</last></set></fin>`,
    { complete: true, set: { first: { id: 'a', index: 0 }, last: 'b' } },
  ],
]);
roundtrip(test, mam.metadata, [
  // Example 26.
  [
    `<metadata xmlns='${NS}'><start id='YWxwaGEg' timestamp='2008-08-22T21:09:04Z'/><end id='b21lZ2Eg' timestamp='2020-04-20T14:34:21Z'/></metadata>`,
    {
      start: { id: 'YWxwaGEg', timestamp: new Date('2008-08-22T21:09:04Z') },
      end: { id: 'b21lZ2Eg', timestamp: new Date('2020-04-20T14:34:21Z') },
    },
  ],
  [`<metadata xmlns='${NS}'/>`, {}],
]);
reads(test, mam.fin, [
  [`<fin xmlns='${NS}' stable='0'><set xmlns='http://jabber.org/protocol/rsm'/></fin>`, { stable: false, set: {} }],
]);
rejects(test, mam.result, [
  [`<result xmlns='${NS}'>${FORWARDED}</result>`, 'missing-attribute', '/result@id'],
  [`<result xmlns='${NS}' id='a'/>`, 'missing-child', '/result/forwarded'],
]);
rejects(test, mam.fin, [[`<fin xmlns='${NS}'/>`, 'missing-child', '/fin/set']]);

const bound = a.object({ id: a.text, timestamp: a.date });
laws(test, mam, {
  query: a.object({ flipPage: a.flag }, { queryId: a.text, node: a.text, form: a.form, set: a.set }),
  filter: a.object(
    { ids: a.list(a.text) },
    { with: a.jid, start: a.date, end: a.date, beforeId: a.text, afterId: a.text, includeGroupchat: a.flag },
  ),
  result: a.object({ id: a.text, forwarded: a.forwarded }, { queryId: a.text }),
  fin: a.object({ set: a.set }, { complete: a.flag, stable: a.flag }),
  metadata: a.object({}, { start: bound, end: bound }),
});

const asking = (values: Record<string, string>) => ({ form: submit(values, NS), flipPage: false });

test('filterOf :: what is wanted; anything when nothing is said', () => {
  // Example 7.
  assert.equal(mam.filterOf(asking({ start: '2010-06-07T00:00:00Z', end: '2010-07-07T13:23:54Z' })), {
    start: new Date('2010-06-07T00:00:00Z'),
    end: new Date('2010-07-07T13:23:54Z'),
    ids: [],
  });
  assert.equal(mam.filterOf({ flipPage: false }), { ids: [] });
});

test('filterOf :: an unknown field is refused, a broken one too', () => {
  assert.throws(
    () => mam.filterOf(asking({ '{http://example.com/}free-text-search': 'Juliet' })),
    (error: unknown) => error instanceof StanzaError && error.condition === 'feature-not-implemented',
  );
  assert.throws(
    () => mam.filterOf(asking({ start: 'yesterday' })),
    (error: unknown) => error instanceof MalformedError && error.path === '/query/x/field[start]',
  );
});

const ROOM = 'coven@chat.shakespeare.lit';

/** An archive of that many messages, which sends `intruder` among its results. */
function archive(length: number, router: Router, intruder = ''): Asked {
  const ids = Array.from({ length }, (_, i) => `m${i}`);
  const replies: string[] = [];
  for (let i = 0; i <= length; i++) replies.push('to be made');
  const asked = new Asked(replies);
  asked.request = async (request) => {
    asked.requests.push(request);
    const query = mam.query.parse(request.payload) as mam.Query;
    const { entries, set } = pageOf(ids, (id) => id, query.set ?? {});
    for (const id of entries) {
      const result = mam.result.build({ id, queryId: query.queryId ?? '', forwarded: { stanza: parse(INNER) } });
      router.handle(message(`${result}`, request.to ?? 'me@example.com'));
    }
    if (intruder !== '')
      router.handle(message(`<result xmlns='${NS}' queryid='${query.queryId}' id='x'>${FORWARDED}</result>`, intruder));
    router.handle(
      message(`<result xmlns='${NS}' queryid='other' id='x'>${FORWARDED}</result>`, request.to ?? 'me@example.com'),
    );
    const isEnd = query.set?.before === undefined ? entries.at(-1) === ids.at(-1) : entries[0] === ids[0];
    return mam.fin.build({ complete: isEnd, set });
  };
  return asked;
}

function message(inner: string, from: string): Element {
  return parse(`<message xmlns='jabber:client' from='${from}' to='me@example.com/here'>${inner}</message>`);
}

async function fetched(iq: Asked, router: Router, query?: mam.ArchiveQuery): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of mam.fetchArchive(iq, router, query)) ids.push(id);
  return ids;
}

const quiet = () => new Router({ send: () => {} });

test('fetchArchive :: all messages, page by page, both ways', () =>
  fc.assert(
    fc.asyncProperty(
      fc.nat(12),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      async (length, pageSize, newestFirst) => {
        const router = quiet();
        const got = await fetched(archive(length, router), router, { archive: ROOM, pageSize, newestFirst });
        const all = Array.from({ length }, (_, i) => `m${i}`);
        assert.equal(got, newestFirst ? all.reverse() : all);
      },
    ),
    { numRuns: 40, seed: 313 },
  ));

test('fetchArchive :: asks no further than it is read', async () => {
  const router = quiet();
  const iq = archive(10, router);
  for await (const { id } of mam.fetchArchive(iq, router, { archive: ROOM, pageSize: 2 })) if (id === 'm2') break;
  assert.is(iq.requests.length, 2);
});

test('fetchArchive :: results of others are forgeries, those of other queries are not meant', async () => {
  const router = quiet();
  assert.equal(await fetched(archive(1, router, 'tybalt@capulet.lit'), router, { archive: ROOM }), ['m0']);
  assert.equal(await fetched(archive(1, router, 'tybalt@capulet.lit'), router), ['m0']);
});

test('fetchArchive :: the filter, and only when there is one', async () => {
  const router = quiet();
  const iq = archive(0, router);
  await fetched(iq, router, { with: 'juliet@capulet.lit' });
  await fetched(iq, router);
  const forms = iq.requests.map(({ payload }) => mam.query.parse(payload)?.form);
  assert.equal(forms[0] && mam.filter.read(forms[0]), { with: 'juliet@capulet.lit', ids: [] });
  assert.is(forms[1], undefined);
});

test('fetchArchive :: an error ends it, and the listening', async () => {
  let listening = 0;
  const listener: mam.Listener = {
    on: () => {
      listening++;
      return () => listening--;
    },
  };
  const iq = new Asked([StanzaError.of('item-not-found')]);
  const reading = (async () => {
    for await (const _ of mam.fetchArchive(iq, listener)) assert.unreachable();
  })();
  assert.is((await refused(reading)).condition, 'item-not-found');
  assert.is(listening, 0);
});

test('fetchMetadata', async () => {
  const iq = new Asked([`<metadata xmlns='${NS}'/>`]);
  assert.equal(await mam.fetchMetadata(iq, ROOM), {});
  iq.expect(`get ${ROOM} <metadata xmlns='${NS}'/>`); // Example 25
});

test.run();
