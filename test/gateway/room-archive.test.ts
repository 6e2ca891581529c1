import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { type ArchiveEntry, eventKeyOf, isArchived, RoomArchive } from '../../src/gateway/muc/archive.ts';
import { Store } from '../../src/gateway/store/store.ts';
import { FakeClock } from '../../src/gateway/testing/fake-clock.ts';
import { body, Element, find, JID, StanzaError } from '../../src/stanza/index.ts';
import type { History } from '../../src/xep/0045-muc.ts';
import { type ArchiveQuery, type Fin, filter, type Query, type Result } from '../../src/xep/0313-mam.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';

const test = suite('room archive');
const ROOM = 'globe@gw.example';
const NOW = Date.UTC(2026, 0, 10);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DEFAULTS = { maxStanzas: 100, seconds: 86_400 };

interface Setup {
  readonly store: Store;
  readonly userId: number;
  readonly archive: RoomArchive;
  /** The same archive, or that of another room, made anew. */
  readonly again: (room?: string) => RoomArchive;
}

async function setup(path = ':memory:'): Promise<Setup> {
  const store = await Store.open(path, (error) => {
    throw error;
  });
  const romeo = {
    jid: JID.parse('romeo@example'),
    legacyModuleData: {},
    preferences: {},
    registrationDate: new Date(),
  };
  const { id: userId } = await store.users.save(romeo);
  const clock = new FakeClock(NOW);
  const again = (room = ROOM) =>
    new RoomArchive({ store: store.roomMessages, userId, chat: room.split('@')[0] as string, room, clock });
  return { store, userId, archive: again(), again };
}

interface Said {
  /** Also the stanza-id, unless another is given. */
  readonly id?: string;
  readonly archiveId?: string;
  readonly nick?: string;
  readonly author?: string;
  readonly legacyId?: string;
  /** Milliseconds since `NOW`. */
  readonly at?: number;
  readonly backfilled?: boolean;
}

let lastId = 0;

/** `content` is XML, or a text. */
function entry(content: string, said: Said = {}): ArchiveEntry {
  const { id = said.legacyId ?? `random-${++lastId}`, nick = 'juliet', at = 0 } = said;
  const archiveId = said.archiveId ?? id;
  const inner = content.startsWith('<') ? content : `<body>${content}</body>`;
  const xml = stanza(
    `<message type='groupchat' from='${ROOM}/${nick}' id='${id}'>${inner}<occupant-id xmlns='urn:xmpp:occupant-id:0' id='o-${nick}'/></message>`,
  );
  return {
    stanza: xml,
    archiveId,
    eventKey: eventKeyOf({ stanza: xml, archiveId, legacyId: said.legacyId, occupantId: `o-${nick}` }),
    at: new Date(NOW + at),
    isBackfilled: said.backfilled ?? false,
    nick,
    ...(said.legacyId !== undefined && { legacyId: said.legacyId }),
    ...(said.author !== undefined && { author: said.author }),
  };
}

function reaction(target: string, ...emojis: string[]): string {
  const children = emojis.map((emoji) => `<reaction>${emoji}</reaction>`);
  return `<reactions xmlns='urn:xmpp:reactions:0' id='${target}'>${children.join('')}</reactions>`;
}

const correction = (target: string, text: string) =>
  `<body>${text}</body><replace xmlns='urn:xmpp:message-correct:0' id='${target}'/>`;
const retraction = (target: string) =>
  `<retract xmlns='urn:xmpp:message-retract:1' id='${target}'/><body>gone</body><replace xmlns='urn:xmpp:message-correct:0' id='${target}'/>`;

type Asked = Omit<ArchiveQuery, 'archive' | 'pageSize' | 'newestFirst' | 'signal'>;

function asking(which: Asked = {}, set: Query['set'] = {}, flipPage = false): Query {
  const form = Object.keys(which).length === 0 ? {} : { form: filter.write('submit', { ids: [], ...which }) };
  return { ...form, set, flipPage };
}

async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const each of all) collected.push(each);
  return collected;
}

async function page(archive: RoomArchive, asked: Query): Promise<{ results: Result[]; ids: string[]; fin: Fin }> {
  const { results, fin } = await archive.query(asked);
  const all = await collect(results);
  return { results: all, ids: all.map((each) => each.id), fin };
}

