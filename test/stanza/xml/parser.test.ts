import * as assert from 'uvu/assert';
import { type Element, parse, StreamError, StreamParser, type StreamParserOptions } from '../../../src/stanza/index.ts';
import { preferScanner } from '../../../src/stanza/xml/scanner.ts';
import { everySplit } from '../../support/every-split.ts';
import { suite } from '../../support/test.ts';

// All of it twice: with the scanner in WebAssembly and with the one in JavaScript.
const suites = (['wasm', 'js'] as const).map((kind) => {
  const each = suite(`parser, ${kind}`);
  each.before.each(() => {
    assert.is(preferScanner(kind), kind);
  });
  each.after(() => {
    preferScanner('wasm');
  });
  return each;
});

const test = (name: string, handler: () => unknown) => {
  for (const each of suites) each(name, handler);
};
test.run = () => {
  for (const each of suites) each.run();
};

/** Everything the parser reports, as text. */
function events(chunks: readonly (Uint8Array | string)[], options: StreamParserOptions = {}): string[] {
  const log: string[] = [];
  const parser = new StreamParser({
    ...options,
    onStart: (header) => log.push(`start ${header}`),
    onElement: (element) => log.push(`element ${element}`),
    onEnd: () => log.push('end'),
    onError: (error) => log.push(`error ${error.condition}`),
  });
  for (const chunk of chunks) parser.write(chunk);
  parser.end();
  return log;
}

/** The events of a stream with this inside, however it is cut; without its start. */
function inStream(xml: string, options?: StreamParserOptions): string[] {
  const input = `<s:stream xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams'>${xml}</s:stream>`;
  return everySplit(input, (chunks) => events(chunks, options)).slice(1);
}

const HEADER = `<?xml version='1.0'?><stream:stream to='example.com' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>`;

test('stream :: header, stanzas and end, wherever the input is cut', () => {
  const input = `${HEADER} <message to='a@b' xml:lang='en'><body>h👋é &amp; &#x1F44B;</body></message>\n<iq/></stream:stream>`;
  assert.equal(everySplit(input, events), [
    "start <stream xmlns='http://etherx.jabber.org/streams' to='example.com' version='1.0'/>",
    "element <message xmlns='jabber:client' to='a@b' xml:lang='en'><body>h👋é &amp; 👋</body></message>",
    "element <iq xmlns='jabber:client'/>",
    'end',
  ]);
});

test('stream :: strings are read like bytes', () => {
  assert.equal(
    events([HEADER, '<a>é</a>', '</stream:stream>']),
    events([Buffer.from(`${HEADER}<a>é</a></stream:stream>`)]),
  );
});

test('elements :: namespaces, prefixes, defaults', () => {
  const el = parse(`<a xmlns='u' xmlns:p='v' p:x='1' x='2'><p:b/><c xmlns=''><d/></c><p:e xmlns:p='w'/></a>`);
  assert.is(el.ns, 'u');
  assert.equal({ ...el.attrs }, { '{v}x': '1', x: '2' });
  assert.equal(
    el.getChildElements().map((e) => [e.name, e.ns]),
    [
      ['b', 'v'],
      ['c', ''],
      ['e', 'w'],
    ],
  );
  assert.is(el.getChild('c')?.getChild('d')?.ns, '');
});

test('elements :: aliases rename namespaces', () => {
  const options = { aliases: { 'jabber:component:accept': 'jabber:client' } };
  const input = `<s:s xmlns='jabber:component:accept' xmlns:s='x'><iq/></s:s>`;
  assert.is(events([input], options)[1], "element <iq xmlns='jabber:client'/>");
});

test('text :: references, CDATA, line ends, spaces in attributes', () => {
  assert.equal(
    inStream(`<a x='1\t2\n3&#10;4&quot;'>&lt;&gt;&amp;&apos;&quot;&#65;&#x42;<![CDATA[<&]]]]>\r\n\r\t</a>`),
    [`element <a xmlns='jabber:client' x='1 2 3&#10;4&quot;'>&lt;&gt;&amp;'"AB&lt;&amp;]]\n\n\t</a>`, 'end'],
  );
});

test('text :: where the input is cut between two tags there is none', () => {
  const children = everySplit('<s><a><b/><c>1</c></a></s>', (chunks) => {
    const found: number[] = [];
    const parser = new StreamParser({ onElement: (element) => found.push(element.children.length) });
    for (const chunk of chunks) parser.write(chunk);
    return found;
  });
  assert.equal(children, [2]);
});

