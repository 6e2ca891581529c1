/** What was said in rooms before. XEP-0045 §7.2.13, XEP-0313. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { FakeClock } from '../../src/gateway/testing/index.ts';
import { type Element, find, type StanzaError } from '../../src/stanza/index.ts';
import { delay } from '../../src/xep/0203-delay.ts';
import { fetchMetadata, result } from '../../src/xep/0313-mam.ts';
import { stanzaIdBy } from '../../src/xep/0359-stanza-ids.ts';
import { retracted } from '../../src/xep/0424-retraction.ts';
import { TestRoom } from '../support/groups-plugin.ts';
import { enter, playInRooms, room, roomJid } from '../support/rooms.ts';
import { GATEWAY, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('rooms: history');
const GROUP = roomJid('group');
const HOUR = 3600_000;
const NS_MAM = 'urn:xmpp:mam:2';
const textOf = (stanza: Element) => stanza.getChildText('body');

/** What a client gets that asks the archive: texts and ids, and how it ends. */
async function query(romeo: User, inside = '', to = GROUP) {
  await romeo.settle();
  romeo.received.length = 0;
  const fin = await romeo.asks('set', to, `<query xmlns='${NS_MAM}' queryid='q'>${inside}</query>`);
  const results = romeo.received.splice(0).flatMap((each) => find(each, result) ?? []);
  const set = (fin as Element).getChild?.('set');
  return {
    error: (fin as StanzaError).condition,
    texts: results.map((each) => textOf(each.forwarded.stanza as Element)),
    results,
    complete: (fin as Element).attrs?.complete,
    stable: (fin as Element).attrs?.stable,
    first: set?.getChildText('first'),
    last: set?.getChildText('last'),
    count: set?.getChildText('count'),
  };
}
const rsm = (inside: string) => `<set xmlns='http://jabber.org/protocol/rsm'>${inside}</set>`;
const form = (fields: Record<string, string>) =>
  `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${NS_MAM}</value></field>${Object.entries(
    fields,
  )
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`;

/** Ten messages of the last ten hours, from the network's history. */
async function tenHours(muc: TestRoom): Promise<void> {
  const juliet = await muc.getParticipantByLegacyId('juliet');
  const now = Date.now();
  for (let i = 0; i < 10; i++) {
    const when = new Date(now - (10 - i) * HOUR);
    juliet.sendText(`m${i}`, { legacyMsgId: `id-${i}`, when, archiveOnly: true });
  }
}

const withHistory = (scene: Parameters<typeof playInRooms>[0], history = tenHours) => {
  TestRoom.history = history;
  return playInRooms(scene).finally(() => {
    TestRoom.history = async () => {};
  });
};

test('backfill :: what was said before, with its bounds, once', () =>
  withHistory(async (stage, romeo) => {
    const came = await enter(romeo);
    const said = came.filter((each) => textOf(each)?.startsWith('m'));
    assert.equal(said.map(textOf), ['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9']);
    const [first] = said;
    assert.equal(
      [first?.attrs.from, first?.attrs.id, stanzaIdBy(first as Element, GROUP)],
      [`${GROUP}/JULIET`, 'id-0', 'id-0'],
    );
    assert.is(find(first as Element, delay)?.from, GROUP);
    assert.is(
      first?.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChild('item')?.attrs.affiliation,
      'owner',
    );
    assert.is(first?.getChild('markable'), undefined);
    const group = await room(stage);
    assert.equal(group.bounds, [[undefined, undefined]]);
    await tenHours(group);
    await enter(romeo);
    assert.equal(group.bounds.length, 1);
    assert.is((await query(romeo)).count, '10', 'history that comes again doubles nothing');
  }));

test('backfill :: who is met in the history only is not in the room', () =>
  withHistory(
    async (stage, romeo) => {
      await enter(romeo);
      assert.equal([...(await room(stage)).occupants].map((each) => each.nickname).sort(), [
        'JULIET',
        'Stranger',
        'romeo',
      ]);
      assert.equal((await query(romeo)).texts[0], 'I was here');
    },
    async (muc) => {
      const ghost = await muc.getParticipant('Ghost');
      ghost.sendText('I was here', { legacyMsgId: 'g', when: new Date(Date.now() - HOUR), archiveOnly: true });
      ghost.react('g', ['👻'], { archiveOnly: true });
      ghost.retract('never', { archiveOnly: true });
    },
  ));

