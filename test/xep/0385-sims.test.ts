import * as assert from 'uvu/assert';
import { parse } from '../../src/stanza/index.ts';
import * as sims from '../../src/xep/0385-sims.ts';
import { makeFile } from '../../src/xep/0446-file-metadata.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { mediaFile } from '../support/files.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0385');
const NS = 'urn:xmpp:sims:1';
const URL = 'https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg';

roundtrip(test, sims.mediaSharing, [
  // Example 1, shortened and made well-formed.
  [
    `<media-sharing xmlns='${NS}'>
      <file xmlns='urn:xmpp:jingle:apps:file-transfer:5'>
        <media-type>image/jpeg</media-type><name>summit.jpg</name><size>3032449</size>
        <hash xmlns='urn:xmpp:hashes:2' algo='sha-1'>QUJD</hash>
        <desc>Photo from the summit.</desc>
        <thumbnail xmlns='urn:xmpp:thumbs:1' uri='cid:a' media-type='image/png' width='128' height='96'/>
      </file>
      <sources><reference xmlns='urn:xmpp:reference:0' type='data' uri='${URL}'/></sources>
    </media-sharing>`,
    {
      file: makeFile({
        mediaType: 'image/jpeg',
        name: 'summit.jpg',
        size: 3032449,
        hashes: [{ algo: 'sha-1', value: Buffer.from('ABC') }],
        descs: [{ text: 'Photo from the summit.' }],
        thumbnails: [{ uri: 'cid:a', mediaType: 'image/png', width: 128, height: 96 }],
      }),
      sources: [{ type: 'data', uri: URL, payloads: [] }],
    },
  ],
]);
rejects(test, sims.mediaSharing, [[`<media-sharing xmlns='${NS}'/>`, 'missing-child', '/media-sharing/file']]);

const source = a.object({ type: a.on.map(() => 'data' as const), payloads: a.list(a.foreign) }, { uri: a.url });
laws(test, sims, { mediaSharing: a.object({ file: mediaFile, sources: a.list(source, 1) }) });

test('mediaReference, sharedMedia :: in a message, beside mentions', () => {
  const shared = sims.mediaReference(makeFile({ name: 'a.jpg' }), [URL], { begin: 0, end: 3 });
  const mention = "<reference xmlns='urn:xmpp:reference:0' type='mention' uri='xmpp:a@b'/>";
  const message = parse(`<message xmlns='jabber:client'>${mention}${shared}</message>`);
  assert.equal(
    sims.sharedMedia(message).map(({ file, sources }) => [file.name, sources[0]?.uri]),
    [['a.jpg', URL]],
  );
});

test.run();
