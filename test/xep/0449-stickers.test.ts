import * as assert from 'uvu/assert';
import { parse } from '../../src/stanza/index.ts';
import { hashOf } from '../../src/xep/0300-hashes.ts';
import * as stickers from '../../src/xep/0449-stickers.ts';
import * as a from '../support/arbitraries.ts';
import { compact, laws, rejects, roundtrip } from '../support/codecs.ts';
import { file, hash, sources } from '../support/files.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0449');
const NS = 'urn:xmpp:stickers:0';

roundtrip(test, stickers.sticker, [
  [`<sticker xmlns='${NS}'/>`, {}], // Example 1
  [`<sticker xmlns='${NS}' pack='EpRv28DHHzFrE4zd+xaNpVb4'/>`, { pack: 'EpRv28DHHzFrE4zd+xaNpVb4' }], // Example 3
]);
rejects(test, stickers.pack, [[`<pack xmlns='${NS}'/>`, 'missing-child', '/pack/hash']]);

const item = a.object({ file, sources, suggests: a.list(a.text) });
laws(test, stickers, {
  sticker: a.object({}, { pack: a.text, jid: a.jid, node: a.text }),
  item,
  pack: a.object({
    names: a.list(a.langText),
    summaries: a.list(a.langText),
    items: a.list(item),
    hash,
    restricted: a.flag,
  }),
});

// Example 2.
const PACK = `<pack xmlns='${NS}'>
  <name>Marsey the Cat</name>
  <summary>Be cute or be cynical, this little kitten works both ways.</summary>
  <item>
    <file xmlns='urn:xmpp:file:metadata:0'>
      <media-type>image/png</media-type><desc>👍</desc><size>71045</size><dimensions>512x512</dimensions>
      <hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>0AdP8lJOWJrugSKOIAqfEKqFatIpG5JBCjjxY253ojQ=</hash>
    </file>
    <sources xmlns='urn:xmpp:sfs:0'><url-data xmlns='http://jabber.org/protocol/url-data' target='https://download.montague.lit/sticker_marsey_thumbs_up.png'/></sources>
    <suggest>+1</suggest>
  </item>
  <item>
    <file xmlns='urn:xmpp:file:metadata:0'>
      <media-type>image/png</media-type><desc>😘</desc><size>67016</size><dimensions>512x512</dimensions>
      <hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>gw+6xdCgOcvCYSKuQNrXH33lV9NMzuDf/s0huByCDsY=</hash>
    </file>
    <sources xmlns='urn:xmpp:sfs:0'><url-data xmlns='http://jabber.org/protocol/url-data' target='https://download.montague.lit/sticker_marsey_kiss.png'/></sources>
  </item>
  <hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>EpRv28DHHzFrE4zd+xaNpVb4jbu4s74XtioExNjQzZ0=</hash>
</pack>`;

test('packHash :: of the string that §4.3.2 describes', () => {
  // The hash in the example is of a pack with more stickers than it shows.
  const pack = stickers.pack.parse(compact(parse(PACK))) as stickers.Pack;
  const described =
    'name\x1f\x1fMarsey the Cat\x1f\x1e' +
    'summary\x1f\x1fBe cute or be cynical, this little kitten works both ways.\x1f\x1e\x1c' +
    '👍\x1esha-256\x1f0AdP8lJOWJrugSKOIAqfEKqFatIpG5JBCjjxY253ojQ=\x1f\x1e\x1d' +
    '😘\x1esha-256\x1fgw+6xdCgOcvCYSKuQNrXH33lV9NMzuDf/s0huByCDsY=\x1f\x1e\x1d\x1c';
  assert.equal(stickers.packHash(pack), hashOf(Buffer.from(described)));
});

test('packId :: the beginning of the hash', () => {
  const pack = stickers.pack.parse(compact(parse(PACK))) as stickers.Pack;
  assert.is(stickers.packId(pack), 'EpRv28DHHzFrE4zd+xaNpVb4');
});

test('packHash :: in whatever order, but not with anything else', () => {
  const pack = stickers.pack.parse(compact(parse(PACK))) as stickers.Pack;
  const hex = (of: stickers.Pack) => Buffer.from(stickers.packHash(of).value).toString('hex');
  assert.is(hex({ ...pack, items: pack.items.toReversed() }), hex(pack));
  assert.is.not(hex({ ...pack, names: [{ lang: 'en', text: 'Marsey the Cat' }] }), hex(pack));
  assert.is.not(hex({ ...pack, items: pack.items.slice(1) }), hex(pack));
});

test.run();
