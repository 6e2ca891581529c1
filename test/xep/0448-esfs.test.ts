import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { find, parse } from '../../src/stanza/index.ts';
import { fileSharing } from '../../src/xep/0447-sfs.ts';
import * as esfs from '../../src/xep/0448-esfs.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects } from '../support/codecs.ts';
import { hash, sources } from '../support/files.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0448');
const NS = 'urn:xmpp:esfs:0';
const GCM = 'urn:xmpp:ciphers:aes-256-gcm-nopadding:0';

rejects(test, esfs.encrypted, [
  [`<encrypted xmlns='${NS}'/>`, 'missing-attribute', '/encrypted@cipher'],
  [`<encrypted xmlns='${NS}' cipher='rot13'/>`, 'invalid-attribute', '/encrypted@cipher'],
  [`<encrypted xmlns='${NS}' cipher='${GCM}'/>`, 'missing-child', '/encrypted/key'],
]);

const cipher = fc.constantFrom<esfs.Cipher>(
  'urn:xmpp:ciphers:aes-128-gcm-nopadding:0',
  GCM,
  'urn:xmpp:ciphers:aes-256-cbc-pkcs7:0',
);
laws(test, esfs, {
  encrypted: a.object({ cipher, key: a.bytes, iv: a.bytes, hashes: a.list(hash), sources }),
});

test('encrypted :: among the sources of a shared file', () => {
  // Example 1, shortened.
  const message = parse(`<message xmlns='jabber:client'><file-sharing xmlns='urn:xmpp:sfs:0'>
    <file xmlns='urn:xmpp:file:metadata:0'><size>3032449</size></file>
    <sources><encrypted xmlns='${NS}' cipher='${GCM}'>
      <key>SuRJ2agVm/pQbJQlPq/B23Xt1YOOJCcEGJA5HrcYOGQ=</key><iv>T8RDMBaiqn6Ci4Nw</iv>
      <sources xmlns='urn:xmpp:sfs:0'><url-data xmlns='http://jabber.org/protocol/url-data' target='https://download.montague.lit/encrypted.jpg'/></sources>
    </encrypted></sources>
  </file-sharing></message>`);
  const [found] = find(message, fileSharing)?.sources?.others.flatMap((el) => esfs.encrypted.parse(el) ?? []) ?? [];
  assert.is(found?.key.length, 32);
  assert.is(found?.iv.length, 12);
  assert.is(found?.sources.urls[0]?.target, 'https://download.montague.lit/encrypted.jpg');
});

const SIZES: Record<esfs.Cipher, [key: number, iv: number]> = {
  'urn:xmpp:ciphers:aes-128-gcm-nopadding:0': [16, 12],
  'urn:xmpp:ciphers:aes-256-gcm-nopadding:0': [32, 12],
  'urn:xmpp:ciphers:aes-256-cbc-pkcs7:0': [32, 16],
};
for (const [name, [keySize, ivSize]] of Object.entries(SIZES) as [esfs.Cipher, [number, number]][]) {
  test(`encrypt, decrypt :: ${name}`, () => {
    const key = { cipher: name, key: new Uint8Array(keySize).fill(7), iv: new Uint8Array(ivSize).fill(9) };
    for (const data of [Buffer.from(''), Buffer.from('Photo from the summit.')]) {
      assert.equal(Buffer.from(esfs.decrypt(esfs.encrypt(data, key), key)), data);
    }
    assert.throws(() => esfs.encrypt(Buffer.from('x'), { ...key, key: new Uint8Array(3) }), /key length/i);
  });
}

test('decrypt :: a changed or cut file is refused', () => {
  const key = { cipher: GCM, key: new Uint8Array(32), iv: new Uint8Array(12) } as const;
  const data = Buffer.from(esfs.encrypt(Buffer.from('Photo'), key));
  assert.throws(() => esfs.decrypt(data.subarray(1), key));
  assert.throws(() => esfs.decrypt(data.subarray(0, 3), key));
  data[0] = (data[0] as number) ^ 1;
  assert.throws(() => esfs.decrypt(data, key));
});

test.run();
