import { crc32, deflateSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { AvatarCache } from '../../../src/gateway/avatar/avatar-cache.ts';
import { fetchUserAvatar } from '../../../src/gateway/avatar/user-avatar.ts';
import type { BaseSession } from '../../../src/gateway/session.ts';
import type { StoredAvatar } from '../../../src/gateway/store/avatars.ts';
import { type IqSender, JID } from '../../../src/stanza/index.ts';
import { suite } from '../../support/test.ts';
import { stanza } from '../../support/xml.ts';

const test = suite('avatar cache');

/** A black picture of one bit a pixel: few bytes, however large it is. */
function png(width: number, height: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(1, 8);
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height));
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    checksum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, checksum]);
  };
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

function cache(): { avatars: AvatarCache; saved: StoredAvatar[] } {
  const saved: StoredAvatar[] = [];
  const store = { save: async (avatar: StoredAvatar) => void saved.push(avatar) };
  const limits = { maxBytes: 1e6, timeout: 1000, allowPrivate: false };
  return { avatars: new AvatarCache({ store: store as never, maxSize: 64, limits, parallel: 1 }), saved };
}

test('picture bomb :: few bytes that are very many pixels are not decoded', async () => {
  const { avatars, saved } = cache();
  const bomb = png(9000, 9000);
  assert.ok(bomb.length < 20_000, String(bomb.length));
  await avatars.load(bomb).then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, /pixel limit/),
  );
  assert.equal(saved, []);
});

test('picture :: one of a usual size is made small', async () => {
  const { avatars, saved } = cache();
  await avatars.load(png(900, 300));
  assert.equal([saved[0]?.width, saved[0]?.height], [64, 21]);
});

test('what is no picture :: is none', async () => {
  const { avatars } = cache();
  for (const bytes of [new Uint8Array(), Buffer.from('<svg'), png(8, 8).subarray(0, 40)]) {
    await avatars.load(bytes).then(
      () => assert.unreachable(),
      () => undefined,
    );
  }
});

test('picture of the user :: an answer that cannot be read is no picture', async () => {
  const iq: IqSender = {
    request: async () => stanza("<pubsub xmlns='http://jabber.org/protocol/pubsub'><items/></pubsub>"),
  };
  const session = {
    onAvatar: () => assert.unreachable('there is no picture'),
    user: { jid: JID.parse('romeo@localhost'), preferences: { syncAvatar: true } },
    xmpp: { privileges: { bestSenderFor: () => iq } },
  } as unknown as BaseSession;
  await fetchUserAvatar(session);
});

test.run();
