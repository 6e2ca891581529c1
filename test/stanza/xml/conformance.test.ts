/**
 * The productions and constraints of XML 1.0 (fifth edition) and "Namespaces in XML 1.0" (third edition), one after the
 * other, as far as RFC 6120 §11 leaves them to XMPP. Each case is read by both scanners, however it is cut, and by saxes.
 */

import * as assert from 'uvu/assert';
import { preferScanner } from '../../../src/stanza/xml/scanner.ts';
import { everySplit } from '../../support/every-split.ts';
import { suite } from '../../support/test.ts';
import { type Found, ours, theirs } from '../../support/xml-events.ts';

const test = suite('conformance');

const SCANNERS = ['wasm', 'js'] as const;

/** A stream with this in it. */
const around = (xml: string) => `<s:s xmlns:s='urn:s' xmlns='urn:d'>${xml}</s:s>`;

/** What both scanners find, however the input is cut. */
function found(input: string): Found {
  const [first, ...others] = SCANNERS.map((kind) => {
    preferScanner(kind);
    return everySplit(input, ours);
  });
  for (const other of others) assert.equal(other, first);
  preferScanner('wasm');
  return first as Found;
}

type Case = readonly [production: string, xml: string];

/** Well-formed in a stream: as saxes reads it. */
function reads(rows: readonly Case[], context = around): void {
  for (const [production, xml] of rows) {
    test(`${production} :: reads ${JSON.stringify(xml)}`, () => {
      const { elements, error } = found(context(xml));
      assert.is(error, undefined);
      assert.equal({ elements, error }, theirs(context(xml)));
    });
  }
}

/** Not well-formed: saxes finds an error too, unless the row says why it does not. */
function refuses(
  rows: readonly (readonly [production: string, xml: string, condition?: string, unlikeSaxes?: string])[],
  context = around,
): void {
  for (const [production, xml, condition = 'not-well-formed', unlikeSaxes] of rows) {
    test(`${production} :: refuses ${JSON.stringify(xml)}`, () => {
      assert.is(found(context(xml)).error, condition);
      assert.is(theirs(context(xml)).error === undefined, unlikeSaxes !== undefined);
    });
  }
}

// XML 1.0.

reads([
  ['[3] S', '<a\t \r\n b\n=\t\'1\' \r c = "2"\n></a \t\r\n>'],
  ['[3] S', '<a />'],
  ['[5] Name', '<_/><A-b.c_9·é/><日本語/><a xml:lang=""/>'],
  ['[10] AttValue', `<a b='"' c="'" d='' e='>' f=']]>' g='/>'/>`],
  ['[14] CharData', '<a>]]]] ]] > ] ]> "\'</a>'],
  ['[14] CharData', '<a>]<b/>]<b/>></a>'],
  ['[14] CharData', '<a>]]&gt;</a>'],
  ['[18] CDSect', '<a><![CDATA[]]></a>'],
  ['[18] CDSect', '<a>1<![CDATA[<b/>&amp;&#1;<!--x--><?y?>]]>2<![CDATA[]]]]>3<![CDATA[>]]></a>'],
  ['[20] CData', '<a><![CDATA[]]]]]]]]></a>'],
  ['[20] CData', '<a><![CDATA[ ]] > ]> <![CDATA[ ]]></a>'],
  ['[39] element', '<a></a><b/><c><d/></c>'],
  ['[43] content', '<a>1<b/>2&lt;3<![CDATA[4]]>5<c>6</c></a>'],
  ['[44] EmptyElemTag', "<a b='1'/>"],
  [
    '[66] CharRef',
    '<a b="&#65;&#x41;&#x00041;&#0065;&#xa;&#13;">&#9;&#xD7FF;&#xE000;&#xFFFD;&#x10000;&#x10ffff;&#x10FFFF;</a>',
  ],
  ['[66] CharRef', '<a>&#38;&#60;&#38;amp;</a>'],
  ['[68] EntityRef', '<a b="&lt;&gt;&amp;&apos;&quot;">&lt;&gt;&amp;&apos;&quot;&amp;lt;</a>'],
  ['§2.10 white space', '<a xml:space="preserve"> \t\n </a>'],
  ['§2.11 end-of-line', '<a>\r\n|\r|\n|\n\r|\r\r\n|&#13;\n|\r&#10;</a>'],
  ['§2.11 end-of-line', '<a><![CDATA[\r\n|\r|\n\r|\r]]>\n</a>'],
  ['§2.11 end-of-line', '<a>\r</a>\r\n<b/>\r'],
  ['§2.11 end-of-line', '<a>\u0085\u2028</a>'],
  ['§3.3.3 normalization', '<a b="\r\n|\r|\n|\t| |&#13;&#10;&#9;&#32;|  "/>'],
]);

