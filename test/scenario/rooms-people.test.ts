/** Who is in a room, what they are called and may do, and what the room is. XEP-0045 §8–§10. */

import { createHash } from 'node:crypto';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { type LegacyContact, LegacyParticipant, MucType, XmppError } from '../../src/gateway/index.ts';
import { type Element, find, StanzaError, subject } from '../../src/stanza/index.ts';
import { submit } from '../../src/xep/0004-data-forms.ts';
import {
  changeStanding,
  configureRoom,
  destroyRoom,
  fetchAffiliations,
  fetchRoles,
  fetchRoomConfig,
  user as mucUser,
  roomConfig,
} from '../../src/xep/0045-muc.ts';
import { executeCommand } from '../../src/xep/0050-commands.ts';
import { fetchVCard } from '../../src/xep/0054-vcard-temp.ts';
import { unregister } from '../../src/xep/0077-register.ts';
import { publishAvatar } from '../../src/xep/0084-avatar.ts';
import { x as photo } from '../../src/xep/0153-vcard-avatars.ts';
import { nick } from '../../src/xep/0172-nick.ts';
import { hats } from '../../src/xep/0317-hats.ts';
import { moderateMessage, moderateMessageV0 } from '../../src/xep/0425-moderation.ts';
import { publishRoomAvatar } from '../../src/xep/0486-room-avatars.ts';
import { withFolder } from '../support/folder.ts';
import { GroupsSession, TestRoom } from '../support/groups-plugin.ts';
import { TestContact } from '../support/plugin.ts';
import { enter, occupant, playInRooms, room, roomJid } from '../support/rooms.ts';
import { GATEWAY, type Stage, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('rooms: people');
const GROUP = roomJid('group');
const PICTURE = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
  .png()
  .toBuffer();
const condition = (error: unknown) => (error as StanzaError).condition;

const inside = (scene: (stage: Stage, romeo: User) => Promise<void>, id = 'group') =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo, id);
    await scene(stage, romeo);
  });
/** All presences that have come, short. */
async function presences(romeo: User): Promise<unknown[]> {
  await romeo.settle();
  return romeo.received
    .splice(0)
    .filter((each) => each.name === 'presence')
    .map(occupant);
}

test('names :: change for participant, room and contact alike, without making anybody twice', () =>
  inside(async (stage, romeo) => {
    const group = await room(stage);
    const juliet = await group.getParticipant('JULIET');
    juliet.nickname = 'Giulietta';
    assert.equal(await presences(romeo), [
      ['JULIET', 'unavailable', 'owner', 'moderator', 'juliet@gw.localhost/slipway', [303]],
      ['Giulietta', undefined, 'owner', 'moderator', 'juliet@gw.localhost/slipway', []],
    ]);
    group.renameParticipant(juliet, 'JULIET');
    await presences(romeo);
    (await stage.session().contacts.byLegacyId('juliet')).name = 'Julia';
    assert.equal(
      (await presences(romeo))
        .filter((each) => (each as unknown[])[2] === 'owner')
        .map((each) => (each as unknown[])[0]),
      ['JULIET', 'Julia'],
    );
    assert.is(group.occupants.size, 3);
    assert.is(await group.getParticipant('Julia'), juliet);
    group.userNick = 'Montague';
    assert.equal(
      (await presences(romeo)).map((each) => [(each as unknown[])[0], (each as unknown[])[5]]),
      [
        ['romeo', [110, 303]],
        ['Montague', [110]],
      ],
    );
  }));