const WANTED: [what: string, history: string, expected: number][] = [
  ['none by characters', "<history maxchars='0'/>", 0],
  ['none by number', "<history maxstanzas='0'/>", 0],
  ['three', "<history maxstanzas='3'/>", 3],
  ['of the last hours', "<history seconds='9000'/>", 2],
  ['since', `<history since='${new Date(Date.now() - 5.5 * HOUR).toISOString()}'/>`, 5],
  ['the least of all', "<history maxstanzas='4' seconds='9000'/>", 2],
];
for (const [what, history, expected] of WANTED) {
  test(`history :: ${what}`, () =>
    withHistory(async (_stage, romeo) => {
      const came = await enter(romeo, 'group', { history });
      assert.is(came.filter((each) => textOf(each)?.startsWith('m')).length, expected);
    }));
}

test('archive :: all, pages forwards and backwards, ids that are not there', () =>
  withHistory(async (_stage, romeo) => {
    const all = await query(romeo);
    assert.equal(
      [all.texts.length, all.texts[0], all.complete, all.first, all.last, all.count],
      [10, 'm0', 'true', 'id-0', 'id-9', '10'],
    );
    // Pages may be kept: what comes later, or is found later, does not change the ids of what is there.
    assert.is(all.stable, undefined);
    const page = await query(romeo, rsm('<max>2</max>'));
    assert.equal([page.texts, page.complete, page.count], [['m0', 'm1'], undefined, '10']);
    const next = await query(romeo, rsm('<max>2</max><after>id-1</after>'));
    assert.equal(next.texts, ['m2', 'm3']);
    const end = await query(romeo, rsm('<after>id-9</after>'));
    assert.equal([end.texts, end.complete], [[], 'true']);
    const last = await query(romeo, rsm('<max>2</max><before/>'));
    assert.equal([last.texts, last.complete], [['m8', 'm9'], undefined]);
    assert.equal((await query(romeo, rsm('<max>2</max><before>id-8</before>'))).texts, ['m6', 'm7']);
    assert.is((await query(romeo, rsm('<after>nowhere</after>'))).error, 'item-not-found');
    assert.is((await query(romeo, rsm('<before>nowhere</before>'))).error, 'item-not-found');
    const flipped = await query(romeo, `${rsm('<max>3</max>')}<flip-page/>`);
    assert.equal(flipped.texts, ['m2', 'm1', 'm0']);
  }));

test('archive :: filtered by time, person and id; how far it reaches', () =>
  withHistory(async (stage, romeo) => {
    await enter(romeo);
    (await (await room(stage)).getParticipant('Stranger')).sendText('live', { legacyMsgId: 'live' });
    romeo.sends(`<message type='groupchat' id='c1' to='${GROUP}'><body>mine</body></message>`);
    await romeo.settle();
    (await (await room(stage)).getUserParticipant()).sendText('elsewhere', { legacyMsgId: 'e1' });
    await romeo.settle();
    const start = new Date(Date.now() - 2.5 * HOUR).toISOString();
    assert.equal((await query(romeo, form({ start }))).texts, ['m8', 'm9', 'live', 'mine', 'elsewhere']);
    assert.equal((await query(romeo, form({ with: `${GROUP}/Stranger` }))).texts, ['live']);
    assert.equal((await query(romeo, form({ with: 'romeo@localhost' }))).texts, ['mine', 'elsewhere']);
    assert.equal((await query(romeo, form({ ids: 'id-3' }))).texts, ['m3']);
    assert.is((await query(romeo, form({ ids: 'nowhere' }))).error, 'item-not-found');
    assert.is((await query(romeo, form({ unheard: 'of' }))).error, 'feature-not-implemented');
    const [mine] = (await query(romeo, form({ ids: 'legacy-1' }))).results;
    const said = mine?.forwarded.stanza;
    assert.equal([mine?.id, said?.attrs.id, said?.attrs.to], ['legacy-1', 'c1', undefined]);
    const reach = await fetchMetadata(romeo.client, GROUP);
    assert.equal([reach.start?.id, reach.end?.id], ['id-0', 'e1']);
    const fields = (await romeo.asks('get', GROUP, `<query xmlns='${NS_MAM}'/>`)) as Element;
    assert.ok(String(fields).includes("var='with'"));
    assert.is((await query(romeo, '', GATEWAY)).error, 'item-not-found');
    assert.is((await query(romeo, '', `#nowhere@${GATEWAY}`)).error, 'item-not-found');
  }));