refuses([
  ['[3] S', '<a\u00a0b="1"/>'],
  ['[3] S', '<a\u000cb="1"/>'],
  ['[3] S', '<a\u0085b="1"/>'],
  ['[5] Name', '<-a/>'],
  ['[5] Name', '<.a/>'],
  ['[5] Name', '<9a/>'],
  ['[5] Name', '<·a/>'],
  ['[5] Name', '<a&b/>'],
  ['[5] Name', '<a -b="1"/>'],
  ['[5] Name', '<a 9b="1"/>'],
  ['[5] Name', '<a"b/>'],
  ['[5] Name', '<></>'],
  ['[10] AttValue', '<a b="<"/>'],
  ['[10] AttValue', "<a b='1/>"],
  ['[10] AttValue', '<a b="1\'/>'],
  ['[10] AttValue', '<a b="&"/>'],
  ['[10] AttValue', '<a b="& "/>'],
  ['[10] AttValue', '<a b="&lt"/>'],
  ['[10] AttValue', '<a b="&#38"/>'],
  ['[10] AttValue', '<a b=“1”/>'],
  ['[14] CharData', '<a>]]></a>'],
  ['[14] CharData', '<a>x]]]></a>'],
  ['[14] CharData', '<a>&</a>'],
  ['[14] CharData', '<a>a & b</a>'],
  ['[14] CharData', '<a> < </a>'],
  ['[15] Comment', '<a><!-- b --></a>', 'restricted-xml'],
  ['[15] Comment', '<a><!-- b -- c --></a>', 'restricted-xml'],
  ['[15] Comment', '<!---->', 'restricted-xml'],
  ['[16] PI', '<a><?b c?></a>', 'restricted-xml'],
  ['[16] PI', '<?b?>', 'restricted-xml'],
  ['[17] PITarget', '<?xml version="1.0"?><a/>'],
  ['[17] PITarget', '<a><?xml version="1.0"?></a>'],
  ['[18] CDSect', '<a><![CDATA[b</a>'],
  ['[18] CDSect', '<a><![CDATA[b]]</a>'],
  ['[18] CDSect', '<a><![CDATA [b]]></a>', 'restricted-xml'],
  ['[18] CDSect', '<a><![cdata[b]]></a>', 'restricted-xml'],
  ['[18] CDSect', '<a><! [CDATA[b]]></a>', 'restricted-xml'],
  ['[18] CDSect', '<![CDATA[b]]>', 'bad-format'],
  ['[28] doctypedecl', '<!DOCTYPE a>', 'restricted-xml'],
  ['[28] doctypedecl', '<a><!DOCTYPE a></a>', 'restricted-xml'],
  ['[39] element', '<a>'],
  ['[39] element', '<a><b></a></b>'],
  ['[39] element', '<a/></a>'],
  ['[39] WFC element type match', '<a></A>'],
  ['[39] WFC element type match', '<a></ab>'],
  ['[39] WFC element type match', '<ab></a>'],
  ['[39] WFC element type match', '<é></è>'],
  ['[40] STag', '< a></a>'],
  ['[40] STag', '<a b="1"c="2"/>'],
  ['[40] STag', "<a b='1'c='2'></a>"],
  ['[40] STag', '<a "b"/>'],
  ['[40] STag', '<a b/>'],
  ['[40] STag', '<a b=/>'],
  ['[40] STag', '<a b=1/>'],
  ['[40] STag', '<a b="1"<c/>'],
  ['[40] STag', '<a <b/>'],
  ['[40] WFC unique attributes', '<a b="1" b="1"/>'],
  ['[40] WFC unique attributes', '<a b="1" c="2" d="3" b=""/>'],
  ['[42] ETag', '<a></ a>'],
  ['[42] ETag', '<a></a b="1">'],
  ['[42] ETag', '<a></a/>'],
  ['[42] ETag', '<a></>'],
  ['[42] ETag', '<a></a<b/>'],
  ['[44] EmptyElemTag', '<a/ >'],
  ['[44] EmptyElemTag', '<a//>'],
  ['[44] EmptyElemTag', '<a/b="1">'],
  ['[66] CharRef', '<a>&#;</a>'],
  ['[66] CharRef', '<a>&#x;</a>'],
  ['[66] CharRef', '<a>&#X41;</a>'],
  ['[66] CharRef', '<a>&#xG;</a>'],
  ['[66] CharRef', '<a>&#1a;</a>'],
  ['[66] CharRef', '<a>&#-1;</a>'],
  ['[66] CharRef', '<a>&# 65;</a>'],
  ['[66] CharRef', '<a>&#65 ;</a>'],
  ['[66] WFC legal character', '<a>&#0;</a>'],
  ['[66] WFC legal character', '<a b="&#x1F;"/>'],
  ['[66] WFC legal character', '<a>&#xD800;</a>'],
  ['[66] WFC legal character', '<a>&#xD83D;&#xDE00;</a>'],
  ['[66] WFC legal character', '<a>&#xFFFE;</a>'],
  ['[66] WFC legal character', '<a>&#x110000;</a>'],
  ['[66] WFC legal character', '<a>&#4294967361;</a>'],
  ['[66] WFC legal character', '<a>&#99999999999999999999999999;</a>'],
  ['[68] EntityRef', '<a>& lt;</a>'],
  ['[68] EntityRef', '<a>&lt ;</a>'],
  ['[68] EntityRef', '<a>&;</a>'],
  ['[68] EntityRef', '<a>&1;</a>'],
  ['[68] WFC entity declared', '<a>&LT;</a>', 'restricted-xml'],
  ['[68] WFC entity declared', '<a>&nbsp;</a>', 'restricted-xml'],
  ['[68] WFC entity declared', '<a b="&b;"/>', 'restricted-xml'],
]);

