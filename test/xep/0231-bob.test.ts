import * as assert from 'uvu/assert';
import { parse } from '../../src/stanza/index.ts';
import * as bob from '../../src/xep/0231-bob.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0231');
const NS = 'urn:xmpp:bob';
const CID = 'sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org';
// Example 3.
const DATA = `<data xmlns='${NS}' cid='${CID}' max-age='86400' type='image/png'>
    iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAABGdBTUEAALGP
    C/xhBQAAAAlwSFlzAAALEwAACxMBAJqcGAAAAAd0SU1FB9YGARc5KB0XV+IA
    AAAddEVYdENvbW1lbnQAQ3JlYXRlZCB3aXRoIFRoZSBHSU1Q72QlbgAAAF1J
    REFUGNO9zL0NglAAxPEfdLTs4BZM4DIO4C7OwQg2JoQ9LE1exdlYvBBeZ7jq
    ch9//q1uH4TLzw4d6+ErXMMcXuHWxId3KOETnnXXV6MJpcq2MLaI97CER3N0
    vr4MkhoXe0rZigAAAABJRU5ErkJggg==
  </data>`;

roundtrip(test, bob.data, [[`<data xmlns='${NS}' cid='${CID}'/>`, { cid: CID, bytes: new Uint8Array() }]]); // Example 2
rejects(test, bob.data, [
  [`<data xmlns='${NS}' cid='${CID}'>not base64</data>`, 'invalid-text', '/data'],
  [`<data xmlns='${NS}'/>`, 'missing-attribute', '/data@cid'],
]);

laws(test, bob, { data: a.object({ cid: a.text, bytes: a.bytes }, { type: a.text, maxAge: a.count }) });

test('data :: the picture of the XEP', () => {
  const value = bob.data.parse(parse(DATA));
  assert.is(value?.maxAge, 86400);
  assert.is(value?.type, 'image/png');
  assert.is(Buffer.from(value?.bytes ?? []).toString('latin1', 1, 4), 'PNG');
});

test('isGenuine :: by any of the hashes, in both spellings', () => {
  const bytes = Buffer.from('abc');
  assert.ok(bob.isGenuine(bob.contentId(bytes), bytes));
  assert.ok(bob.isGenuine('SHA-1+A9993E364706816ABA3E25717850C26C9CD0D89D@bob.xmpp.org', bytes));
  const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.ok(bob.isGenuine(`sha-256+${sha256}@bob.xmpp.org`, bytes));
  assert.not(bob.isGenuine(bob.contentId(bytes), Buffer.from('abd')));
  for (const cid of ['', 'sha1', `md5+${sha256}@bob.xmpp.org`, `constructor+${sha256}@bob.xmpp.org`, 'a@b']) {
    assert.not(bob.isGenuine(cid, bytes), cid);
  }
});

test('fetchData :: what is not what its id says is not taken', async () => {
  const bytes = Buffer.from('abc');
  const cid = bob.contentId(bytes);
  const iq = new Asked([
    String(bob.data.build({ cid, bytes })),
    String(bob.data.build({ cid, bytes: Buffer.from('x') })),
  ]);
  assert.is((await bob.fetchData(iq, 'a@b/c', cid))?.cid, cid);
  assert.is(await bob.fetchData(iq, 'a@b/c', cid), undefined);
  assert.is(String(iq.requests[0]?.payload), `<data xmlns='${NS}' cid='${cid}'/>`);
});

test('cidOf', () => {
  assert.is(bob.cidOf(`cid:${CID}`), CID);
  assert.is(bob.cidOf('https://example.com/'), undefined);
});

test.run();
