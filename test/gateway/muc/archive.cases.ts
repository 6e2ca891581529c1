/** The archive of a room, over any database. */

import * as assert from 'uvu/assert';
import { type ArchiveEntry, isArchived, RoomArchive } from '../../../src/gateway/muc/archive.ts';
import { Store } from '../../../src/gateway/store/store.ts';
import { FakeClock } from '../../../src/gateway/testing/fake-clock.ts';
import { body, Element, find, JID } from '../../../src/stanza/index.ts';
import type { NewDatabase } from '../../support/databases.ts';
import {
  asking,
  closeStores,
  collect,
  correction,
  DAY,
  DEFAULTS,
  entry,
  HOUR,
  NOW,
  page,
  ROOM,
  reaction,
  retraction,
  setup,
  textOf,
  texts,
} from '../../support/room-archive.ts';
import type { Test } from '../../support/test.ts';
import { stanza } from '../../support/xml.ts';

export function roomArchiveCases(test: Test, database: NewDatabase): void {
  test.after.each(closeStores);

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
    const { archive } = await setup(await database());
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
    const { archive } = await setup(await database());
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
    const { archive } = await setup(await database());
    archive.add(entry('live', { legacyId: 'l1', id: 'of-the-client', archiveId: 'l1' }));
    archive.add(entry('from history', { legacyId: 'l1', at: -HOUR, backfilled: true }));
    const { results } = await page(archive, asking());
    assert.equal(
      results.map(({ id, forwarded }) => [id, forwarded.delay?.stamp.getTime(), textOf(forwarded.stanza)]),
      [['l1', NOW, 'live']],
    );
  });

  test('replayed :: what only the history told is as it tells it now, in its place', async () => {
    const { archive } = await setup(await database());
    archive.add(entry('old words', { legacyId: 'l1', at: -HOUR, backfilled: true }));
    archive.add(entry('other', { legacyId: 'l2', at: -HOUR, backfilled: true }));
    archive.add(entry('new words', { legacyId: 'l1', backfilled: true }));
    assert.equal(await texts(archive), ['new words', 'other']);
  });

  test('reactions :: the last of each person counts, and who catches up hears of it', async () => {
    const { archive } = await setup(await database());
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
    const { archive } = await setup(await database());
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
    const { archive } = await setup(await database());
    archive.add(entry('hi', { legacyId: 'l1', backfilled: true }));
    archive.add(entry('hi', { legacyId: 'l1', archiveId: 'live-1', at: 1 }));
    archive.add(entry('ho', { legacyId: 'l2', at: 2 }));
    assert.equal((await page(archive, asking())).ids, ['l1', 'l2']);
    assert.equal((await page(archive, asking({}, { after: 'live-1' }))).ids, ['l2']);
  });

  // ---

  test('retracted :: a tombstone says who and when, not what; corrections go too', async () => {
    const { archive } = await setup(await database());
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
    const { archive } = await setup(await database());
    archive.add(entry('spam', { legacyId: 'l1', nick: 'tybalt' }));
    const moderated = `<retract xmlns='urn:xmpp:message-retract:1' id='l1'><moderated xmlns='urn:xmpp:message-moderate:1' by='${ROOM}/prince'/><reason>spam</reason></retract>`;
    archive.add(entry(moderated, { id: 'm1', nick: '', at: 1 }));
    const { results } = await page(archive, asking());
    assert.match(
      String(results[0]?.forwarded.stanza),
      /<moderated .*by='globe@gw.example\/prince'\/><reason>spam<\/reason>/,
    );
    assert.match(String(results[0]?.forwarded.stanza), /<occupant-id .*id='o-tybalt'/);
  });

  // ---

  test('metadata :: the ends, or nothing', async () => {
    const { archive } = await setup(await database());
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
    const { archive } = await setup(await database());
    const bound = (at: number | undefined) => at && { legacyId: `l${at}`, when: new Date(NOW + at) };
    for (const [what, entries, after, before] of HOLES) {
      await archive.remove();
      for (const each of entries) archive.add(each);
      assert.equal(await archive.holeBounds(), { after: bound(after), before: bound(before) }, what);
    }
  });

  test('hole :: what was live in an earlier run is known from before', async () => {
    const location = await database();
    const first = await setup(location);
    first.archive.add(live(1));
    first.archive.add(live(2));
    await first.store.close();
    const second = await setup(location);
    second.archive.add(live(5));
    const { after, before } = await second.archive.holeBounds();
    assert.equal([after?.legacyId, before?.legacyId], ['l2', 'l5']);
    await second.store.close();
  });

  // ---

  test('retention :: what is older goes, in all rooms', async () => {
    const { store, archive, again } = await setup(await database());
    const other = again('other@gw.example');
    for (let i = 0; i < 1500; i++) archive.add(entry('hi', { at: -DAY - 1 }));
    for (const each of [archive, other]) {
      each.add(entry('old', { at: -DAY - 1 }));
      each.add(entry('young', { at: -DAY }));
    }
    await store.roomMessages.prune(NOW - DAY);
    assert.equal([await texts(archive), await texts(other)], [['young'], ['young']]);
  });

  test('retention :: what is too old already is not kept', async () => {
    const { store, userId } = await setup(await database());
    const options = { store: store.roomMessages, userId, chat: 'globe', room: ROOM, clock: new FakeClock(NOW) };
    const archive = new RoomArchive({ ...options, days: 1 });
    archive.add(entry('old', { at: -DAY - 1, backfilled: true }));
    archive.add(entry('young', { at: -DAY, backfilled: true }));
    assert.equal(await texts(archive), ['young']);
  });

  test('store :: the messages of a user go with the user; what fails in one room is written in others', async () => {
    const errors: unknown[] = [];
    const store = await Store.open(await database(), (error) => errors.push(error));
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
}