async function texts(archive: RoomArchive): Promise<string[]> {
  const { results } = await page(archive, asking({}, { max: 250 }));
  return results.map(({ forwarded }) => textOf(forwarded.stanza));
}

function textOf(message: Element): string {
  const emojis = message.getChild('reactions')?.getChildren('reaction');
  if (emojis !== undefined) return emojis.map((each) => each.text()).join('');
  return find(message, body) ?? message.getChildElements()[0]?.name ?? '';
}

async function condition(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StanzaError) return error.condition;
    throw error;
  }
  return 'none';
}

// ---

const KEPT: [xml: string, kept: boolean][] = [
  ['<body>hi</body>', true],
  ['<subject>hi</subject>', false],
  ['<subject>hi</subject><body>ho</body>', true],
  ["<body>hi</body><no-store xmlns='urn:xmpp:hints'/>", false],
  ["<store xmlns='urn:xmpp:hints'/><body>hi</body><no-permanent-store xmlns='urn:xmpp:hints'/>", false],
  [reaction('x', '👍'), true],
  [reaction('x'), true],
  ["<retract xmlns='urn:xmpp:message-retract:1' id='x'/>", true],
  ["<apply-to xmlns='urn:xmpp:fasten:0' id='x'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>", true],
  ["<x xmlns='jabber:x:oob'><url>https://x.example/</url></x>", true],
  ["<composing xmlns='http://jabber.org/protocol/chatstates'/>", false],
  ["<displayed xmlns='urn:xmpp:chat-markers:0' id='x'/>", false],
  ["<x xmlns='http://jabber.org/protocol/muc#user'><status code='104'/></x>", false],
];
test('kept :: what has content, unless it must not be', () => {
  for (const [xml, kept] of KEPT)
    assert.is(isArchived(stanza(`<message type='groupchat'>${xml}</message>`)), kept, xml);
  assert.not(isArchived(stanza("<message type='chat'><body>whispered</body></message>")));
});

test('kept :: without what is only for the moment, and in characters that XML has', async () => {
  const { archive } = await setup();
  const xml = stanza(`<message type='groupchat' to='romeo@example/x' from='${ROOM}/juliet' id='1'><body>a</body>
    <active xmlns='http://jabber.org/protocol/chatstates'/><markable xmlns='urn:xmpp:chat-markers:0'/>
    <store xmlns='urn:xmpp:hints'/><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>
    <stanza-id xmlns='urn:xmpp:sid:0' id='1' by='${ROOM}'/><origin-id xmlns='urn:xmpp:sid:0' id='1'/></message>`);
  const said = body.build('a\u0000b\ud800');
  archive.add({
    ...entry('a', { id: '1' }),
    stanza: new Element(xml.name, xml.ns, xml.attrs, [said, ...xml.children]),
  });
  const { results } = await page(archive, asking());
  const kept = results[0]?.forwarded.stanza as Element;
  assert.equal(kept.attrs.to, undefined);
  assert.equal(
    kept.getChildElements().map((each) => each.name),
    ['body', 'body', 'origin-id'],
  );
  assert.is(find(kept, body), 'ab\ufffd');
});

// ---

test('replayed :: any number of times, before and after the live event, and nothing doubles', async () => {
  const { archive } = await setup();
  const history = () => {
    archive.add(entry('one', { legacyId: 'l1', at: -3 * HOUR, backfilled: true }));
    archive.add(entry(reaction('l1', '👍'), { nick: 'nurse', at: -2 * HOUR, backfilled: true }));
    archive.add(entry(correction('l1', 'uno'), { at: -HOUR, backfilled: true }));
    archive.add(entry(correction('l1', 'eins'), { legacyId: 'e1', at: -HOUR, backfilled: true }));
    archive.add(entry('two', { legacyId: 'l2', backfilled: true }));
    archive.add(entry(retraction('l2'), { backfilled: true }));
  };
  const wanted = ['one', '👍', 'uno', 'eins', 'retracted', 'gone'];
  history();
  history();
  assert.equal(await texts(archive), wanted);
  const before = await page(archive, asking());
  history();
  assert.equal((await page(archive, asking())).ids, before.ids);
  archive.add(entry('one', { legacyId: 'l1', at: HOUR }));
  archive.add(entry('two', { legacyId: 'l2', at: HOUR }));
  history();
  assert.equal(await texts(archive), wanted);
  assert.equal((await page(archive, asking())).ids, before.ids);
});

