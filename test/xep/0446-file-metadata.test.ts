import * as files from '../../src/xep/0446-file-metadata.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { file } from '../support/files.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0446');
const NS = 'urn:xmpp:file:metadata:0';

reads(test, files.file, [
  // §2.
  [
    `<file xmlns='${NS}'>
      <media-type>text/plain</media-type><name>test.txt</name><date>2015-07-26T21:46:00+01:00</date><size>6144</size>
      <hash xmlns='urn:xmpp:hashes:2' algo='sha-1'>w0mcJylzCn+AfvuGdqkty2+KP48=</hash>
    </file>`,
    files.makeFile({
      mediaType: 'text/plain',
      name: 'test.txt',
      date: new Date('2015-07-26T20:46:00Z'),
      size: 6144,
      hashes: [{ algo: 'sha-1', value: Buffer.from('w0mcJylzCn+AfvuGdqkty2+KP48=', 'base64') }],
    }),
  ],
  // XEP-0449 v0.2, Example 1: both sides in one element.
  [`<file xmlns='${NS}'><dimensions>512x256</dimensions></file>`, files.makeFile({ width: 512, height: 256 })],
  [
    `<file xmlns='${NS}'><width>1</width><dimensions>512x256</dimensions></file>`,
    files.makeFile({ width: 1, height: 256 }),
  ],
  [`<file xmlns='${NS}'><dimensions>huge</dimensions></file>`, files.makeFile({})],
]);
roundtrip(test, files.file, [
  [
    `<file xmlns='${NS}'><width>4096</width><height>2160</height><length>1500</length><desc xml:lang='en'>Summit</desc></file>`,
    files.makeFile({ width: 4096, height: 2160, length: 1500, descs: [{ lang: 'en', text: 'Summit' }] }),
  ],
]);
rejects(test, files.file, [
  [`<file xmlns='${NS}'><size>big</size></file>`, 'invalid-text', '/file/size'],
  [`<file xmlns='${NS}'><hash xmlns='urn:xmpp:hashes:2'/></file>`, 'missing-attribute', '/file/hash[1]@algo'],
]);

laws(test, files, { file });

test.run();