const whole = (xml: string) => xml;
const STREAM = '<s:s xmlns:s="urn:s"><a/></s:s>';
reads(
  [
    ['[22] prolog', STREAM],
    ['[22] prolog', `<?xml version="1.0"?>\n\t ${STREAM}`],
    ['[23] XMLDecl', `<?xml version='1.0' ?>${STREAM}`],
    ['[23] XMLDecl', `<?xml\n version = "1.0"\tencoding='UTF-8' standalone="yes" ?>${STREAM}`],
    ['[23] XMLDecl', `<?xml version="1.0" encoding="utf-8"?>${STREAM}`],
    ['[23] XMLDecl', `<?xml version="1.0" standalone='no'?>${STREAM}`],
    ['[1] document', `${STREAM} \n\r\t`],
  ],
  whole,
);
refuses(
  [
    ['[1] document', ''],
    ['[1] document', ' \n'],
    ['[1] document', 'text'],
    ['[1] document', `x${STREAM}`],
    ['[1] document', `${STREAM}x`],
    ['[1] document', `${STREAM}<a/>`],
    ['[1] document', `${STREAM}&#32;`],
    ['[22] prolog', ` <?xml version="1.0"?>${STREAM}`],
    ['[22] prolog', `<?xml version="1.0"?><?xml version="1.0"?>${STREAM}`],
    ['[23] XMLDecl', `<?xml?>${STREAM}`],
    ['[23] XMLDecl', `<?xml version="1.0">${STREAM}`],
    ['[23] XMLDecl', `<?xml version=1.0?>${STREAM}`],
    ['[23] XMLDecl', `<?xml version="1.0'?>${STREAM}`],
    ['[23] XMLDecl', `<?xml encoding="UTF-8"?>${STREAM}`],
    ['[23] XMLDecl', `<?xml encoding="UTF-8" version="1.0"?>${STREAM}`],
    ['[23] XMLDecl', `<?xml version="1.0"encoding="UTF-8"?>${STREAM}`],
    ['[23] XMLDecl', `<?xml version="1.0" standalone="yes" encoding="UTF-8"?>${STREAM}`],
    ['[23] XMLDecl', `<?xml version="1.0" standalone="maybe"?>${STREAM}`],
    ['[23] XMLDecl', `<?xml version="1.0" other="1"?>${STREAM}`],
    ['[23] XMLDecl', `<?XML version="1.0"?>${STREAM}`],
    ['[26] VersionNum', `<?xml version="1.1"?>${STREAM}`, 'not-well-formed', 'RFC 6120 §11.4: XML 1.0'],
    ['[28] doctypedecl', `<!DOCTYPE s>${STREAM}`, 'restricted-xml'],
    ['[80] EncodingDecl', `<?xml version="1.0" encoding="UTF 8"?>${STREAM}`],
    [
      '[80] EncodingDecl',
      `<?xml version="1.0" encoding="iso-8859-1"?>${STREAM}`,
      'unsupported-encoding',
      '§11.6: UTF-8',
    ],
    ['[80] EncodingDecl', `<?xml version="1.0" encoding="UTF-16"?>${STREAM}`, 'unsupported-encoding', '§11.6: UTF-8'],
  ],
  whole,
);

