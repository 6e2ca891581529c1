/** What the development server does for its own users. */

import * as assert from 'uvu/assert';
import { StanzaError } from '../../../src/stanza/index.ts';
import { blockJids, fetchBlocklist, unblockJids } from '../../../src/xep/0191-blocking.ts';
import { fetchBookmarks, publishBookmark } from '../../../src/xep/0402-bookmarks.ts';
import { Stage } from '../../support/stage.ts';
import { suite } from '../../support/test.ts';
import { stanza } from '../../support/xml.ts';

const test = suite('development server');

test('blocking :: who is blocked is not heard, and is told the same as when there is no such account', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.logIn('romeo');
    const mercutio = await stage.logIn('mercutio');
    const says = (text: string) =>
      mercutio.sends(`<message to='romeo@localhost' type='chat'><body>${text}</body></message>`);
    assert.equal(await fetchBlocklist(romeo.client), []);
    await blockJids(romeo.client, 'mercutio@localhost', 'example.com');
    assert.equal(await fetchBlocklist(romeo.client), ['mercutio@localhost', 'example.com']);
    says('Nay, gentle Romeo');
    const error = await mercutio.receives((s) => s.attrs.type === 'error');
    assert.is(StanzaError.fromStanza(error).condition, 'service-unavailable');
    await unblockJids(romeo.client, 'mercutio@localhost');
    says('we must have you dance.');
    const heard = await romeo.receives((s) => s.name === 'message');
    assert.is(heard.getChildText('body'), 'we must have you dance.');
    await unblockJids(romeo.client);
    assert.equal(await fetchBlocklist(romeo.client), []);
  }));

test('bookmarks :: clients of old and new see the same, and neither loses what only the other knows', () =>
  Stage.with({}, async (stage) => {
    const { client } = await stage.logIn('romeo');
    const pinnedRoom = {
      ...{ jid: 'ball@rooms.localhost', name: 'The ball', autojoin: true, nick: 'masked' },
      extensions: [stanza("<pinned xmlns='urn:xmpp:bookmarks-pinning:0'/>")],
    };
    await publishBookmark(client, pinnedRoom);
    await publishBookmark(client, { jid: 'duel@rooms.localhost', extensions: [] });
    const old = await client.request({
      type: 'get',
      payload: stanza("<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>"),
    });
    assert.is(
      String(old?.getChildElements()[0]),
      "<storage xmlns='storage:bookmarks'>" +
        "<conference jid='ball@rooms.localhost' name='The ball' autojoin='true'><nick>masked</nick></conference>" +
        "<conference jid='duel@rooms.localhost' autojoin='false'/></storage>",
    );
    const rooms =
      "<conference jid='ball@rooms.localhost' name='Capulets' autojoin='0'><nick>masked</nick></conference>" +
      "<conference jid='tomb@rooms.localhost' autojoin='1'/>";
    await client.request({
      type: 'set',
      payload: stanza(`<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'>${rooms}</storage></query>`),
    });
    const [ball, tomb, ...more] = await fetchBookmarks(client);
    assert.equal([ball?.name, ball?.autojoin, ball?.nick], ['Capulets', false, 'masked']);
    assert.is(ball?.extensions.length, 1);
    assert.equal([tomb?.jid, tomb?.autojoin, more], ['tomb@rooms.localhost', true, []]);
  }));

test('roster :: who refuses a stranger does not have them in the roster', () =>
  Stage.with({}, async (stage) => {
    const romeo = await stage.logIn('romeo');
    for (const type of ['unsubscribed', 'unsubscribe', 'subscribed']) {
      romeo.sends(`<presence to='juliet@gw.localhost' type='${type}'/>`);
    }
    const roster = await romeo.asks('get', 'romeo@localhost', "<query xmlns='jabber:iq:roster'/>");
    assert.not.match(String(roster), /juliet/);
  }));

test.run();