test('text :: an attribute may be called __proto__ or constructor', () => {
  const el = parse(`<a __proto__='1' constructor='2'/>`);
  assert.equal(Object.entries(el.attrs), [
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
  assert.is(el.attrs.toString, undefined);
  assert.is(String(el), `<a __proto__='1' constructor='2'/>`);
});

test('text :: an empty CDATA section parts no text', () => {
  assert.equal(parse('<a>1<![CDATA[]]>2<b/></a>').children.length, 2);
  assert.is(parse('<a>1<![CDATA[2]]>3</a>').children[0], '123');
});

test('elements :: a large one, and small ones beside it, read at once and later', () => {
  for (let shift = 0; shift < 40; shift++) {
    const items = Array.from(
      { length: 400 },
      (_, i) =>
        `<item jid='${i}@example.org' name='${'é'.repeat(i % 7)}${'n'.repeat(shift)}'><group>${i}</group></item>`,
    );
    const large = `<iq id='1'>${items.join('')}<data>${'x'.repeat(20_000 + shift)}</data></iq>`;
    const xml = [`<a><b n='1'/></a>`, large, '<c><d>2</d></c>', '<e/>'];
    const kept: Element[] = [];
    const live: string[] = [];
    const parser = new StreamParser({
      onElement(element) {
        kept.push(element);
        if (shift % 2 === 0) live.push(String(element));
      },
    });
    parser.write(`<s>${xml.join('')}<f/>`);
    parser.write('<g/><g/>');
    assert.equal(kept.slice(0, 4).map(String), xml);
    if (shift % 2 === 0) assert.equal(live.slice(0, 4), xml);
  }
});

test('text :: is whole where large pieces of input cut it', () => {
  const stanza = (i: number) =>
    `<message to='c${i % 1000}@gw.example'><body>Message ${i} about the sea</body></message>`;
  const input = Buffer.from(`<stream>${Array.from({ length: 4000 }, (_, i) => stanza(i)).join('')}`);
  for (const size of [65_536, 65_535, 100_000, 40_000]) {
    const texts: (string | null)[] = [];
    const parser = new StreamParser({ onElement: (each) => texts.push(each.getChildText('body')) });
    for (let at = 0; at < input.length; at += size) parser.write(input.subarray(at, at + size));
    assert.equal(
      texts,
      Array.from({ length: 4000 }, (_, i) => `Message ${i} about the sea`),
      `${size}`,
    );
  }
});

test('elements :: what comes after a handler has thrown is not lost', () => {
  const seen: string[] = [];
  const parser = new StreamParser({
    onElement(element) {
      seen.push(String(element));
      if (element.name === 'bad') throw new TypeError('a bug');
    },
  });
  assert.throws(() => parser.write('<s><a>1</a><bad/><b>2</b><c><d'), TypeError);
  parser.write('/></c>');
  parser.write('</s>');
  assert.equal(seen, ['<a>1</a>', '<bad/>', '<b>2</b>', '<c><d/></c>']);
});

test('elements :: those that come often are made like all others', () => {
  const xml = (i: number) =>
    `<message from='${i}@a' id='&#49;${i}' to='b' type='chat'><x y='${i}'/><r __proto__='${i}' type='t'/></message>`;
  const seen: string[] = [];
  const parser = new StreamParser({
    onElement(element) {
      const [x, r] = element.getChildElements();
      const maps = [element, x, r].map((each) => each?.attrs);
      for (const map of maps) assert.is(map?.toString, undefined);
      seen.push(JSON.stringify(maps.map((map) => Object.entries(map ?? {}))));
    },
  });
  parser.write('<s>');
  for (let i = 0; i < 300; i++) parser.write(xml(i));
  const expected = Array.from({ length: 300 }, (_, i) =>
    JSON.stringify([
      [
        ['from', `${i}@a`],
        ['id', `1${i}`],
        ['to', 'b'],
        ['type', 'chat'],
      ],
      [['y', `${i}`]],
      [
        ['__proto__', `${i}`],
        ['type', 't'],
      ],
    ]),
  );
  assert.equal(seen, expected);
});

test('elements :: tags of thousands of kinds', () => {
  const xml = Array.from({ length: 9000 }, (_, i) => `<n${i} a${i}='${i}' type='t${i % 50}'><m${i % 3}/>x</n${i}>`);
  const seen: string[] = [];
  const parser = new StreamParser({ onElement: (element) => seen.push(String(element)) });
  const stream = Buffer.from(`<s>${xml.join('')}${xml.join('')}</s>`);
  for (let at = 0; at < stream.length; at += 5000) parser.write(stream.subarray(at, at + 5000));
  assert.equal(seen, [...xml, ...xml]);
});

test('elements :: one element with tags of thousands of kinds', () => {
  const xml = `<a>${Array.from({ length: 7000 }, (_, i) => `<n${i} type='${i}' b='x'>${i}</n${i}>`).join('')}</a>`;
  assert.is(String(parse(xml)), xml);
});

const REFUSED: [xml: string, condition: string][] = [
  // RFC 6120 §11.1.
  ['<a><!-- c --></a>', 'restricted-xml'],
  ['<!DOCTYPE a [<!ENTITY x "y">]><a/>', 'restricted-xml'],
  ['<a><?pi x?></a>', 'restricted-xml'],
  ['<a>&foo;</a>', 'restricted-xml'],
  ["<a x='&foo;'/>", 'restricted-xml'],
  // XML 1.0.
  ['<a>', 'not-well-formed'],
  ['<a></b>', 'not-well-formed'],
  ['</a>', 'not-well-formed'],
  ['<a', 'not-well-formed'],
  ['<a>& </a>', 'not-well-formed'],
  ['<a>&amp</a>', 'not-well-formed'],
  ['<a>&#0;</a>', 'not-well-formed'],
  ['<a>&#xD800;</a>', 'not-well-formed'],
  ['<a>&#99999999;</a>', 'not-well-formed'],
  ['<a>&#;</a>', 'not-well-formed'],
  ['<a>\u0001</a>', 'not-well-formed'],
  ['<a>\ufffe</a>', 'not-well-formed'],
  ['<a>]]></a>', 'not-well-formed'],
  ["<a x='<'/>", 'not-well-formed'],
  ["<a x='1' x='2'/>", 'not-well-formed'],
  ["<a x='1'y='2'/>", 'not-well-formed'],
  ['<a x=1/>', 'not-well-formed'],
  ['<a x/>', 'not-well-formed'],
  ['<a / >', 'not-well-formed'],
  ['< a/>', 'not-well-formed'],
  ['<1/>', 'not-well-formed'],
  ['<a><a', 'not-well-formed'],
  ['<a/><?xml version="1.0"?>', 'not-well-formed'],
  // Namespaces in XML.
  ['<p:a/>', 'not-well-formed'],
  ["<a p:x='1'/>", 'not-well-formed'],
  ["<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>", 'not-well-formed'],
  ["<a xmlns:p=''/>", 'not-well-formed'],
  ["<a xmlns:xmlns='u'/>", 'not-well-formed'],
  ["<a xmlns:xml='u'/>", 'not-well-formed'],
  ["<a xmlns='http://www.w3.org/2000/xmlns/'/>", 'not-well-formed'],
  ['<a:b:c/>', 'not-well-formed'],
  ['<:a/>', 'not-well-formed'],
  // RFC 6120 §4.9.3.1.
  ['text', 'bad-format'],
];

for (const [xml, condition] of REFUSED) {
  test(`refuses :: ${xml} with ${condition}`, () => {
    const log = inStream(xml);
    assert.is(log.at(-1), `error ${condition}`);
  });
}

test('refuses :: what is not UTF-8', () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
    const input = Buffer.concat([Buffer.from(HEADER), Buffer.from('<a>'), Buffer.from(bytes), Buffer.from('</a>')]);
    assert.is(
      everySplit(input, (chunks) => events(chunks).at(-1)),
      'error unsupported-encoding',
    );
  }
  assert.equal(events([`<?xml version='1.0' encoding='iso-8859-1'?><a>`]), ['error unsupported-encoding']);
});