// "Namespaces in XML".

reads([
  ['[1] NSAttName', "<a xmlns='u'/><a xmlns=''/><p:a xmlns:p='u'/>"],
  ['[2] PrefixedAttName', "<a xmlns:p='u' xmlns:q='u' p:b='1' b='2'/>"],
  ['[4] NCName', "<é:名 xmlns:é='u' é:b='1'/>"],
  ['§2.3 comparison', "<a xmlns:p='U' xmlns:q='u' p:b='1' q:b='2'/>"],
  ['§2.3 comparison', "<a xmlns:p='u%41' xmlns:q='uA' p:b='1' q:b='2'/>"],
  ['§3 reserved', "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='en'/>"],
  ['§3 reserved', "<xmla xmlfoo='1' xmlns:xmlfoo='u' xmlfoo:b='2'/>"],
  ['§5 declared in the same tag', "<p:a p:b='1' xmlns:p='u'/>"],
  ['§6.1 scope', "<p:a xmlns:p='u'><p:b xmlns:p='v'><p:c/></p:b><p:d/></p:a><e/>"],
  ['§6.1 scope', "<p:a xmlns:p='u'/><p:a xmlns:p='v'></p:a><p:a xmlns:p='u'><p:b/></p:a>"],
  ['§6.2 default', "<a xmlns='u'><b/><c xmlns=''><d/></c><e xmlns='v'/><b/></a><b/>"],
  ['§6.2 default', "<a xmlns='u' b='1'/>"],
  ['§6.3 unique', "<a xmlns='u' xmlns:p='u' b='1' p:b='2'/>"],
  ['§3 values', "<a xmlns='a&amp;b' xmlns:p='&#97;'><p:b/></a>"],
]);