test('names :: that cannot be written in a JID are written otherwise, and told as they are', () =>
  inside(async (stage, romeo) => {
    const ann = await (await room(stage)).getParticipant('🎉 Ann');
    ann.sendText('Hi');
    const shown = await romeo.receives((s) => s.name === 'presence' && find(s, nick) === '🎉 Ann');
    assert.match(shown.attrs.from ?? '', /^#group@gw\.localhost\/[ -~]+$/);
    assert.is(find(await romeo.receives((s) => s.getChildText('body') === 'Hi'), nick), undefined);
  }));

test('names :: two of one name are told apart', () =>
  inside(async (stage) => {
    const group = await room(stage);
    const contacts = await Promise.all(['tybalt', 'benvolio'].map((id) => stage.session().contacts.byLegacyId(id)));
    for (const contact of contacts) contact.name = 'Cousin';
    const names = [];
    for (const contact of contacts) names.push((await group.getParticipantByContact(contact)).nickname);
    assert.equal(names, ['Cousin', 'Cousin (benvolio)']);
  }));

test('names :: said by a constructor, they count; who has none is called by the id on the network', () => {
  let called = 'By the constructor';
  class NamedRoom extends TestRoom {
    constructor(...args: ConstructorParameters<typeof TestRoom>) {
      super(...args);
      this.name = called;
    }
    override async updateInfo(): Promise<void> {}
  }
  class Nameless extends TestContact {
    override async updateInfo(): Promise<void> {}
  }
  return withFolder((homeDir) =>
    playInRooms(
      async (stage, romeo) => {
        const named = async () => {
          const group = await room(stage);
          const byId = await group.getParticipantByLegacyId('count paris');
          return [group.name, byId.nickname, byId.contact?.jid.local];
        };
        const paris = ['count paris', 'count\\20paris'];
        assert.equal(await named(), ['By the constructor', ...paris]);
        called = 'Another';
        await stage.restart();
        await romeo.receives((s) => s.getChildText('status') === 'Connected as test');
        assert.equal(await named(), ['Another', ...paris]);
      },
      { homeDir, plugin: { muc: NamedRoom, contact: Nameless } },
    ),
  );
});

test('participants :: of contacts, of ids, of names, of the user and of the room: one each', () =>
  inside(async (stage) => {
    const group = await room(stage);
    const nurse = await stage.session().contacts.byLegacyId('nurse');
    const first = await group.getParticipantByContact(nurse);
    assert.is(await group.getParticipantByLegacyId('nurse'), first);
    assert.is(await group.getParticipant('NURSE'), first);
    assert.is(first.contact, nurse);
    assert.is(first.muc, group);
    assert.ok((await group.getParticipantByLegacyId('me')).isUser);
    assert.is(await group.getParticipantByLegacyId('me'), await group.getUserParticipant());
    assert.is(await group.getParticipant('romeo'), await group.getUserParticipant());
    assert.is((await group.getSystemParticipant()).jid, GROUP);
    const anonymous = await group.getParticipantByLegacyId('nobody'.replace('nobody', 'x y'));
    assert.is(await group.getParticipantByLegacyId('x y'), anonymous);
    assert.is(
      condition(await group.getParticipant('Nemo', { create: false, fillFirst: true }).catch((e) => e)),
      'item-not-found',
    );
    const all = [];
    for await (const each of group.getParticipants()) all.push(each.nickname);
    assert.equal(all.sort(), ['JULIET', 'NURSE', 'Stranger', 'X Y', 'romeo']);
  }));

test('standing :: roles, affiliations and hats are told once, of those who are shown', () =>
  inside(async (stage, romeo) => {
    const group = await room(stage);
    const stranger = await group.getParticipant('Stranger');
    stranger.role = 'visitor';
    stranger.affiliation = 'none';
    stranger.affiliation = 'none';
    stranger.setStanding({ affiliation: 'admin', role: 'moderator' });
    stranger.setStanding({ affiliation: 'admin' });
    assert.equal(
      (await presences(romeo)).map((each) => (each as unknown[]).slice(2, 4)),
      [
        ['member', 'visitor'],
        ['none', 'visitor'],
        ['admin', 'moderator'],
      ],
    );
    stranger.setHats([{ uri: 'urn:hat', title: 'Fool' }]);
    stranger.setHats([{ uri: 'urn:hat', title: 'Fool' }]);
    const shown = await romeo.receives((s) => find(s, hats) !== undefined);
    assert.equal(
      find(shown, hats)?.hats.map(({ uri, title }) => [uri, title]),
      [['urn:hat', 'Fool']],
    );
    assert.equal(await presences(romeo), []);
  }));

test('presence :: of a contact shows in the room first; offline is out of it; others say it themselves', () =>
  inside(async (stage, romeo) => {
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    juliet.busy({ status: 'Asleep' });
    await romeo.settle();
    assert.equal(
      romeo.received.splice(0).map((each) => [each.attrs.from, each.getChildText('show'), each.getChildText('status')]),
      [
        [`${GROUP}/JULIET`, 'dnd', 'Asleep'],
        ['juliet@gw.localhost/slipway', 'dnd', 'Asleep'],
      ],
    );
    juliet.offline();
    assert.equal((await presences(romeo))[0], [
      'JULIET',
      'unavailable',
      'owner',
      'none',
      'juliet@gw.localhost/slipway',
      [],
    ]);
    juliet.online();
    assert.equal((await presences(romeo))[0], [
      'JULIET',
      undefined,
      'owner',
      'moderator',
      'juliet@gw.localhost/slipway',
      [],
    ]);
    const stranger = await (await room(stage)).getParticipant('Stranger');
    const { received } = romeo;
    for (const verb of ['away', 'extendedAway', 'busy', 'online', 'offline'] as const) stranger[verb]();
    await romeo.settle();
    assert.equal(
      received.splice(0).map((each) => each.attrs.type ?? each.getChildText('show')),
      ['away', 'xa', 'dnd', null, 'unavailable'],
    );
  }));

test('leaving :: kicks and bans say so, with what they are then', () =>
  inside(async (stage, romeo) => {
    const group = await room(stage);
    const leavers = await Promise.all(['A', 'B', 'C'].map((name) => group.getParticipant(name)));
    await romeo.settle();
    romeo.received.length = 0;
    leavers[0]?.leave();
    leavers[1]?.kick('Rude');
    leavers[2]?.ban('Very rude');
    await romeo.settle();
    const gone = romeo.received.splice(0);
    assert.equal(gone.map(occupant), [
      ['A', 'unavailable', 'none', 'none', undefined, []],
      ['B', 'unavailable', 'none', 'none', undefined, [307]],
      ['C', 'unavailable', 'outcast', 'none', undefined, [301]],
    ]);
    assert.equal(
      gone.map((each) => find(each, mucUser)?.items[0]?.reason),
      [undefined, 'Rude', 'Very rude'],
    );
    assert.is(group.occupants.size, 3);
    group.removeParticipant(await group.getUserParticipant(), { kick: true, reason: 'You too' });
    const [self] = (await presences(romeo)) as unknown[][];
    assert.equal(self?.slice(1, 4), ['unavailable', 'none', 'none']);
    assert.ok(group.clients.isEmpty);
  }));

test('leaving :: who was kicked can come back, who is banned cannot until the ban ends', () =>
  inside(async (stage, romeo) => {
    const group = await room(stage);
    const me = await group.getUserParticipant();
    const comesBack = async () => {
      await romeo.settle();
      const came = await enter(romeo);
      const [self] = came.filter((each) => each.attrs.from === `${GROUP}/romeo`);
      return self?.attrs.type === 'error' ? StanzaError.fromStanza(self).condition : occupant(self as Element)[3];
    };
    group.removeParticipant(me, { kick: true });
    assert.is(await comesBack(), 'participant');
    romeo.received.length = 0;
    me.affiliation = 'outcast';
    assert.equal((await presences(romeo))[0], [
      ...['romeo', 'unavailable', 'outcast', 'none', 'romeo@localhost'],
      [110, 301],
    ]);
    assert.is(await comesBack(), 'forbidden');
    assert.ok(group.clients.isEmpty);
    me.affiliation = 'member';
    assert.is(await comesBack(), 'participant');
    romeo.received.length = 0;
    const stranger = await group.getParticipant('Stranger');
    stranger.affiliation = 'outcast';
    stranger.affiliation = 'member';
    assert.equal(await presences(romeo), [['Stranger', 'unavailable', 'outcast', 'none', undefined, [301]]]);
    stranger.affiliation = 'outcast';
    assert.equal(
      (await fetchAffiliations(romeo.client, GROUP, 'outcast')).map((each) => each.nick),
      ['Stranger'],
    );
  }));

test('new :: somebody who comes later is shown, with a picture; the plugin may say more first', () =>
  inside(async (stage, romeo) => {
    const nurse = await stage.session().contacts.byLegacyId('nurse');
    await nurse.setAvatar(PICTURE, { blocking: true });
    await romeo.settle();
    romeo.received.length = 0;
    const there = await (await room(stage)).getParticipantByContact(nurse);
    there.role = 'moderator';
    const shown = await romeo.receives((s) => s.attrs.from === `${GROUP}/NURSE`);
    assert.equal(occupant(shown).slice(2, 4), ['member', 'moderator']);
    assert.is(find(shown, photo)?.photo, nurse.avatarHash);
    assert.equal(await presences(romeo), []);
    assert.is((await fetchVCard(romeo.client, `${GROUP}/NURSE`))?.photos.length, 1);
  }));

test('lists :: by affiliation and by role', () =>
  inside(async (stage, romeo) => {
    void stage;
    assert.equal(await fetchAffiliations(romeo.client, GROUP, 'owner'), [
      { affiliation: 'owner', jid: 'juliet@gw.localhost', nick: 'JULIET' },
    ]);
    assert.equal(
      (await fetchAffiliations(romeo.client, GROUP, 'member')).map(({ nick: name, jid }) => [name, jid]).sort(),
      [
        ['Stranger', undefined],
        ['romeo', 'romeo@localhost'],
      ],
    );
    assert.equal(await fetchAffiliations(romeo.client, GROUP, 'outcast'), []);
    assert.equal(
      (await fetchRoles(romeo.client, GROUP, 'moderator')).map(({ nick: name, role, jid }) => [name, role, jid]),
      [['JULIET', 'moderator', 'juliet@gw.localhost/slipway']],
    );
    const ask = (item: string) =>
      romeo.asks('get', GROUP, `<query xmlns='http://jabber.org/protocol/muc#admin'>${item}</query>`);
    assert.is(condition(await ask('<item/>')), 'bad-request');
    assert.is(condition(await ask('')), 'bad-request');
  }));

test('changes :: of affiliations, all of them or none; kicks; nobody of another domain', () =>
  inside(async (stage, romeo) => {
    const change = (...items: Parameters<typeof changeStanding>[2][]) =>
      changeStanding(romeo.client, GROUP, ...items).catch(condition);
    await change(
      { jid: 'juliet@gw.localhost', affiliation: 'admin', reason: 'Trusted', nick: 'JULIET' },
      { jid: 'nurse@gw.localhost', affiliation: 'outcast' },
    );
    await change({ nick: 'JULIET', role: 'none', reason: 'Out' });
    assert.equal(stage.session().calls, [
      ['onSetAffiliation', 'juliet', 'admin', 'Trusted', 'JULIET'],
      ['onSetAffiliation', 'nurse', 'outcast', undefined, undefined],
      ['onKick', 'juliet', 'Out'],
    ]);
    assert.is(await change({ nick: 'Nemo', role: 'none' }), 'item-not-found');
    assert.is(await change({ nick: 'JULIET', role: 'visitor' }), 'feature-not-implemented');
    assert.is(await change({ jid: 'juliet@gw.localhost', affiliation: 'admin', role: 'none' }), 'bad-request');
    assert.is(
      await change(
        { jid: 'juliet@gw.localhost', affiliation: 'admin' },
        { jid: 'juliet@elsewhere.example', affiliation: 'admin' },
      ),
      'item-not-found',
    );
    assert.is(stage.session().calls.length, 3);
  }));

test('configuration :: name and description; the end of a room', () =>
  inside(async (stage, romeo) => {
    const config = roomConfig.read(await fetchRoomConfig(romeo.client, GROUP), '/');
    assert.equal([config?.name, config?.description], ['The group', 'Of all things']);
    await configureRoom(romeo.client, GROUP, { name: 'New', description: 'Else' });
    const told = await romeo.receives((s) => find(s, mucUser)?.statuses.includes(104) === true);
    assert.is(told.attrs.type, 'groupchat');
    await destroyRoom(romeo.client, GROUP, { reason: 'Over' });
    const gone = await romeo.receives((s) => s.attrs.type === 'unavailable' && s.attrs.from === `${GROUP}/romeo`);
    assert.equal(
      [find(gone, mucUser)?.destroy?.reason, occupant(gone).slice(2, 4), occupant(gone)[5]],
      ['Over', ['none', 'none'], [110]],
    );
    assert.equal(stage.session().calls, [
      ['onSetConfig', 'New', 'Else'],
      ['onDestroyRequest', 'Over'],
    ]);
    assert.is(stage.session().bookmarks.ifKnown('group'), undefined);
    assert.equal(
      (await stage.gateway.store.rooms.all(stage.session().userId)).map(({ legacyId }) => legacyId),
      ['channel'],
    );
  }));

/** A room of a network where users choose their names, and anybody can be a contact. */
class IrcLikeRoom extends TestRoom {
  override async onSetNick(nickname: string): Promise<void> {
    this.calls.push(['onSetNick', nickname]);
    if (nickname === 'taken') throw new XmppError('conflict', 'Somebody else has that name.');
    this.userNick = nickname;
  }

  override async onLastClientLeft(): Promise<void> {
    this.calls.push(['onLastClientLeft']);
  }
}

class IrcLikeParticipant extends LegacyParticipant {
  override async getContact(): Promise<LegacyContact | undefined> {
    return this.contact ?? this.muc.session.contacts.byLegacyId('benvolio');
  }
}

const inIrcLikeRoom = (scene: (stage: Stage, romeo: User) => Promise<void>) =>
  playInRooms(
    async (stage, romeo) => {
      await enter(romeo);
      await scene(stage, romeo);
    },
    { plugin: { muc: IrcLikeRoom, participant: IrcLikeParticipant } },
  );

test('own name :: changed by the user where the network lets them, and refused with its reason', () =>
  inIrcLikeRoom(async (stage, romeo) => {
    romeo.sends(`<presence to='${GROUP}/taken' id='p1'/>`);
    const refusal = await romeo.receives((s) => s.attrs.type === 'error');
    assert.equal([refusal.attrs.id, condition(StanzaError.fromStanza(refusal))], ['p1', 'conflict']);
    romeo.received.length = 0;
    romeo.sends(`<presence to='${GROUP}/montague'/>`);
    assert.equal(await presences(romeo), [
      ['romeo', 'unavailable', 'member', 'participant', 'romeo@localhost', [110, 303]],
      ['montague', undefined, 'member', 'participant', 'romeo@localhost', [110]],
    ]);
    assert.equal(stage.session().calls, [
      ['onSetNick', 'taken'],
      ['onSetNick', 'montague'],
    ]);
  }));

test('leaving :: the plugin hears when the last client has gone, and is asked again who is there after a kick', () =>
  inIrcLikeRoom(async (stage, romeo) => {
    const group = (await room(stage)) as IrcLikeRoom;
    romeo.sends(`<presence to='${GROUP}/romeo' type='unavailable'/>`);
    await romeo.settle();
    assert.equal(stage.session().calls, [['onLastClientLeft']]);
    await enter(romeo);
    assert.is(group.fills, 1);
    group.removeParticipant(await group.getUserParticipant(), { kick: true });
    await enter(romeo);
    assert.is(group.fills, 2);
    assert.equal(stage.session().calls, [['onLastClientLeft']]);
  }));

test('who it is :: a contact is made of a participant when the user wants something of them', () =>
  inIrcLikeRoom(async (stage, romeo) => {
    await changeStanding(romeo.client, GROUP, { nick: 'Stranger', role: 'none', reason: 'Rude' });
    assert.equal(stage.session().calls, [['onKick', 'benvolio', 'Rude']]);
  }));

test('occupant ids :: whoever takes a name that somebody has given up is somebody else', () =>
  inside(async (stage) => {
    const group = await room(stage);
    const first = await group.getParticipant('Stranger');
    first.nickname = 'Friend';
    const second = await group.getParticipant('Stranger');
    assert.is.not(second, first);
    assert.is.not(second.occupantId, first.occupantId);
  }));

test('subject :: asked for by the user, set by the network', () =>
  inside(async (stage, romeo) => {
    const group = await room(stage);
    romeo.sends(`<message type='groupchat' to='${GROUP}'><subject>War</subject></message>`);
    await romeo.settle();
    assert.equal(stage.session().calls, [['onSetSubject', 'War']]);
    assert.equal(await romeo.all('message'), []);
    (await group.getParticipant('JULIET')).setRoomSubject('Peace');
    const told = await romeo.receives((s) => find(s, subject) === 'Peace');
    assert.equal(
      [told.attrs.from, told.getChild('body'), group.subject, group.subjectSetter],
      [`${GROUP}/JULIET`, undefined, 'Peace', 'JULIET'],
    );
    group.subject = 'Nothing';
    assert.is((await romeo.receives((s) => find(s, subject) === 'Nothing')).attrs.from, GROUP);
    group.subject = 'Nothing';
    assert.equal(await romeo.all('message'), []);
  }));

test('subject :: a room that has none has an empty one', () =>
  playInRooms(async (_stage, romeo) => {
    const came = await enter(romeo, 'plain');
    const last = came.find((each) => each.getChild('subject') !== undefined);
    assert.equal([last?.attrs.from, last?.getChildText('subject')], [roomJid('plain'), '']);
  }));

test('flags :: what a group does not have is not offered', () =>
  playInRooms(
    async (_stage, romeo) => {
      await enter(romeo);
      const fields = (await fetchRoomConfig(romeo.client, GROUP)).fields.map((each) => each.var);
      assert.not(fields.includes('muc#roomconfig_roomdesc'));
      romeo.sends(`<message id='s' type='groupchat' to='${GROUP}'><subject>War</subject></message>`);
      assert.is(condition(StanzaError.fromStanza(await romeo.receives((s) => s.attrs.id === 's'))), 'bad-request');
    },
    {
      plugin: {
        muc: class extends TestRoom {
          override readonly hasSubject = false;
          override readonly hasDescription = false;
        },
      },
    },
  ));

test('facts :: of the room are kept, and new ones are told', () =>
  inside(async (stage, romeo) => {
    const group = await room(stage);
    group.name = 'Another';
    await romeo.receives((s) => find(s, mucUser)?.statuses.includes(104) === true);
    assert.equal(await romeo.all('message'), []);
    await group.setAvatar(PICTURE, { avatarUniqueId: 'p1', blocking: true });
    await romeo.receives((s) => find(s, mucUser)?.statuses.includes(104) === true);
    assert.is(
      find(await romeo.receives((s) => s.name === 'presence' && s.attrs.from === GROUP), photo)?.photo,
      group.avatarHash,
    );
    assert.is(group.avatar, 'p1');
    assert.equal((await fetchVCard(romeo.client, GROUP))?.photos.length, 1);
    await stage.session().bookmarks.flush();
    const [stored] = (await stage.gateway.store.rooms.all(stage.session().userId)).filter(
      (each) => each.legacyId === 'group',
    );
    assert.equal(
      [stored?.name, stored?.description, stored?.subject, stored?.nParticipants, stored?.avatarId],
      ['Another', 'Of all things', 'Love', 3, 'p1'],
    );
    assert.is(group.type, MucType.Group);
  }));

test('picture :: set by the user', () =>
  inside(async (stage, romeo) => {
    const group = await room(stage);
    await publishRoomAvatar(romeo.client, GROUP, { type: 'image/png', data: PICTURE });
    await romeo.receives((s) => find(s, mucUser)?.statuses.includes(104) === true);
    assert.equal(stage.session().calls, [['onAvatar', PICTURE.length, 'image/png']]);
    assert.is(group.avatar, 'picture-1');
    await publishRoomAvatar(romeo.client, GROUP, undefined);
    assert.is(group.avatar, undefined);
    const refused = await romeo.asks('set', `${GROUP}/JULIET`, "<vCard xmlns='vcard-temp'/>");
    assert.is(condition(refused), 'bad-request');
    assert.is(condition(await romeo.asks('get', `${GROUP}/Stranger`, "<vCard xmlns='vcard-temp'/>")), 'item-not-found');
  }));

test('picture :: of the user, in their own presence and vCard', () =>
  playInRooms(async (stage, romeo) => {
    const ownPhoto = async () => {
      const self = (await enter(romeo)).find((each) => each.attrs.from === `${GROUP}/romeo`);
      return find(self as Element, photo)?.photo;
    };
    assert.is(await ownPhoto(), undefined);
    const hash = createHash('sha1').update(PICTURE).digest('hex');
    await publishAvatar(romeo.client, { data: PICTURE, width: 8, height: 8 });
    const session = stage.session();
    await stage.gateway.store.users.setAvatarHash(session.userId, hash);
    assert.is(await ownPhoto(), hash);
    const [picture] = (await fetchVCard(romeo.client, `${GROUP}/romeo`))?.photos ?? [];
    assert.is(
      createHash('sha1')
        .update(picture?.data ?? '')
        .digest('hex'),
      hash,
    );
    // What the client itself says is newer, if it is a hash.
    const shown = async (said: string) => {
      const update = `<x xmlns='vcard-temp:x:update'><photo>${said}</photo></x>`;
      romeo.sends(`<presence to='${GROUP}/romeo'><x xmlns='http://jabber.org/protocol/muc'/>${update}</presence>`);
      return find(await romeo.receives((each) => each.attrs.from === `${GROUP}/romeo`), photo)?.photo;
    };
    assert.is(await shown('a'.repeat(40)), 'a'.repeat(40));
    assert.is(await shown('<![CDATA[<b>]]>'), hash);
  }));

test('remove :: a group that the user is not in any more is left by the clients, and gone', () =>
  inside(async (stage, romeo) => {
    const { bookmarks } = stage.session();
    await bookmarks.remove(await room(stage), { reason: 'It is over.' });
    const [gone] = (await presences(romeo)) as unknown[][];
    assert.equal(gone?.slice(0, 4), ['romeo', 'unavailable', 'none', 'none']);
    assert.equal(gone?.[5], [110, 307]);
    assert.not([...bookmarks].some(({ legacyId }) => legacyId === 'group'));
  }));

test('moderation :: asked for in both versions', () =>
  inside(async (stage, romeo) => {
    await moderateMessage(romeo.client, GROUP, 'm1', 'Spam');
    await moderateMessageV0(romeo.client, GROUP, 'm2');
    assert.equal(stage.session().calls, [
      ['onModerate', 'group', 'm1', 'Spam'],
      ['onModerate', 'group', 'm2', undefined],
    ]);
    const without = await romeo.asks('set', GROUP, "<moderate xmlns='urn:xmpp:message-moderate:1' id='m1'/>");
    assert.is(condition(without), 'feature-not-implemented');
  }));

test('moderation :: refused where the plugin has none', () =>
  playInRooms(
    async (_stage, romeo) => {
      await enter(romeo);
      assert.is(condition(await moderateMessage(romeo.client, GROUP, 'm1').catch((e) => e)), 'feature-not-implemented');
    },
    {
      plugin: {
        session: class extends GroupsSession {
          override onModerate = undefined as never;
        },
      },
    },
  ));

test('groups :: leaving for good, by unregistering with the room', () =>
  inside(async (stage, romeo) => {
    assert.is(
      condition(await romeo.asks('get', GROUP, "<query xmlns='jabber:iq:register'/>")),
      'feature-not-implemented',
    );
    await unregister(romeo.client, GROUP);
    const gone = await romeo.receives((s) => s.attrs.type === 'unavailable');
    assert.equal(occupant(gone).slice(1, 4), ['unavailable', 'none', 'none']);
    assert.ok(find(gone, mucUser)?.items[0]?.reason);
    assert.equal(stage.session().calls, [['onLeaveGroup', 'group']]);
    assert.is(condition(await unregister(romeo.client, GROUP).catch((e) => e)), 'feature-not-implemented');
  }));

test('groups :: made and left by command', () =>
  playInRooms(async (stage, romeo) => {
    const node = 'urn:slipway:command:create-group';
    const first = await executeCommand(romeo.client, GATEWAY, { node });
    const form = submit({ name: 'Plans', contacts: ['juliet@gw.localhost', 'nurse@gw.localhost'] });
    const next = { node, ...(first.sessionId !== undefined && { sessionId: first.sessionId }) };
    const done = await executeCommand(romeo.client, GATEWAY, { ...next, form });
    assert.is(done.status, 'completed');
    assert.equal(stage.session().calls, [['onCreateGroup', 'Plans', ['juliet', 'nurse']]]);
    assert.is(
      (await romeo.receives((s) => s.getChild('x', 'jabber:x:conference') !== undefined)).getChild('x')?.attrs.jid,
      roomJid('open'),
    );
    const leave = 'urn:slipway:command:leave-group';
    const which = await executeCommand(romeo.client, GATEWAY, { node: leave });
    const session = which.sessionId === undefined ? {} : { sessionId: which.sessionId };
    const sure = await executeCommand(romeo.client, GATEWAY, {
      node: leave,
      ...session,
      form: submit({ group: roomJid('open') }),
    });
    assert.is(sure.status, 'executing');
    await executeCommand(romeo.client, GATEWAY, { node: leave, ...session, form: submit({ confirm: '1' }) });
    assert.equal(stage.session().calls.at(-1), ['onLeaveGroup', 'open']);
    assert.is(stage.session().bookmarks.ifKnown('open'), undefined);
  }));

test('large :: beyond a limit only those are shown who matter or say something', () =>
  playInRooms(
    async (stage, romeo) => {
      const group = await room(stage);
      for (let i = 0; i < 10; i++) await group.getParticipant(`P${i}`);
      const shown = (await enter(romeo)).filter((each) => each.name === 'presence').map((each) => occupant(each)[0]);
      assert.ok(shown.includes('JULIET') && shown.includes('romeo'));
      assert.ok(shown.length < 9, String(shown));
      (await group.getParticipant('P9')).sendText('Me too');
      const first = await romeo.receives((s) => s.attrs.from === `${GROUP}/P9`);
      assert.is(first.name, 'presence');
    },
    { config: { 'room-presence-limit': 5 } },
  ));

test('crash :: clients that thought they were in a room are told otherwise', () =>
  playInRooms(async (stage, romeo) => {
    await enter(romeo);
    const group = await room(stage);
    const stored = (await stage.gateway.store.rooms.all(stage.session().userId)).find(
      (each) => each.legacyId === 'group',
    );
    assert.equal(stored?.clients ?? group.clients.jids, ['romeo@localhost/test']);
    group.dismissStaleClients();
    const gone = await romeo.receives((s: Element) => s.attrs.type === 'unavailable');
    assert.equal(occupant(gone)[5], [110, 332]);
  }));

void StanzaError;
test.run();
