import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { message, parse } from '../../src/stanza/index.ts';
import { makeFile } from '../../src/xep/0446-file-metadata.ts';
import * as sfs from '../../src/xep/0447-sfs.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { file, sources } from '../support/files.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0447');
const NS = 'urn:xmpp:sfs:0';
const URL = 'https://download.montague.lit/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67/summit.jpg';
const JINGLE =
  "<jinglepub xmlns='urn:xmpp:jinglepub:1' from='romeo@montague.lit/resource' id='9559976B-3FBF-4E7E-B457-2DAA225972BB'><description xmlns='urn:xmpp:jingle:apps:file-transfer:5'/></jinglepub>";

roundtrip(test, sfs.fileSharing, [
  // Example 1, shortened.
  [
    `<file-sharing xmlns='${NS}' disposition='inline'>
      <file xmlns='urn:xmpp:file:metadata:0'><media-type>image/jpeg</media-type><name>summit.jpg</name></file>
      <sources><url-data xmlns='http://jabber.org/protocol/url-data' target='${URL}'/>${JINGLE}</sources>
    </file-sharing>`,
    {
      disposition: 'inline',
      file: makeFile({ mediaType: 'image/jpeg', name: 'summit.jpg' }),
      sources: { urls: [{ target: URL }], others: [parse(JINGLE)] },
    },
  ],
]);
roundtrip(test, sfs.sources, [
  // Example 5.
  [
    `<sources xmlns='${NS}' id='file-sharing-id'><url-data xmlns='http://jabber.org/protocol/url-data' target='${URL}'/></sources>`,
    { id: 'file-sharing-id', urls: [{ target: URL }], others: [] },
  ],
]);
rejects(test, sfs.fileSharing, [
  [`<file-sharing xmlns='${NS}'/>`, 'missing-child', '/file-sharing/file'],
  [
    `<file-sharing xmlns='${NS}' disposition='hidden'><file xmlns='urn:xmpp:file:metadata:0'/></file-sharing>`,
    'invalid-attribute',
    '/file-sharing@disposition',
  ],
]);

laws(test, sfs, {
  sources,
  fileSharing: a.object({ file }, { disposition: fc.constantFrom('inline', 'attachment'), id: a.text, sources }),
});

test('sharePayloads :: for new clients, old clients and people', () => {
  // Example 2.
  assert.is(
    String(message({}, ...sfs.sharePayloads(URL, { name: 'summit.jpg' }))),
    `<message xmlns='jabber:client'><body>${URL}</body><file-sharing xmlns='${NS}' disposition='inline'><file xmlns='urn:xmpp:file:metadata:0'><name>summit.jpg</name></file><sources><url-data xmlns='http://jabber.org/protocol/url-data' target='${URL}'/></sources></file-sharing><fallback xmlns='urn:xmpp:fallback:0' for='${NS}'/><x xmlns='jabber:x:oob'><url>${URL}</url></x></message>`,
  );
});

test.run();