test('archive :: what was taken back leaves a tombstone', () =>
  withHistory(async (stage, romeo) => {
    await enter(romeo);
    const group = await room(stage);
    (await group.getParticipant('JULIET')).moderate('id-5', 'No');
    await romeo.settle();
    const [kept] = (await query(romeo, form({ ids: 'id-5' }))).results;
    assert.ok(find(kept?.forwarded.stanza as Element, retracted)?.moderated);
    assert.is(textOf(kept?.forwarded.stanza as Element), null);
  }));

test('archive :: of a room that is no more, and of a user who is no more, nothing is left', () =>
  withHistory(async (stage, romeo) => {
    await enter(romeo);
    const session = stage.session();
    const group = await room(stage);
    await session.bookmarks.remove(group);
    const again = await session.bookmarks.byLegacyId('group');
    assert.is.not(again, group);
    const found = await stage.gateway.store.roomMessages.bounds(session.userId, '#group');
    assert.equal([found].flat().filter(Boolean), []);
  }));

test('retention :: what is older than the configuration says is forgotten when the gateway starts', async () => {
  const clock = new FakeClock();
  const start = clock.now();
  const homeDir = mkdtempSync(join(tmpdir(), 'slipway-'));
  try {
    TestRoom.history = async (muc) => {
      const juliet = await muc.getParticipantByLegacyId('juliet');
      juliet.sendText('old', { legacyMsgId: 'old', when: new Date(start - 23 * HOUR), archiveOnly: true });
      juliet.sendText('new', { legacyMsgId: 'new', when: new Date(start - HOUR), archiveOnly: true });
    };
    await playInRooms(
      async (stage, romeo) => {
        assert.equal((await query(romeo)).texts, ['old', 'new']);
        TestRoom.history = async () => {};
        // Not yet a day: nothing else has been forgotten in the meantime.
        await clock.advance(2 * HOUR);
        assert.equal((await query(romeo)).texts, ['old', 'new']);
        await stage.restart();
        await romeo.receives((s) => s.getChildText('status') === 'Connected as test');
        assert.equal((await query(romeo)).texts, ['new']);
      },
      { clock, homeDir, config: { 'mam-max-days': 1 } },
    );
  } finally {
    TestRoom.history = async () => {};
    rmSync(homeDir, { recursive: true, force: true });
  }
});

test('archive :: of one user is not that of another', () =>
  withHistory(async (stage, romeo) => {
    await enter(romeo);
    const mercutio = await stage.registered('mercutio');
    TestRoom.history = async () => {};
    assert.equal((await query(mercutio)).texts, []);
    assert.is((await query(romeo)).texts.length, 10);
  }));

test('restart :: the archive is kept, and the bounds of what is missing are told', async () => {
  const homeDir = mkdtempSync(join(tmpdir(), 'slipway-'));
  try {
    TestRoom.history = tenHours;
    await playInRooms(
      async (stage, romeo) => {
        await enter(romeo);
        await stage.restart();
        await romeo.receives((s) => s.getChildText('status') === 'Connected as test');
        await stage.session().waitForReady();
        const group = await room(stage);
        (await group.getParticipant('Stranger')).sendText('after', { legacyMsgId: 'after' });
        await romeo.settle();
        assert.equal((await query(romeo)).texts.slice(-2), ['m9', 'after']);
        assert.equal(
          group.bounds.map((pair) => pair.map((each) => each?.legacyId)),
          [['id-9', 'after']],
        );
      },
      { homeDir },
    );
  } finally {
    TestRoom.history = async () => {};
    rmSync(homeDir, { recursive: true, force: true });
  }
});

test('retention :: what is older than the days of the configuration goes, and does not come back', async () => {
  const clock = new FakeClock();
  const start = clock.now();
  TestRoom.history = async (muc) => {
    const juliet = await muc.getParticipantByLegacyId('juliet');
    for (const days of [8, 6]) {
      const when = new Date(start - days * 24 * HOUR);
      juliet.sendText(`${days} days old`, { legacyMsgId: `d${days}`, when, archiveOnly: true });
    }
  };
  await playInRooms(
    async (_, romeo) => {
      assert.equal((await query(romeo)).texts, ['6 days old']);
      await clock.advance(49 * HOUR);
      assert.equal((await query(romeo)).count, '0');
    },
    { clock },
  ).finally(() => {
    TestRoom.history = async () => {};
  });
});

test.run();
