import fc from 'fast-check';
import * as media from '../../src/xep/0221-media.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0221');
const NS = 'urn:xmpp:media-element';

reads(test, media.media, [
  // Example 1, shortened.
  [
    `<media xmlns='${NS}'>
      <uri type='audio/ogg; codecs=speex'>
        cid:sha1+a15a505e360702b79c75a5f67773072ed392f52a@bob.xmpp.org
      </uri>
    </media>`,
    {
      uris: [
        { type: 'audio/ogg; codecs=speex', uri: 'cid:sha1+a15a505e360702b79c75a5f67773072ed392f52a@bob.xmpp.org' },
      ],
    },
  ],
]);
roundtrip(test, media.media, [
  [
    `<media xmlns='${NS}' height='80' width='290'><uri type='image/jpeg'>https://example.com/a.jpg</uri></media>`,
    { width: 290, height: 80, uris: [{ type: 'image/jpeg', uri: 'https://example.com/a.jpg' }] },
  ],
]);
rejects(test, media.media, [
  [`<media xmlns='${NS}' width='wide'/>`, 'invalid-attribute', '/media@width'],
  [`<media xmlns='${NS}'><uri>a</uri></media>`, 'missing-attribute', '/media/uri[1]@type'],
]);

const uri = a.object({ type: a.text, uri: fc.oneof(a.url, fc.constant('')) });
laws(test, media, { uri, media: a.object({ uris: a.list(uri) }, { width: a.count, height: a.count }) });

test.run();
