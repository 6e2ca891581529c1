import * as assert from 'uvu/assert';
import * as avatars from '../../src/xep/0486-room-avatars.ts';
import * as a from '../support/arbitraries.ts';
import { laws } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0486');

laws(test, avatars, { roomAvatar: a.object({ hashes: a.list(a.text) }) });

test('publishRoomAvatar :: a picture, and none', async () => {
  const iq = new Asked([undefined, undefined]);
  await avatars.publishRoomAvatar(iq, 'garden@chat.shakespeare.lit', {
    type: 'image/svg+xml',
    data: Buffer.from('ABC'),
  });
  await avatars.publishRoomAvatar(iq, 'garden@chat.shakespeare.lit', undefined);
  iq.expect(
    // Example 3, with another picture.
    "set garden@chat.shakespeare.lit <vCard xmlns='vcard-temp'><PHOTO><TYPE>image/svg+xml</TYPE><BINVAL>QUJD</BINVAL></PHOTO></vCard>",
    "set garden@chat.shakespeare.lit <vCard xmlns='vcard-temp'/>", // Example 8
  );
});

test('avatarHashes :: none when nothing is said', () => {
  assert.equal(avatars.avatarHashes({ identities: [], features: [], forms: [] }), []);
});

test.run();