refuses([
  ['[4] NCName', '<:a/>'],
  ['[4] NCName', '<a:/>'],
  ['[4] NCName', "<s:a:b xmlns:a='u'/>"],
  ['[4] NCName', "<a :b='1'/>"],
  ['[4] NCName', "<a s:='1'/>"],
  ['[4] NCName', "<a s:b:c='1'/>"],
  ['[4] NCName', '<s:1/>', 'not-well-formed', 'it looks at the name as a whole'],
  ['[4] NCName', "<a s:-b='1'/>", 'not-well-formed', 'it looks at the name as a whole'],
  ['[2] PrefixedAttName', "<a xmlns:='u'/>"],
  ['[2] PrefixedAttName', "<a xmlns:b:c='u'/>"],
  ['§3 reserved', "<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>"],
  ['§3 reserved', "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>"],
  ['§3 reserved', "<a xmlns='http://www.w3.org/2000/xmlns/'/>"],
  ['§3 reserved', "<a xmlns:xml='u'/>"],
  ['§3 reserved', "<a xmlns:xml=''/>"],
  ['§3 reserved', "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>"],
  ['§3 reserved', "<a xmlns='http://www.w3.org/XML/1998/namespace'/>"],
  ['§3 reserved', '<xmlns:a/>'],
  ['§5 prefix declared', '<p:a/>'],
  ['§5 prefix declared', "<a p:b='1'/>"],
  ['§5 prefix declared', "<a xmlns:p='u'/><p:b/>"],
  ['§5 prefix declared', "<a><b xmlns:p='u'/><p:c/></a>"],
  ['§5 no prefix undeclaring', "<a xmlns:p='u'><b xmlns:p=''/></a>"],
  ['§6.3 unique', "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>"],
  ['§6.3 unique', "<a xmlns:p='u'><b xmlns:q='&#117;' p:b='1' q:b='2'/></a>"],
  ['§6.3 unique', "<a xmlns='u' xmlns='u'/>"],
  ['§6.3 unique', "<a xmlns:p='u' xmlns:p='v'/>"],
  ['§7 end tags', "<p:a xmlns:p='u' xmlns:q='u'></q:a>"],
]);

// Classes of characters: at both ends of each range, and one beyond.

type Range = readonly [from: number, to: number];
const CHAR: readonly Range[] = [
  [0x9, 0xa],
  [0xd, 0xd],
  [0x20, 0xd7ff],
  [0xe000, 0xfffd],
  [0x10000, 0x10ffff],
];
const NAME_START: readonly Range[] = [
  ...([
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
    [0xc0, 0xd6],
    [0xd8, 0xf6],
    [0xf8, 0x2ff],
    [0x370, 0x37d],
  ] as const),
  ...([
    [0x37f, 0x1fff],
    [0x200c, 0x200d],
    [0x2070, 0x218f],
    [0x2c00, 0x2fef],
    [0x3001, 0xd7ff],
  ] as const),
  ...([
    [0xf900, 0xfdcf],
    [0xfdf0, 0xfffd],
    [0x10000, 0xeffff],
  ] as const),
];
const NAME: readonly Range[] = [
  ...NAME_START,
  ...([
    [0x2d, 0x2e],
    [0x30, 0x39],
    [0xb7, 0xb7],
    [0x300, 0x36f],
    [0x203f, 0x2040],
  ] as const),
];

const isIn = (ranges: readonly Range[], code: number) => ranges.some(([from, to]) => code >= from && code <= to);
const edges = [...CHAR, ...NAME]
  .flatMap(([from, to]) => [from - 1, from, to, to + 1])
  .concat(0, 0x1f, 0x7f, 0x80, 0x9f, 0xfffe, 0xffff, 0x1fffe, 0x10fffe)
  .filter((code) => code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
const CODES = [...new Set(edges)].sort((a, b) => a - b);

/** Whole and byte by byte is enough for what is not about where characters are cut. */
function isRefused(input: string): boolean {
  const bytes = Buffer.from(input);
  const results = SCANNERS.flatMap((kind) => {
    preferScanner(kind);
    return [ours([bytes]), ours(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))];
  });
  preferScanner('wasm');
  for (const result of results) assert.equal(result, results[0], JSON.stringify(input));
  const error = results[0]?.error;
  assert.ok(error === undefined || error === 'not-well-formed', `${JSON.stringify(input)}: ${error}`);
  return error !== undefined;
}

