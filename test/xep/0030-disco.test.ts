import * as assert from 'uvu/assert';
import { StanzaError } from '../../src/stanza/index.ts';
import * as disco from '../../src/xep/0030-disco.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { Asked, refused } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0030');

roundtrip(test, disco.info, [
  // Example 2, shortened.
  [
    `<query xmlns='http://jabber.org/protocol/disco#info'>
      <identity category='conference' type='text' name='Play-Specific Chatrooms'/>
      <identity category='directory' type='chatroom' name='Play-Specific Chatrooms'/>
      <feature var='http://jabber.org/protocol/disco#info'/>
      <feature var='jabber:iq:time'/>
    </query>`,
    {
      identities: [
        { category: 'conference', type: 'text', name: 'Play-Specific Chatrooms' },
        { category: 'directory', type: 'chatroom', name: 'Play-Specific Chatrooms' },
      ],
      features: ['http://jabber.org/protocol/disco#info', 'jabber:iq:time'],
      forms: [],
    },
  ],
]);
reads(test, disco.info, [
  [
    "<query xmlns='http://jabber.org/protocol/disco#info' node='n'><identity category='a' type='b' xml:lang='de'/><other/></query>",
    { node: 'n', identities: [{ category: 'a', type: 'b', lang: 'de' }], features: [], forms: [] },
  ],
]);
rejects(test, disco.info, [
  [
    "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='' type='x'/></query>",
    'invalid-attribute',
    '/query/identity[1]@category',
  ],
  ["<query xmlns='http://jabber.org/protocol/disco#info'><feature/></query>", 'missing-attribute'],
]);
roundtrip(test, disco.items, [
  // Example 12, shortened.
  [
    `<query xmlns='http://jabber.org/protocol/disco#items'>
      <item jid='people.shakespeare.lit' name='Directory of Characters'/>
      <item jid='mim.shakespeare.lit' node='x'/>
    </query>`,
    {
      items: [
        { jid: 'people.shakespeare.lit', name: 'Directory of Characters' },
        { jid: 'mim.shakespeare.lit', node: 'x' },
      ],
    },
  ],
]);

const identity = a.object({ category: a.filled, type: a.filled }, { name: a.text, lang: a.lang });
const item = a.object({ jid: a.jid }, { name: a.text, node: a.text });
laws(test, disco, {
  identity,
  feature: a.text,
  info: a.object({ identities: a.list(identity), features: a.list(a.text), forms: a.list(a.form) }, { node: a.text }),
  item,
  items: a.object({ items: a.list(item) }, { node: a.text, set: a.set }),
});

test('discoInfo :: asks with the node', async () => {
  const iq = new Asked(["<query xmlns='http://jabber.org/protocol/disco#info' node='n'><feature var='f'/></query>"]);
  const info = await disco.discoInfo(iq, 'plays.shakespeare.lit', 'n');
  assert.equal(info.features, ['f']);
  iq.expect("get plays.shakespeare.lit <query xmlns='http://jabber.org/protocol/disco#info' node='n'/>");
});

test('discoInfo :: another answer is an error', async () => {
  const iq = new Asked(["<query xmlns='jabber:iq:version'/>", undefined]);
  assert.is((await refused(disco.discoInfo(iq, 'example.com'))).condition, 'undefined-condition');
  assert.is((await refused(disco.discoInfo(iq, 'example.com'))).condition, 'undefined-condition');
});

test('discoItems :: a page, and an error', async () => {
  const iq = new Asked(["<query xmlns='http://jabber.org/protocol/disco#items'/>", StanzaError.of('item-not-found')]);
  assert.equal(await disco.discoItems(iq, 'example.com', undefined, { max: 10 }), { items: [] });
  assert.is((await refused(disco.discoItems(iq, 'example.com', 'n'))).condition, 'item-not-found');
  iq.expect(
    "get example.com <query xmlns='http://jabber.org/protocol/disco#items'><set xmlns='http://jabber.org/protocol/rsm'><max>10</max></set></query>",
    "get example.com <query xmlns='http://jabber.org/protocol/disco#items' node='n'/>",
  );
});

test.run();