test('limits :: bytes, depth, attributes and names are bounded', () => {
  const violation = ['error policy-violation'];
  assert.equal(inStream(`<a>${'x'.repeat(200)}</a>`, { limits: { bytes: 150 } }).slice(-1), violation);
  assert.equal(inStream(`<a x='${'x'.repeat(200)}`, { limits: { bytes: 150 } }).slice(-1), violation);
  assert.equal(inStream(`<a>${'<b/>'.repeat(50)}</a>`, { limits: { bytes: 150 } }).slice(-1), violation);
  assert.equal(inStream('<a><a><a><a/></a></a></a>', { limits: { depth: 3 } }).slice(-1), violation);
  assert.equal(inStream(`<a b='' c='' d=''/>`, { limits: { attributes: 2 } }).slice(-1), violation);
  assert.equal(inStream(`<${'n'.repeat(20)}/>`, { limits: { nameLength: 19 } }).slice(-1), violation);
  assert.equal(inStream('<a><a><a/></a></a>', { limits: { depth: 3, bytes: 200 } }).slice(-1), ['end']);
});

/** What a stream with these limits reports that is to go on, however it is cut. */
function leavingOut(xml: string, limits: StreamParserOptions['limits'], end = '</s:stream>'): string[] {
  const input = `<s:stream xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams'>${xml}${end}`;
  return everySplit(input, (chunks) => {
    const log: string[] = [];
    const parser = new StreamParser({
      limits: { ...limits },
      onElement: (element) => log.push(String(element).replace(" xmlns='jabber:client'", '')),
      onExcess: (element) => log.push(`excess ${String(element).replace(" xmlns='jabber:client'", '')}`),
      onEnd: () => log.push('end'),
      onError: ({ condition }) => log.push(condition),
    });
    for (const chunk of chunks) parser.write(chunk);
    parser.end();
    return log;
  });
}

