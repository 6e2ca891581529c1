/** What the user's own account keeps about rooms, written by privilege: bookmarks, and how far they have been read. */

import * as assert from 'uvu/assert';
import { removeBookmark, syncBookmark } from '../../src/gateway/muc/bookmark-sync.ts';
import { publishRead, readEvents, startReadSync } from '../../src/gateway/muc/read-sync.ts';
import { directInvitation } from '../../src/gateway/outgoing/invitation.ts';
import { type Element, has } from '../../src/stanza/index.ts';
import { createNode, event, publish } from '../../src/xep/0060-pubsub.ts';
import { features as CAPS } from '../../src/xep/0115-caps.ts';
import { notifyFeature } from '../../src/xep/0163-pep.ts';
import { conference, fetchBookmark, NS as NS_BOOKMARKS, publishBookmark } from '../../src/xep/0402-bookmarks.ts';
import { displayed, fetchDisplayed, NS as NS_MDS, publishDisplayed } from '../../src/xep/0490-mds.ts';
import { eventually } from '../support/eventually.ts';
import { playInRooms, roomJid } from '../support/rooms.ts';
import { GATEWAY, Stage, type StageOptions, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';

const test = suite('room sync');
const ROOM = `room@${GATEWAY}`;
const FACTS = { jid: ROOM, name: 'The room', nick: 'Romeo', autoJoin: true, preserve: true };
const NO_IQS: StageOptions = { server: { privileges: { roster: 'both', message: 'outgoing' } } };

const play = (scene: (stage: Stage, romeo: User) => Promise<void>, options: StageOptions = {}) =>
  Stage.with(options, async (stage) => scene(stage, await stage.registered()));

/** The bookmark as the user's clients find it. */
async function bookmark(romeo: User): Promise<string> {
  const { jid: _, ...value } = (await fetchBookmark(romeo.client, ROOM)) ?? { jid: ROOM, extensions: [] };
  return String(conference.build(value));
}

const publications = (stage: Stage, node: string) =>
  stage.routed.filter((each) => each.attrs.type === 'set' && String(each).includes(`<publish node='${node}'`)).length;

test('bookmark :: made when there is none', () =>
  play(async (stage, romeo) => {
    assert.is(await syncBookmark(stage.session(), { ...FACTS, pin: true, notify: 'on-mention' }), 'published');
    assert.is(
      await bookmark(romeo),
      "<conference xmlns='urn:xmpp:bookmarks:1' name='The room' autojoin='true'><nick>Romeo</nick><extensions>" +
        "<pinned xmlns='urn:xmpp:bookmarks-pinning:0'/>" +
        "<notify xmlns='urn:xmpp:notification-settings:1'><on-mention/></notify></extensions></conference>",
    );
    const node = stage.server.account('romeo')?.pep.get(NS_BOOKMARKS);
    assert.is(node?.accessModel, 'whitelist');
    assert.is(node?.maxItems, Number.POSITIVE_INFINITY);
    assert.is(node?.sendLast, false);
  }));

test('bookmark :: what the user has decided stays', () =>
  play(async (stage, romeo) => {
    const theirs = stanza("<theirs xmlns='urn:example:client'><deep>x</deep></theirs>");
    const special = stanza(
      "<notify xmlns='urn:xmpp:notification-settings:1'><always/>" +
        "<never identity-category='client' identity-type='phone'/></notify>",
    );
    const mine = { autojoin: false, nick: 'R', password: 'p', extensions: [theirs, special] };
    await publishBookmark(romeo.client, { jid: ROOM, name: 'Old', ...mine });
    assert.is(await syncBookmark(stage.session(), FACTS), 'published');
    assert.equal(await fetchBookmark(romeo.client, ROOM), { jid: ROOM, name: 'The room', ...mine });
    assert.is(await syncBookmark(stage.session(), FACTS), 'unchanged');
    assert.is(await syncBookmark(stage.session(), { ...FACTS, pin: false, notify: 'always' }), 'unchanged');
    assert.is(await syncBookmark(stage.session(), { ...FACTS, pin: true, notify: 'never' }), 'published');
    assert.match(
      await bookmark(romeo),
      "<theirs xmlns='urn:example:client'><deep>x</deep></theirs><pinned xmlns='urn:xmpp:bookmarks-pinning:0'/>" +
        "<notify xmlns='urn:xmpp:notification-settings:1'><never/>" +
        "<never identity-category='client' identity-type='phone'/></notify>",
    );
  }));

test('bookmark :: without preserve, what the network says', () =>
  play(async (stage, romeo) => {
    const theirs = stanza("<theirs xmlns='urn:example:client'/>");
    await publishBookmark(romeo.client, { jid: ROOM, autojoin: true, nick: 'R', extensions: [theirs] });
    assert.is(await syncBookmark(stage.session(), { jid: ROOM, autoJoin: false, preserve: false }), 'published');
    assert.is(await bookmark(romeo), "<conference xmlns='urn:xmpp:bookmarks:1' autojoin='false'/>");
  }));

test('bookmark :: a broken one is replaced', () =>
  play(async (stage, romeo) => {
    const broken = stanza("<conference xmlns='urn:xmpp:bookmarks:1' autojoin='perhaps'/>");
    await publishBookmark(romeo.client, { jid: `other@${GATEWAY}`, extensions: [] });
    await publish(romeo.client, { node: NS_BOOKMARKS }, { id: ROOM, payload: broken });
    assert.is(await syncBookmark(stage.session(), FACTS), 'published');
    assert.is((await fetchBookmark(romeo.client, ROOM))?.autojoin, true);
  }));

test('bookmark :: a node that others may see is made private', () =>
  play(async (stage, romeo) => {
    await createNode(romeo.client, { node: NS_BOOKMARKS });
    assert.is(await syncBookmark(stage.session(), FACTS), 'published');
    assert.is(stage.server.account('romeo')?.pep.get(NS_BOOKMARKS)?.accessModel, 'whitelist');
  }));

test('bookmark :: refused where the server grants no requests', () =>
  play(async (stage) => {
    assert.is(await syncBookmark(stage.session(), FACTS), 'refused');
    assert.is(await removeBookmark(stage.session(), ROOM), false);
  }, NO_IQS));

test('bookmark :: removed, and clients are told', () =>
  play(async (stage, romeo) => {
    const client = await interested(stage, NS_BOOKMARKS);
    await syncBookmark(stage.session(), FACTS);
    await client.receives((each) => has(each, event));
    assert.is(await removeBookmark(stage.session(), ROOM), true);
    const told = await client.receives((each) => has(each, event));
    assert.match(String(told), `<retract id='${ROOM}'/>`);
    assert.is(await fetchBookmark(romeo.client, ROOM), undefined);
    assert.is(await removeBookmark(stage.session(), ROOM), true);
  }));

/** A client that has asked for the events of a node. */
function interested(stage: Stage, node: string): Promise<User> {
  const caps = stanza("<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:example' ver='x'/>");
  return stage.logIn('romeo', 'phone', { features: [...CAPS, notifyFeature(node)], payloads: [caps] });
}

/** The events that the user's account has sent to the gateway. */
const eventsIn = (stage: Stage): Element[] =>
  stage.routed.filter(
    ({ attrs, name }) => name === 'message' && attrs.to === GATEWAY && attrs.from === 'romeo@localhost',
  );

test('read :: what the user reads at a client comes to the plugin, once', () =>
  playInRooms(async (stage, romeo) => {
    const session = stage.session();
    const group = roomJid('group');
    await eventually(() => assert.is(stage.server.account('romeo')?.pep.get(NS_MDS)?.accessModel, 'whitelist'));
    await startReadSync(session);
    await publishDisplayed(romeo.client, group, { id: 's1', by: group });
    await eventually(() => assert.equal(session.calls, [['displayed', 'group', 's1']]));
    const [told] = eventsIn(stage) as [Element];
    assert.equal(readEvents(session, told), []);
    // The network says the same: the clients know already.
    await publishRead(session, group, 's1');
    assert.is(publications(stage, NS_MDS), 1);
  }));

test('read :: chats with people, and rooms elsewhere, are not ours', () =>
  play(async (stage, romeo) => {
    await startReadSync(stage.session());
    await publishDisplayed(romeo.client, `juliet@${GATEWAY}`, { id: 's1', by: 'romeo@localhost' });
    await publishDisplayed(romeo.client, 'room@muc.example.com', { id: 's2', by: 'room@muc.example.com' });
    await publishDisplayed(romeo.client, ROOM, { id: 's3', by: `other@${GATEWAY}` });
    await eventually(() => assert.is(eventsIn(stage).length, 3));
    assert.equal(
      eventsIn(stage).flatMap((each) => readEvents(stage.session(), each)),
      [],
    );
  }));

test('read :: what the user reads on the network comes to the clients, and does not come back', () =>
  play(async (stage, romeo) => {
    const session = stage.session();
    await startReadSync(session);
    const client = await interested(stage, NS_MDS);
    await Promise.all([publishRead(session, ROOM, 's1'), publishRead(session, ROOM, 's2')]);
    assert.equal(await fetchDisplayed(romeo.client), new Map([[ROOM, { id: 's2', by: ROOM }]]));
    for (const id of ['s1', 's2'])
      assert.match(String(await client.receives((each) => has(each, event))), `id='${id}'`);
    await eventually(() => assert.is(eventsIn(stage).length, 2));
    assert.equal(
      eventsIn(stage).flatMap((each) => readEvents(session, each)),
      [],
    );
  }));

test('read :: works with a node that is there, and starts again', () =>
  play(async (stage, romeo) => {
    await createNode(romeo.client, { node: NS_MDS });
    await startReadSync(stage.session());
    await startReadSync(stage.session());
    assert.equal([...(stage.server.account('romeo')?.pep.get(NS_MDS)?.members ?? [])], [GATEWAY]);
    await publishRead(stage.session(), ROOM, 's1');
    assert.is(stage.server.account('romeo')?.pep.get(NS_MDS)?.accessModel, 'whitelist');
  }));

test('read :: nothing happens where the server grants no requests', () =>
  play(async (stage) => {
    await startReadSync(stage.session());
    await publishRead(stage.session(), ROOM, 's1');
    assert.is(stage.server.account('romeo')?.pep.size, 0);
    assert.equal(stage.gateway.errors, []);
    // It has not been published: as something that the user reads it is new.
    const told = stanza(
      "<message from='romeo@localhost' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'>" +
        `<items node='${NS_MDS}'><item id='${ROOM}'>${displayed.build({ stanzaId: { id: 's1', by: ROOM } })}</item>` +
        '</items></event></message>',
    );
    assert.is(readEvents(stage.session(), told).length, 1);
  }, NO_IQS));

test('invitation :: comes with its reason', () =>
  play(async (stage, romeo) => {
    const envelope = { from: GATEWAY, to: 'romeo@localhost', type: 'normal' } as const;
    stage.gateway.send(directInvitation(envelope, { jid: ROOM, reason: 'You are in it.' }));
    const invited = await romeo.receives((each) => each.name === 'message');
    assert.match(String(invited), `<x xmlns='jabber:x:conference' jid='${ROOM}' reason='You are in it.'/>`);
  }));

test.run();