test('replayed :: a live message keeps its place, its id and its words', async () => {
  const { archive } = await setup();
  archive.add(entry('live', { legacyId: 'l1', id: 'of-the-client', archiveId: 'l1' }));
  archive.add(entry('from history', { legacyId: 'l1', at: -HOUR, backfilled: true }));
  const { results } = await page(archive, asking());
  assert.equal(
    results.map(({ id, forwarded }) => [id, forwarded.delay?.stamp.getTime(), textOf(forwarded.stanza)]),
    [['l1', NOW, 'live']],
  );
});

test('replayed :: what only the history told is as it tells it now, in its place', async () => {
  const { archive } = await setup();
  archive.add(entry('old words', { legacyId: 'l1', at: -HOUR, backfilled: true }));
  archive.add(entry('other', { legacyId: 'l2', at: -HOUR, backfilled: true }));
  archive.add(entry('new words', { legacyId: 'l1', backfilled: true }));
  assert.equal(await texts(archive), ['new words', 'other']);
});

test('reactions :: the last of each person counts, and who catches up hears of it', async () => {
  const { archive } = await setup();
  archive.add(entry('hi', { legacyId: 'l1' }));
  archive.add(entry(reaction('l1', '👍'), { id: 'r1', nick: 'nurse', at: 1 }));
  archive.add(entry(reaction('l1', '😀'), { id: 'r2', nick: 'romeo', at: 2 }));
  assert.equal((await page(archive, asking())).ids, ['l1', 'r1', 'r2']);
  archive.add(entry(reaction('l1', '❤', '👍'), { id: 'r3', nick: 'nurse', at: 3 }));
  assert.equal((await page(archive, asking())).ids, ['l1', 'r2', 'r3']);
  // The place of an id is known as long as clients may have it.
  assert.equal((await page(archive, asking({}, { after: 'r1' }))).ids, ['r2', 'r3']);
  // The history says the same, in another order; something old; something new.
  archive.add(entry(reaction('l1', '👍', '❤'), { nick: 'nurse', at: 4, backfilled: true }));
  archive.add(entry(reaction('l1', '👎'), { nick: 'nurse', at: 1, backfilled: true }));
  assert.equal((await page(archive, asking())).ids, ['l1', 'r2', 'r3']);
  archive.add(entry(reaction('l1'), { id: 'r4', nick: 'nurse', at: 5, backfilled: true }));
  assert.equal((await page(archive, asking())).ids, ['l1', 'r2', 'r4']);
});

test('corrections :: back and forth, and who catches up has the last', async () => {
  const { archive } = await setup();
  archive.add(entry('a', { legacyId: 'l1' }));
  for (const [id, text] of [
    ['c1', 'b'],
    ['c2', 'a'],
    ['c3', 'b'],
  ] as const) {
    archive.add(entry(correction('l1', text), { id, at: Number(id[1]) }));
    await archive.metadata();
  }
  assert.equal((await page(archive, asking({}, { after: 'c1' }))).ids, ['c2', 'c3']);
  assert.equal((await page(archive, asking())).ids, ['l1', 'c2', 'c3']);
});

test('ids :: under which a client got a message again stay known', async () => {
  const { archive } = await setup();
  archive.add(entry('hi', { legacyId: 'l1', backfilled: true }));
  archive.add(entry('hi', { legacyId: 'l1', archiveId: 'live-1', at: 1 }));
  archive.add(entry('ho', { legacyId: 'l2', at: 2 }));
  assert.equal((await page(archive, asking())).ids, ['l1', 'l2']);
  assert.equal((await page(archive, asking({}, { after: 'live-1' }))).ids, ['l2']);
});

// ---

