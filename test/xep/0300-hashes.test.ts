import * as assert from 'uvu/assert';
import * as hashes from '../../src/xep/0300-hashes.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0300');
const NS = 'urn:xmpp:hashes:2';

roundtrip(test, hashes.hash, [
  // XEP-0447, Example 1.
  [
    `<hash xmlns='${NS}' algo='sha3-256'>2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=</hash>`,
    { algo: 'sha3-256', value: Buffer.from('2XarmwTlNxDAMkvymloX3S5+VbylNrJt/l5QyPa+YoU=', 'base64') },
  ],
]);
roundtrip(test, hashes.hashUsed, [[`<hash-used xmlns='${NS}' algo='sha-256'/>`, { algo: 'sha-256' }]]);
rejects(test, hashes.hash, [
  [`<hash xmlns='${NS}'>QQ==</hash>`, 'missing-attribute', '/hash@algo'],
  [`<hash xmlns='${NS}' algo='sha-1'>Q</hash>`, 'invalid-text', '/hash'],
]);

laws(test, hashes, { hash: a.object({ algo: a.text, value: a.bytes }), hashUsed: a.object({ algo: a.text }) });

// §4, the empty string.
const EMPTY: [algo: string, hex: string][] = [
  ['sha-1', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['sha-256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['sha3-256', 'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a'],
];
for (const [algo, hex] of EMPTY) {
  test(`hashOf :: ${algo}`, () => {
    const hash = hashes.hashOf(new Uint8Array(), algo);
    assert.is(Buffer.from(hash.value).toString('hex'), hex);
    assert.is(hashes.isHashOf(hash, new Uint8Array()), true);
    assert.is(hashes.isHashOf(hash, Buffer.from('x')), false);
  });
}

test('isHashOf :: an algorithm that is not known', () => {
  for (const algo of ['id-blake2b256', 'constructor', '']) {
    assert.is(hashes.isHashOf({ algo, value: new Uint8Array() }, new Uint8Array()), undefined);
    assert.throws(() => hashes.hashOf(new Uint8Array(), algo), /not a known hash/);
  }
});

test.run();
