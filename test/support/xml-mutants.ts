/** Streams that are nearly right: made from good ones by changing them here and there, from a seed. */

import { randomBits } from './random.ts';

const SEEDS = [
  `<message to='a@b' type="chat" id='1'><body>hi &amp; &lt;you&gt; &#233;&#x1F44B;</body><active xmlns='u:s'/></message>`,
  `<presence from='é@b/ř'><show>away</show><c xmlns='caps' hash='sha-1' ver='x+/='/></presence>\n`,
  `<iq type='result' id='x'><p:query xmlns:p='u:p' p:a='1' a="2"><p:item>t<![CDATA[<&>]]>u</p:item></p:query></iq>`,
  `<a xml:lang='en' xmlns='v'><b xmlns=''><c/></b ><b\n x = '1'\t/>text\r\nmore\r]]&gt;</a>`,
  `<x y='a\tb\nc&#10;&apos;&quot;' z="'>'"/> <x/><名 été='日本'>👋</名>`,
  `<s:features><s:x s:y='1'/><xmlns/><x xmlns:s='again'><s:x/></x></s:features>`,
];
const OPENINGS = [
  `<?xml version='1.0'?><s:stream xmlns='c' xmlns:s='urn:s' to='b'>`,
  `<s:stream xmlns:s='urn:s'>`,
  `<?xml version="1.0" encoding="UTF-8" ?>\n<s:stream xmlns="c" xmlns:s="urn:s" >`,
];
const PIECES = [
  ...['<', '>', '/', '&', ';', "'", '"', '=', ' ', '\n', '\r', '\t', ':', '-', '.', '0', 'a', 'é', '👋', ']', ']]>'],
  ...[
    '<a>',
    '</a>',
    '<a/>',
    '</',
    '/>',
    '<!--',
    '-->',
    '<?x?>',
    '<![CDATA[',
    '<!DOCTYPE a>',
    '&amp;',
    '&#65;',
    '&#x0;',
  ],
  ...['&#xD800;', '&foo;', '&#x10FFFF;', '&#1114112;', '&lt', 'xmlns', "xmlns=''", " xmlns:p='q'", " xmlns:xml='q'"],
  ...[
    " xml:lang='x'",
    " x='1'",
    " x='1' x='2'",
    'p:',
    'xml:',
    '\u0000',
    '\u0001',
    '\u000b',
    '\ufffe',
    '\uffff',
    '\ufeff',
  ],
  ...[
    '\u0085',
    '\u2028',
    '\u00b7',
    '\u0300',
    '\u037e',
    '＜',
    '&#32;',
    '<p:a>',
    '</p:a>',
    '</s:stream>',
    '<?xml version="1.0"?>',
  ],
];

/** A number from 0 to below it. */
export type Below = (limit: number) => number;

export function numbers(seed: number): Below {
  const next = randomBits(seed);
  return (limit) => next() % limit;
}

/** One stream, with up to four changes; some have none. */
export function mutant(below: (n: number) => number): string {
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  let xml = pick(OPENINGS);
  for (let n = 1 + below(3); n > 0; n--) xml += pick(SEEDS);
  xml += '</s:stream>';
  for (let n = below(5); n > 0; n--) {
    const at = below(xml.length + 1);
    const length = below(3) === 0 ? 0 : 1 + below(6);
    switch (below(4)) {
      case 0:
        xml = xml.slice(0, at) + xml.slice(at + length);
        break;
      case 1:
        xml = xml.slice(0, at) + pick(PIECES) + xml.slice(at);
        break;
      case 2:
        xml = xml.slice(0, at) + pick(PIECES) + xml.slice(at + length);
        break;
      default: {
        const from = below(xml.length);
        xml = xml.slice(0, at) + xml.slice(from, from + 1 + below(20)) + xml.slice(at);
      }
    }
  }
  // A change may have cut a character in two.
  return xml.toWellFormed();
}
