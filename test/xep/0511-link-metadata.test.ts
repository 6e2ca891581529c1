import * as links from '../../src/xep/0511-link-metadata.ts';
import * as a from '../support/arbitraries.ts';
import { laws, reads, rejects, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0511');

// Example 1, shortened.
const DESCRIPTION = `<rdf:Description xmlns:rdf='${links.NS}' xmlns:og='${links.NS_OG}' xmlns:ogi='${links.NS_OG_IMAGE}' rdf:about='https://the.link.example.com/what-was-linked-to'>
    <og:title>The Best Webpage</og:title>
    <og:description>This is a great webpage and you will really like it</og:description>
    <og:url>https://example.com/canonical-url/for/what-was-linked-to</og:url>
    <og:image>https://link.to.example.com/image.png</og:image>
    <og:image>cid:sha-256+e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855@bob.xmpp.org</og:image>
    <ogi:alt>Alt text for the social media image</ogi:alt>
    <og:video>https://videos.example.com/video-embed.html</og:video>
    <og:type>website</og:type>
    <og:site_name>Example Website</og:site_name>
  </rdf:Description>`;

roundtrip(test, links.description, [
  [
    DESCRIPTION,
    {
      about: 'https://the.link.example.com/what-was-linked-to',
      title: 'The Best Webpage',
      description: 'This is a great webpage and you will really like it',
      url: 'https://example.com/canonical-url/for/what-was-linked-to',
      images: [
        'https://link.to.example.com/image.png',
        'cid:sha-256+e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855@bob.xmpp.org',
      ],
      imageAlt: 'Alt text for the social media image',
      videos: ['https://videos.example.com/video-embed.html'],
      type: 'website',
      siteName: 'Example Website',
    },
  ],
]);
reads(test, links.description, [
  [
    `<Description xmlns='${links.NS}' about='https://example.com/'/>`,
    { about: 'https://example.com/', images: [], videos: [] },
  ],
]);
rejects(test, links.description, [[`<Description xmlns='${links.NS}'/>`, 'missing-attribute', '/Description@about']]);

laws(test, links, {
  description: a.object(
    { about: a.url, images: a.list(a.url), videos: a.list(a.url) },
    { lang: a.lang, title: a.text, description: a.text, url: a.url, imageAlt: a.text, type: a.text, siteName: a.text },
  ),
});

test.run();