test('limits :: the element that breaks one can be left out, and the stream goes on', () => {
  const deep = `<m id='1' to='é'>t<a>u<b>v<c d='/>'>w<![CDATA[</m>]]></c> x<c/></b></a>&amp;</m>`;
  assert.equal(leavingOut(`<m/>${deep}<m id='2'>y</m>${deep}`, { depth: 3 }), [
    '<m/>',
    `excess <m id='1' to='é'/>`,
    `<m id='2'>y</m>`,
    `excess <m id='1' to='é'/>`,
    'end',
  ]);
  assert.equal(leavingOut('<m><a><b><c/></b></a></m><m/>', { depth: 3 }), ['excess <m/>', '<m/>', 'end']);
  const wide = `<m id='1'>t<a b='' c='' d=''>u</a><a b=''/></m>`;
  assert.equal(leavingOut(`${wide}<m/>`, { attributes: 2 }), [`excess <m id='1'/>`, '<m/>', 'end']);
  const long = `<m><${'n'.repeat(20)}/></m>`;
  assert.equal(leavingOut(`${long}<m/>`, { nameLength: 19 }), ['excess <m/>', '<m/>', 'end']);
});

test('limits :: all of an element is left out when its own tag breaks one', () => {
  const own = `<m a='' b='' c=''><m><m/></m>t</m>`;
  assert.equal(leavingOut(`<m/>${own}<m/><m a='' b='' c=''/><m/>`, { attributes: 2 }), ['<m/>', '<m/>', '<m/>', 'end']);
});

test('limits :: what is left out has an end, and takes no room', () => {
  assert.equal(leavingOut('<m><a><b>', { depth: 2 }, ''), ['excess <m/>', 'not-well-formed']);
  assert.equal(leavingOut('<m><a><b><!-- --></b></a></m>', { depth: 2 }), ['excess <m/>', 'restricted-xml']);
  assert.equal(leavingOut('<m><a><b><?x?></b></a></m>', { depth: 2 }), ['excess <m/>', 'restricted-xml']);
  const text = `<m><a><b>${'x'.repeat(90)}<c/>${'x'.repeat(90)}</b></a></m><m/>`;
  assert.equal(leavingOut(text, { depth: 2, bytes: 100 }), ['excess <m/>', '<m/>', 'end']);
  assert.equal(leavingOut(`<m>${'x'.repeat(110)}</m>`, { bytes: 100 }), ['policy-violation']);
});

test('limits :: each stanza starts anew', () => {
  const log = inStream(`<a>${'x'.repeat(80)}</a>`.repeat(5), { limits: { bytes: 120 } });
  assert.is(log.length, 6);
});

test('limits :: must be positive integers', () => {
  assert.throws(() => new StreamParser({ limits: { depth: 0 } }), /limits\.depth must be a positive integer, got 0/);
  assert.throws(() => new StreamParser({ limits: { depth: 1e9 } }), /limits\.depth must be at most 1000/);
  const deep = '<a>'.repeat(1000) + '</a>'.repeat(1000);
  assert.equal(events(['<s>', deep, '</s>'], { limits: { depth: 1000 } }).slice(-1), ['end']);
});

test('errors :: the parser is stopped for good, and reports once', () => {
  const log: string[] = [];
  const parser = new StreamParser({ onElement: (e) => log.push(String(e)), onError: (e) => log.push(e.condition) });
  parser.write('<s><a><!-- --></a>');
  parser.write('<b/>');
  parser.end();
  assert.equal(log, ['restricted-xml']);
});

test('parse :: one element, or a StreamError', () => {
  assert.is(parse('<a>1</a>').text(), '1');
  assert.throws(
    () => parse('<a/><b/>'),
    (e: unknown) => e instanceof StreamError && e.condition === 'not-well-formed',
  );
  assert.throws(() => parse(''), /no element/);
  assert.throws(() => parse('</stream><stream><a/>'), /not-well-formed/);
});

test.run();
