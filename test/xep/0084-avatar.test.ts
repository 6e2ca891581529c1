import * as assert from 'uvu/assert';
import * as avatar from '../../src/xep/0084-avatar.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0084');
const META = 'urn:xmpp:avatar:metadata';
const DATA = 'urn:xmpp:avatar:data';
const PUBSUB = 'http://jabber.org/protocol/pubsub';

roundtrip(test, avatar.metadata, [
  // Example 4.
  [
    `<metadata xmlns='${META}'><info bytes='23456' height='64' id='357a8123a30844a3aa99861b6349264ba67a5694' type='image/gif' url='http://avatars.example.org/happy.gif' width='64'/></metadata>`,
    {
      infos: [
        {
          id: '357a8123a30844a3aa99861b6349264ba67a5694',
          bytes: 23456,
          type: 'image/gif',
          width: 64,
          height: 64,
          url: 'http://avatars.example.org/happy.gif',
        },
      ],
      pointers: [],
    },
  ],
  [`<metadata xmlns='${META}'/>`, { infos: [], pointers: [] }], // Example 8
]);
reads(test, avatar.data, [[`<data xmlns='${DATA}'>\nQU\nJD\n</data>`, Buffer.from('ABC')]]);
rejects(test, avatar.metadata, [
  [
    `<metadata xmlns='${META}'><info id='a' type='image/png'/></metadata>`,
    'missing-attribute',
    '/metadata/info[1]@bytes',
  ],
]);

const info = a.object({ id: a.text, bytes: a.count, type: a.text }, { width: a.count, height: a.count, url: a.url });
laws(test, avatar, {
  data: a.bytes,
  info,
  metadata: a.object({ infos: a.list(info), pointers: a.list(a.foreign) }),
});

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const ID = avatar.avatarId(PNG);

test('publishAvatar :: first the data, then what announces it', async () => {
  const iq = new Asked([undefined, undefined]);
  await avatar.publishAvatar(iq, { data: PNG, width: 1, height: 2 });
  iq.expect(
    `set - <pubsub xmlns='${PUBSUB}'><publish node='${DATA}'><item id='${ID}'><data xmlns='${DATA}'>${PNG.toString('base64')}</data></item></publish></pubsub>`,
    `set - <pubsub xmlns='${PUBSUB}'><publish node='${META}'><item id='${ID}'><metadata xmlns='${META}'><info bytes='8' id='${ID}' type='image/png' width='1' height='2'/></metadata></item></publish></pubsub>`,
  );
});

test('publishAvatar :: none', async () => {
  const iq = new Asked([undefined]);
  await avatar.publishAvatar(iq, undefined, { service: 'a@b' });
  iq.expect(
    `set a@b <pubsub xmlns='${PUBSUB}'><publish node='${META}'><item><metadata xmlns='${META}'/></item></publish></pubsub>`,
  );
});

test('fetchMetadata, fetchAvatar :: what is there, and is what it says', async () => {
  const items = (node: string, inner: string) =>
    `<pubsub xmlns='${PUBSUB}'><items node='${node}'>${inner}</items></pubsub>`;
  const iq = new Asked([
    items(META, `<item id='${ID}'>${avatar.metadata.build(avatar.metadataOf({ data: PNG }))}</item>`),
    items(DATA, `<item id='${ID}'>${avatar.data.build(PNG)}</item>`),
    items(DATA, `<item id='${ID}'>${avatar.data.build(Buffer.from('other'))}</item>`),
    items(DATA, ''),
  ]);
  assert.is((await avatar.fetchMetadata(iq, 'a@b'))?.infos[0]?.id, ID);
  assert.equal(Buffer.from((await avatar.fetchAvatar(iq, 'a@b', ID.toUpperCase())) ?? ''), PNG);
  assert.is(await avatar.fetchAvatar(iq, 'a@b', ID), undefined);
  assert.is(await avatar.fetchAvatar(iq, 'a@b', ID), undefined);
});

test.run();