const hex = (code: number) => code.toString(16);

test('[2] Char :: in text, attributes, CDATA and references', () => {
  for (const code of CODES) {
    const character = String.fromCodePoint(code);
    const allowed = isIn(CHAR, code);
    if (!'<&'.includes(character)) {
      assert.is(isRefused(around(`<a>${character}</a>`)), !allowed, `text U+${hex(code)}`);
      if (character !== "'")
        assert.is(isRefused(around(`<a b='${character}'/>`)), !allowed, `attribute U+${hex(code)}`);
    }
    assert.is(isRefused(around(`<a><![CDATA[${character}]]></a>`)), !allowed, `CDATA U+${hex(code)}`);
    assert.is(isRefused(around(`<a b='&#${code};'>&#x${hex(code)};</a>`)), !allowed, `reference U+${hex(code)}`);
  }
  for (const code of [0xd800, 0xdbff, 0xdc00, 0xdfff, 0x110000]) {
    assert.ok(isRefused(around(`<a>&#${code};</a>`)));
    assert.ok(isRefused(around(`<a b='&#x${hex(code)};'/>`)));
  }
});

test('[4] NameStartChar, [4a] NameChar :: in names of elements, attributes and prefixes', () => {
  for (const code of CODES.filter((each) => !':<>/=&\'" \t\r\n'.includes(String.fromCodePoint(each)))) {
    const character = String.fromCodePoint(code);
    const first = isIn(NAME_START, code);
    const later = isIn(NAME, code);
    assert.is(isRefused(around(`<${character}/>`)), !first, `first U+${hex(code)}`);
    assert.is(isRefused(around(`<a ${character}b='1'/>`)), !first, `first of an attribute U+${hex(code)}`);
    assert.is(isRefused(around(`<s:${character}/>`)), !first, `first after a prefix U+${hex(code)}`);
    assert.is(isRefused(around(`<a${character}/>`)), !later, `in a name U+${hex(code)}`);
    assert.is(isRefused(around(`<a b${character}='1'/>`)), !later, `in an attribute U+${hex(code)}`);
    assert.is(isRefused(around(`<p${character}:a xmlns:p${character}='u'/>`)), !later, `in a prefix U+${hex(code)}`);
    assert.is(isRefused(around(`<a${character}></a${character}>`)), !later, `in both tags U+${hex(code)}`);
  }
});

test('UTF-8 :: RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF, nothing cut short', () => {
  const head = Buffer.from("<s:s xmlns:s='u'><a b='");
  const tail = Buffer.from("'>x</a></s:s>");
  const read = (bytes: readonly number[]) =>
    SCANNERS.map((kind) => {
      preferScanner(kind);
      return everySplit(Buffer.concat([head, Uint8Array.from(bytes), tail]), (chunks) => ours(chunks).error);
    });
  const good = [[0x7f], [0xc2, 0x80], [0xdf, 0xbf], [0xe0, 0xa0, 0x80], [0xed, 0x9f, 0xbf], [0xee, 0x80, 0x80]];
  for (const bytes of [...good, [0xef, 0xbf, 0xbd], [0xf0, 0x90, 0x80, 0x80], [0xf4, 0x8f, 0xbf, 0xbf]]) {
    assert.equal(read(bytes), [undefined, undefined], String(bytes));
  }
  const bad = [
    [0x80],
    [0xbf],
    [0xc0, 0x80],
    [0xc1, 0xbf],
    [0xc2],
    [0xc2, 0x41],
    [0xe0, 0x80, 0x80],
    [0xe0, 0x9f, 0xbf],
  ];
  bad.push([0xe2, 0x82], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf]);
  bad.push([0xf0, 0x9f, 0x98], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xfe], [0xff], [0xc3, 0xa9, 0xa9]);
  for (const bytes of bad) assert.equal(read(bytes), ['unsupported-encoding', 'unsupported-encoding'], String(bytes));
  preferScanner('wasm');
});

test.run();