test('retracted :: a tombstone says who and when, not what; corrections go too', async () => {
  const { archive } = await setup();
  archive.add(entry('secret', { id: 'of-the-client', archiveId: 'l1', legacyId: 'l1' }));
  archive.add(entry(correction('of-the-client', 'also secret'), { id: 'c1', at: 1 }));
  archive.add(entry('other', { legacyId: 'l2', at: 2 }));
  await archive.metadata();
  archive.add(entry(retraction('l1'), { id: 'r1', at: 3 }));
  archive.add(entry(correction('of-the-client', 'also secret'), { at: 1, backfilled: true }));
  archive.add(entry('secret', { legacyId: 'l1', backfilled: true }));
  const { results, ids, fin } = await page(archive, asking());
  assert.equal(ids, ['l1', 'l2', 'r1']);
  assert.is(fin.set.count, 3);
  assert.is(
    String(results[0]?.forwarded.stanza),
    String(
      stanza(
        `<message type='groupchat' from='${ROOM}/juliet' id='of-the-client'><retracted xmlns='urn:xmpp:message-retract:1' id='r1' stamp='2026-01-10T00:00:00.003Z' by='${ROOM}/juliet'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='o-juliet'/></message>`,
      ),
    ),
  );
  assert.not.match(JSON.stringify(await texts(archive)), /secret/);
  assert.equal((await page(archive, asking({}, { after: 'c1' }))).ids, ['l2', 'r1']);
  const joined = await collect(archive.history(undefined, DEFAULTS));
  assert.equal(
    joined.map((each) => each.archiveId),
    ['l2', 'r1'],
  );
});

test('moderated :: the tombstone names the moderator and the reason, and keeps the occupant id of the author', async () => {
  const { archive } = await setup();
  archive.add(entry('spam', { legacyId: 'l1', nick: 'tybalt' }));
  const moderated = `<retract xmlns='urn:xmpp:message-retract:1' id='l1'><moderated xmlns='urn:xmpp:message-moderate:1' by='${ROOM}/prince'/><reason>spam</reason></retract>`;
  archive.add(entry(moderated, { id: 'm1', nick: '', at: 1 }));
  const { results } = await page(archive, asking());
  assert.match(
    String(results[0]?.forwarded.stanza),
    /<moderated .*by='globe@gw.example\/prince'\/><reason>spam<\/reason>/,
  );
  assert.match(String(results[0]?.forwarded.stanza), /<occupant-id .*id='o-tybalt'/);
  await archive.tombstone('l1', { reason: 'again' });
  assert.not.match(String((await page(archive, asking())).results[0]?.forwarded.stanza), /again/);
});

// ---

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
  const { archive } = await setup();
  for (const hours of [-40, -30, -20, -2, -1, 0]) archive.add(entry('hi', { id: `h${hours}`, at: hours * HOUR }));
  const idsOf = async (wanted: History | undefined, defaults = DEFAULTS) =>
    (await collect(archive.history(wanted, defaults))).map((each) => each.archiveId);
  for (const [wanted, ids] of HISTORIES) assert.equal(await idsOf(wanted), ids, JSON.stringify(wanted));
  assert.equal(await idsOf({ maxStanzas: 50 }, { maxStanzas: 3, seconds: 1 }), ['h-2', 'h-1', 'h0']);
});

test('history :: each with delay and stanza-id by the room; characters are those of the XML', async () => {
  const { archive } = await setup();
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
  const { archive } = await setup();
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
  const { archive, again } = await setup();
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
  const { archive } = await setup();
  for (let i = 0; i < 3; i++) archive.add(entry('hi', { at: i }));
  const { ids, fin } = await page(archive, asking({}, { max: 0 }));
  assert.equal([ids, fin], [[], { set: { count: 3 } }]);
});

test('query :: pages of 50 unless said otherwise, of 250 at most', async () => {
  const { archive } = await setup();
  for (let i = 0; i < 300; i++) archive.add(entry('hi', { at: i }));
  assert.is((await page(archive, asking())).ids.length, 50);
  assert.is((await page(archive, asking({}, { max: 1_000_000 }))).ids.length, 250);
  assert.equal((await page(archive, asking())).fin.set.count, 300);
});

