import * as thumbs from '../../src/xep/0264-thumbnails.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0264');
const NS = 'urn:xmpp:thumbs:1';

roundtrip(test, thumbs.thumbnail, [
  // Example 1, made well-formed.
  [
    `<thumbnail xmlns='${NS}' uri='cid:sha1+ffd7c8d28e9c5e82afea41f97108c6b4@bob.xmpp.org' media-type='image/png' width='128' height='96'/>`,
    {
      uri: 'cid:sha1+ffd7c8d28e9c5e82afea41f97108c6b4@bob.xmpp.org',
      mediaType: 'image/png',
      width: 128,
      height: 96,
    },
  ],
]);
rejects(test, thumbs.thumbnail, [
  [`<thumbnail xmlns='${NS}' width='128'/>`, 'missing-attribute', '/thumbnail@uri'],
  [`<thumbnail xmlns='${NS}' uri='a' width='-1'/>`, 'invalid-attribute', '/thumbnail@width'],
]);

laws(test, thumbs, { thumbnail: a.object({ uri: a.text }, { mediaType: a.text, width: a.count, height: a.count }) });

test.run();
