import * as assert from 'uvu/assert';
import { parse } from '../../src/stanza/index.ts';
import * as bookmarks from '../../src/xep/0402-bookmarks.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0402');
const NS = 'urn:xmpp:bookmarks:1';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const STATE = "<state xmlns='http://myclient.example/bookmark/state' minimized='true'/>";

roundtrip(test, bookmarks.conference, [
  // Example 1.
  [
    `<conference xmlns='${NS}' name='Council of Oberon' autojoin='true'><nick>Puck</nick></conference>`,
    { name: 'Council of Oberon', autojoin: true, nick: 'Puck', extensions: [] },
  ],
  [`<conference xmlns='${NS}'/>`, { extensions: [] }], // Example 2
]);
reads(test, bookmarks.conference, [
  // Example 5.
  [
    `<conference xmlns='${NS}' name='The Orcard' autojoin='1'><nick>JC</nick><extensions>${STATE}</extensions></conference>`,
    { name: 'The Orcard', autojoin: true, nick: 'JC', extensions: [parse(STATE)] },
  ],
]);
rejects(test, bookmarks.conference, [
  [`<conference xmlns='${NS}' autojoin='yes'/>`, 'invalid-attribute', '/conference@autojoin'],
]);

laws(test, bookmarks, {
  conference: a.object(
    { extensions: a.list(a.foreign) },
    { name: a.text, autojoin: a.flag, nick: a.text, password: a.text },
  ),
});

const ROOM = 'theplay@conference.shakespeare.lit';
const items = (inner: string) => `<pubsub xmlns='${PUBSUB}'><items node='${NS}'>${inner}</items></pubsub>`;

test('fetchBookmarks, fetchBookmark :: with the room they are for', async () => {
  const iq = new Asked([
    items(
      `<item id='${ROOM}'><conference xmlns='${NS}'><nick>JC</nick></conference></item><item id='x'><other xmlns='y'/></item>`,
    ),
    items(`<item id='${ROOM}'><conference xmlns='${NS}'/></item>`),
    items(''),
  ]);
  assert.equal(await bookmarks.fetchBookmarks(iq), [{ jid: ROOM, nick: 'JC', extensions: [] }]);
  assert.equal(await bookmarks.fetchBookmark(iq, ROOM), { jid: ROOM, extensions: [] });
  assert.is(await bookmarks.fetchBookmark(iq, ROOM), undefined);
  const one = `get - <pubsub xmlns='${PUBSUB}'><items node='${NS}'><item id='${ROOM}'/></items></pubsub>`;
  iq.expect(`get - <pubsub xmlns='${PUBSUB}'><items node='${NS}'/></pubsub>`, one, one);
});

test('publishBookmark, removeBookmark', async () => {
  const iq = new Asked([undefined, undefined]);
  await bookmarks.publishBookmark(iq, { jid: ROOM, autojoin: true, nick: 'JC', extensions: [parse(STATE)] });
  await bookmarks.removeBookmark(iq, ROOM);
  const option = (name: string, value: string) => `<field var='pubsub#${name}'><value>${value}</value></field>`;
  iq.expect(
    // Example 6, with the options in another order.
    `set - <pubsub xmlns='${PUBSUB}'><publish node='${NS}'><item id='${ROOM}'><conference xmlns='${NS}' autojoin='true'><nick>JC</nick><extensions>${STATE}</extensions></conference></item></publish><publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>${PUBSUB}#publish-options</value></field>${option('access_model', 'whitelist')}${option('max_items', 'max')}${option('persist_items', 'true')}${option('send_last_published_item', 'never')}</x></publish-options></pubsub>`,
    `set - <pubsub xmlns='${PUBSUB}'><retract node='${NS}' notify='true'><item id='${ROOM}'/></retract></pubsub>`, // Example 10
  );
});

test.run();
