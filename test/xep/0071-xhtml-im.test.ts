import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { find, parse } from '../../src/stanza/index.ts';
import * as xhtml from '../../src/xep/0071-xhtml-im.ts';
import * as a from '../support/arbitraries.ts';
import { laws, roundtrip } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0071');

const body = (inner: string) =>
  xhtml.body.parse(parse(`<body xmlns='${xhtml.NS_XHTML}'>${inner}</body>`)) as xhtml.Body;

roundtrip(test, xhtml.html, [
  [
    `<html xmlns='${xhtml.NS}'><body xmlns='${xhtml.NS_XHTML}' xml:lang='en'>hi</body></html>`,
    { bodies: [{ lang: 'en', content: ['hi'] }] },
  ],
]);

const content = fc.tuple(a.filled, a.foreign).map(([text, element]) => [text, element]);
const anyBody = a.object({ content }, { lang: a.lang });
laws(test, xhtml, { body: anyBody, html: a.object({ bodies: a.list(anyBody, 1) }) });

const TEXTS: [inner: string, text: string][] = [
  ['plain', 'plain'],
  // Example 1 and Example 2, shortened.
  [
    "<p style='font-size:large'><em>Wow</em>, I&apos;m <span>green</span> with <strong>envy</strong>!</p>",
    "Wow, I'm green with envy!",
  ],
  // Example 3, shortened.
  [
    '<p>As Emerson said in his essay <cite>Self-Reliance</cite>:</p>\n<blockquote>&quot;A foolish consistency\nis the hobgoblin of little minds.&quot;</blockquote>',
    'As Emerson said in his essay Self-Reliance:\n> "A foolish consistency is the hobgoblin of little minds."',
  ],
  // Example 5, shortened.
  ['<p>The plays:</p><ul><li>Hamlet</li><li><p>Macbeth</p></li></ul>end', 'The plays:\n- Hamlet\n- Macbeth\nend'],
  ['one<br/>two<br/><br/>three', 'one\ntwo\nthree'],
  ["a <img src='cid:1' alt=':-)'/> b<img src='cid:2'/>", 'a :-) b'],
  ['<pre>  if (x)\n    y</pre><script>alert(1)</script><style>p {}</style>', '  if (x)\n    y'],
  ['', ''],
];
for (const [inner, text] of TEXTS)
  test(`textOf :: ${inner.slice(0, 40)}`, () => assert.is(xhtml.textOf(body(inner)), text));

test('imagesOf :: however deep', () => {
  // Example 4.
  const message = parse(`<message xmlns='jabber:client'><html xmlns='${xhtml.NS}'><body xmlns='${xhtml.NS_XHTML}'>
      <p>Hey, are you licensed to <a href='http://www.jabber.org/'>Jabber</a>?</p>
      <p><img src='http://www.xmpp.org/images/psa-license.jpg' alt='A License to Jabber' height='261' width='537'/></p>
    </body></html></message>`);
  const [first] = find(message, xhtml.html)?.bodies ?? [];
  assert.equal(first && xhtml.imagesOf(first), [
    { src: 'http://www.xmpp.org/images/psa-license.jpg', alt: 'A License to Jabber' },
  ]);
  assert.is(first && xhtml.onlyImage(first), undefined);
});

test('onlyImage :: a sticker, and what is none', () => {
  assert.equal(xhtml.onlyImage(body("<p> <img src='cid:a' alt='x'/>\n</p>")), { src: 'cid:a', alt: 'x' });
  assert.is(xhtml.onlyImage(body("<p><img src='cid:a'/><img src='cid:b'/></p>")), undefined);
  assert.is(xhtml.onlyImage(body("<p><img alt='x'/></p>")), undefined);
});

test.run();
