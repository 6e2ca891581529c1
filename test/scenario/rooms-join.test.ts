/** Coming into rooms, being there, leaving them. XEP-0045 §7, XEP-0410, XEP-0421. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type Element, find, StanzaError, subject } from '../../src/stanza/index.ts';
import { discoInfo, discoItems } from '../../src/xep/0030-disco.ts';
import { user as mucUser, roomInfo } from '../../src/xep/0045-muc.ts';
import { extension } from '../../src/xep/0128-disco-extensions.ts';
import { delay } from '../../src/xep/0203-delay.ts';
import { selfPing } from '../../src/xep/0410-self-ping.ts';
import { eventually } from '../support/eventually.ts';
import { GroupsBookmarks, GroupsRoster, TestRoom } from '../support/groups-plugin.ts';
import { TEST_PLUGIN } from '../support/plugin.ts';
import { enter, occupant, occupantIdOf, playInRooms, room, roomJid } from '../support/rooms.ts';
import { GATEWAY, Stage, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('rooms: joining');
const GROUP = roomJid('group');
const presences = (all: readonly Element[]) => all.filter((each) => each.name === 'presence');
const errorOf = (stanza: Element | undefined) => {
  const error = StanzaError.fromStanza(stanza as Element);
  return [error.type, error.condition, error.by];
};

test('join :: a group: who is there, oneself, the subject, in this order', () =>
  playInRooms(async (stage, romeo) => {
    (await stage.session().contacts.byLegacyId('juliet')).away({ status: 'At the window' });
    const came = await enter(romeo, 'group', { presenceId: 'join-1' });
    assert.equal(presences(came).slice(0, 3).map(occupant), [
      ['JULIET', undefined, 'owner', 'moderator', 'juliet@gw.localhost/slipway', []],
      ['Stranger', undefined, 'member', 'participant', undefined, []],
      ['romeo', undefined, 'member', 'participant', 'romeo@localhost/test', [100, 110]],
    ]);
    assert.equal([came[0]?.getChildText('show'), came[0]?.getChildText('status')], ['away', 'At the window']);
    assert.is(presences(came)[2]?.attrs.id, 'join-1');
    const last = came.find((each) => find(each, subject) !== undefined) as Element;
    assert.is(came.indexOf(last), came.length - 2);
    assert.equal([last.attrs.from, find(last, subject)], [`${GROUP}/JULIET`, 'Love']);
    assert.equal(find(last, delay), { stamp: new Date('2020-01-02T03:04:05Z'), from: GROUP });
    assert.is(last.getChild('body'), undefined);
    assert.equal(presences(came)[3]?.attrs.from, GROUP);
  }));

test('join :: a channel: nobody’s address is shown', () =>
  playInRooms(async (_stage, romeo) => {
    const came = presences(await enter(romeo, 'channel'));
    assert.equal(came.slice(0, 3).map(occupant), [
      ['JULIET', undefined, 'owner', 'moderator', undefined, []],
      ['Stranger', undefined, 'member', 'participant', undefined, []],
      ['romeo', undefined, 'member', 'participant', undefined, [110]],
    ]);
    assert.not(came.some((each) => String(each).includes('vcard-temp:x:update') && each.attrs.from?.includes('/')));
  }));

test('join :: another name than the network has is not taken, and that is said', () =>
  playInRooms(async (_stage, romeo) => {
    const came = presences(await enter(romeo, 'group', { nick: 'montague' }));
    assert.equal(occupant(came[2] as Element), [
      'romeo',
      undefined,
      'member',
      'participant',
      'romeo@localhost/test',
      [100, 110, 210],
    ]);
  }));

test('join :: again means everything again; another client gets its own', () =>
  playInRooms(async (stage, romeo) => {
    const first = await enter(romeo);
    const again = await enter(romeo);
    assert.equal(again.map(String), first.map(String));
    const phone = await stage.logIn('romeo', 'phone');
    const other = await enter(phone);
    assert.is(other.length, first.length);
    assert.is((await room(stage)).fills, 1);
    assert.equal(presences(other)[2]?.attrs.to, 'romeo@localhost/phone');
  }));

const REFUSED: [what: string, to: string, error: [string, string, string]][] = [
  ['without a nickname', GROUP, ['modify', 'jid-malformed', GROUP]],
  ['a room that there is not', `#nowhere@${GATEWAY}/romeo`, ['cancel', 'item-not-found', `#nowhere@${GATEWAY}`]],
  ['a contact', `juliet@${GATEWAY}/romeo`, ['cancel', 'item-not-found', `juliet@${GATEWAY}`]],
  [
    'a room whose network does not answer',
    `${roomJid('broken')}/romeo`,
    ['wait', 'remote-server-timeout', roomJid('broken')],
  ],
];
for (const [what, to, error] of REFUSED) {
  test(`join :: refused: ${what}`, () =>
    playInRooms(async (stage, romeo) => {
      romeo.sends(`<presence id='p' to='${to}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
      const refusal = await romeo.receives((s) => s.name === 'presence' && s.attrs.type === 'error');
      assert.equal([refusal.attrs.id, refusal.attrs.from], ['p', to]);
      assert.equal(errorOf(refusal), error);
      assert.ok(refusal.getChild('x', 'http://jabber.org/protocol/muc'));
      // Who was refused is not there: nothing that is said reaches them.
      for (const each of stage.session().bookmarks) assert.ok(each.clients.isEmpty);
    }));
}

test('join :: refused: a stranger, and where there are no groups', async () => {
  await playInRooms(async (stage) => {
    const mercutio = await stage.logIn('mercutio');
    const [refusal] = await enter(mercutio);
    assert.equal(errorOf(refusal), ['auth', 'registration-required', GROUP]);
  });
  await Stage.with({ plugin: TEST_PLUGIN }, async (stage) => {
    const [refusal] = await enter(await stage.registered());
    assert.equal(errorOf(refusal), ['cancel', 'feature-not-implemented', GROUP]);
  });
});

test('nick :: cannot be changed by the user; one’s own presence is no news', () =>
  playInRooms(async (_stage, romeo) => {
    await enter(romeo);
    romeo.sends(`<presence to='${GROUP}/romeo'><show>away</show></presence>`);
    romeo.sends(`<presence id='n' to='${GROUP}/montague'/>`);
    const refusal = await romeo.receives((s) => s.attrs.id === 'n');
    assert.equal([refusal.attrs.from, errorOf(refusal)], [`${GROUP}/montague`, ['cancel', 'not-acceptable', GROUP]]);
    assert.ok(refusal.getChild('x', 'http://jabber.org/protocol/muc'));
    assert.equal(romeo.received, []);
  }));

test('leave :: is acknowledged, and nothing comes after; also when the client just goes', () =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo);
    romeo.sends(`<presence to='${GROUP}/romeo' type='unavailable'/>`);
    const gone = await romeo.receives((s) => s.attrs.type === 'unavailable');
    assert.equal(occupant(gone), ['romeo', 'unavailable', 'member', 'none', 'romeo@localhost', [110]]);
    assert.ok(occupantIdOf(gone));
    (await (await room(stage)).getParticipant('Stranger')).sendText('Where is he?');
    assert.equal(await romeo.all('message'), []);
    const phone = await stage.logIn('romeo', 'phone');
    await enter(phone);
    await phone.client.stop();
    await romeo.settle();
    assert.ok((await room(stage)).clients.isEmpty);
  }));

test('presence :: from a client that is not in the room is answered with its removal', () =>
  playInRooms(async (_stage, romeo) => {
    romeo.sends(`<presence to='${GROUP}/romeo'/>`);
    const gone = await romeo.receives((s) => s.attrs.type === 'unavailable');
    assert.equal(occupant(gone).slice(3), ['none', 'romeo@localhost', [110, 307, 333]]);
  }));

test('self-ping :: joined or not', () =>
  playInRooms(async (_stage, romeo) => {
    const me = `${GROUP}/romeo`;
    assert.is(await selfPing(romeo.client, me), 'not-joined');
    const error = (await romeo.asks('get', me, "<ping xmlns='urn:xmpp:ping'/>")) as StanzaError;
    assert.equal([error.type, error.condition, error.by], ['cancel', 'not-acceptable', GROUP]);
    await enter(romeo);
    assert.is(await selfPing(romeo.client, me), 'joined');
    assert.is(await romeo.asks('get', GROUP, "<ping xmlns='urn:xmpp:ping'/>"), undefined);
    assert.is(await selfPing(romeo.client, `${GROUP}/montague`), 'renamed');
  }));

test('errors :: a client that is gone is taken out; another error means nothing', () =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo);
    const bounce = (condition: string) =>
      `<message type='error' to='${GROUP}/JULIET'><error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`;
    assert.ok(stage.gateway.kickableErrors.includes('gone'));
    romeo.sends(bounce('not-allowed'));
    await romeo.settle();
    assert.not((await room(stage)).clients.isEmpty);
    for (let i = 0; i < 2; i++) romeo.sends(bounce('gone'));
    romeo.sends(bounce('gone').replace('#group', '#nowhere'));
    await romeo.settle();
    assert.ok((await room(stage)).clients.isEmpty);
    assert.equal(stage.gateway.errors, []);
  }));

test('occupant ids :: the same in every stanza and after a restart, another in another room', async () => {
  const homeDir = mkdtempSync(join(tmpdir(), 'slipway-'));
  const idsIn = async (romeo: User, id: string) =>
    presences(await enter(romeo, id))
      .map(occupantIdOf)
      .slice(0, 3);
  try {
    await playInRooms(
      async (stage, romeo) => {
        const before = await idsIn(romeo, 'group');
        assert.is(new Set(before).size, 3);
        (await (await room(stage)).getParticipant('JULIET')).sendText('Here');
        assert.is(occupantIdOf(await romeo.receives((s) => s.getChildText('body') === 'Here')), before[0]);
        assert.not((await idsIn(romeo, 'channel')).some((id) => before.includes(id)));
        await stage.restart();
        await eventually(() => assert.ok(stage.gateway.getSessionFromJid('romeo@localhost')?.logged));
        await stage.session().waitForReady();
        assert.equal(await idsIn(romeo, 'group'), before);
      },
      { homeDir },
    );
  } finally {
    rmSync(homeDir, { recursive: true, force: true });
  }
});

test('stop :: those who are there are told', () =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo);
    await stage.gateway.shutdown();
    const gone = await romeo.receives((s) => s.attrs.from === `${GROUP}/romeo`);
    assert.equal(occupant(gone).slice(1), ['unavailable', 'member', 'none', 'romeo@localhost', [110, 332]]);
    await stage.restart().catch(() => undefined);
  }));

test('disco :: what a room is, who asks for what', () =>
  playInRooms(async (stage, romeo) => {
    const group = await discoInfo(romeo.client, GROUP);
    assert.equal(group.identities, [{ category: 'conference', type: 'text', name: 'The group' }]);
    for (const feature of [
      'muc_membersonly',
      'muc_nonanonymous',
      'muc_hidden',
      'muc_persistent',
      'urn:xmpp:mam:2',
      'urn:xmpp:sid:0',
      'urn:xmpp:occupant-id:0',
      'http://jabber.org/protocol/muc#stable_id',
      'urn:xmpp:message-moderate:1',
      'jabber:iq:register',
    ]) {
      assert.ok(group.features.includes(feature), feature);
    }
    const facts = extension(group, roomInfo);
    assert.equal(
      [facts?.description, facts?.subject, facts?.occupants, facts?.maxHistoryFetch],
      ['Of all things', 'Love', 3, 100],
    );
    const channel = await discoInfo(romeo.client, roomJid('channel'));
    for (const feature of ['muc_open', 'muc_semianonymous', 'muc_public'])
      assert.ok(channel.features.includes(feature));
    assert.equal((await discoInfo(romeo.client, GROUP, 'x-roomuser-item')).identities[0]?.name, 'romeo');
    assert.equal(
      (await discoItems(romeo.client, GATEWAY)).items.map(({ jid, name }) => [jid, name]),
      [
        [roomJid('channel'), 'The channel'],
        [GROUP, 'The group'],
      ],
    );
    assert.equal((await discoItems(romeo.client, GROUP)).items, []);
    assert.ok((await discoInfo(romeo.client, GATEWAY)).identities.some((each) => each.category === 'conference'));
    await enter(romeo);
    const stranger = await discoInfo(romeo.client, `${GROUP}/Stranger`);
    assert.equal(stranger.identities, [{ category: 'client', type: 'pc', name: 'Stranger' }]);
    const refused = await discoInfo(romeo.client, `#nowhere@${GATEWAY}`).catch((e) => e.condition);
    assert.is(refused, 'item-not-found');
    assert.not(stage.session().contacts.ifKnownLocal('#group'), 'no contact was made of a room');
  }));

test('bookmarks :: published by privilege; else the user is invited', async () => {
  const invited = (s: Element) => s.getChild('x', 'jabber:x:conference')?.attrs.jid;
  await playInRooms(async (stage) => {
    const published = stage.routed.filter(
      (each) => String(each).includes("node='urn:xmpp:bookmarks:1'") && String(each).includes('<publish'),
    );
    assert.ok(published.length >= 2);
    assert.not(stage.routed.some(invited));
  });
  await playInRooms(
    async (stage) => assert.equal(stage.routed.map(invited).filter(Boolean).slice(0, 2), [GROUP, roomJid('channel')]),
    { server: { privileges: { roster: 'both', message: 'outgoing' } } as never },
  );
});

test('plugin :: rooms are found by id and by JID, once; the gateway finds that of a stanza', () =>
  playInRooms(async (stage) => {
    const { bookmarks } = stage.session();
    const [a, b, c] = await Promise.all([bookmarks.byLegacyId('group'), bookmarks.byJid(GROUP), room(stage)]);
    assert.ok(a === b && b === c);
    assert.is(c.updates, 1);
    const stanza = { attrs: { from: 'romeo@localhost/test', to: `${GROUP}/x` } } as never as Element;
    assert.is(await stage.gateway.getMucFromStanza(stanza), a);
    assert.equal([...bookmarks].map((each) => each.legacyId).sort(), ['channel', 'group']);
    assert.equal([a.mtype, a.isGroup, bookmarks.userNick], ['groupchat', true, 'romeo']);
  }));

void [TestRoom, GroupsBookmarks, GroupsRoster, mucUser];
test.run();