test('query :: what is not there, also when another room has it, or is not understood', async () => {
  const { archive, again } = await setup();
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
  const { store, archive } = await setup();
  await fc.assert(
    fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 12 }), async (moments, max) => {
      await archive.remove();
      for (const [i, [at, backfilled]] of moments.entries()) archive.add(entry('hi', { id: `m${i}`, at, backfilled }));
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

// ---

test('metadata :: the ends, or nothing', async () => {
  const { archive } = await setup();
  assert.equal(await archive.metadata(), {});
  archive.add(entry('b', { id: 'b', at: 2 }));
  archive.add(entry('a', { id: 'a', at: 1, backfilled: true }));
  assert.equal(await archive.metadata(), {
    start: { id: 'a', timestamp: new Date(NOW + 1) },
    end: { id: 'b', timestamp: new Date(NOW + 2) },
  });
  await archive.remove();
  assert.equal(await archive.metadata(), {});
});

const past = (at: number) => entry('past', { legacyId: `l${at}`, at, backfilled: true });
const live = (at: number) => entry('live', { legacyId: `l${at}`, at });
const HOLES: [what: string, entries: ArchiveEntry[], after: number | undefined, before: number | undefined][] = [
  ['nothing', [], undefined, undefined],
  [
    'nothing with an id on the network',
    [entry('x', { at: 1 }), entry('x', { at: 2, backfilled: true })],
    undefined,
    undefined,
  ],
  ['only history', [past(1), past(2), entry('x', { at: 3, backfilled: true })], 2, undefined],
  ['only live', [entry('x', { at: 1 }), live(2), live(3)], undefined, 2],
  ['history, then live', [past(1), past(2), live(5), live(6)], 2, 5],
  ['live, then history that came later', [live(1), past(2), past(3)], 3, undefined],
  ['live, history, live', [live(1), past(2), live(3), live(4)], 2, 3],
];
test('hole :: between what is known from before and what came since', async () => {
  const { archive } = await setup();
  const bound = (at: number | undefined) => at && { legacyId: `l${at}`, when: new Date(NOW + at) };
  for (const [what, entries, after, before] of HOLES) {
    await archive.remove();
    for (const each of entries) archive.add(each);
    assert.equal(await archive.holeBounds(), { after: bound(after), before: bound(before) }, what);
  }
});

test('hole :: what was live in an earlier run is known from before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-'));
  const path = join(folder, 'test.sqlite');
  const first = await setup(path);
  first.archive.add(live(1));
  first.archive.add(live(2));
  await first.store.close();
  const second = await setup(path);
  second.archive.add(live(5));
  const { after, before } = await second.archive.holeBounds();
  assert.equal([after?.legacyId, before?.legacyId], ['l2', 'l5']);
  await second.store.close();
  rmSync(folder, { recursive: true });
});

// ---

test('retention :: what is older goes, in all rooms', async () => {
  const { store, archive, again } = await setup();
  const other = again('other@gw.example');
  for (let i = 0; i < 1500; i++) archive.add(entry('hi', { at: -DAY - 1 }));
  for (const each of [archive, other]) {
    each.add(entry('old', { at: -DAY - 1 }));
    each.add(entry('young', { at: -DAY }));
  }
  await store.roomMessages.prune(NOW - DAY);
  assert.equal([await texts(archive), await texts(other)], [['young'], ['young']]);
});

test('store :: the messages of a user go with the user; what fails in one room is written in others', async () => {
  const errors: unknown[] = [];
  const store = await Store.open(':memory:', (error) => errors.push(error));
  const user = { jid: JID.parse('a@example'), legacyModuleData: {}, preferences: {}, registrationDate: new Date() };
  const { id } = await store.users.save(user);
  const { id: goner } = await store.users.save({ ...user, jid: JID.parse('b@example') });
  const archiveOf = (userId: number) =>
    new RoomArchive({ store: store.roomMessages, userId, chat: 'globe', room: ROOM, clock: new FakeClock(NOW) });
  archiveOf(goner).add(entry('hi'));
  await store.deleteUser(goner);
  assert.equal(await texts(archiveOf(goner)), []);
  archiveOf(goner).add(entry('too late'));
  archiveOf(id).add(entry('in time'));
  assert.equal(await texts(archiveOf(id)), ['in time']);
  assert.is(errors.length, 1);
});

test.run();
