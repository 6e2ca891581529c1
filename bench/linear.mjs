/**
 * Whether reading takes time in proportion to the input, whatever it is: inputs of one size and of four times that size.
 * The limits are far off, so that nothing ends early. What is linear has a factor near 4; what is quadratic has 16.
 */

import { StreamParser } from '../dist/stanza/index.js';

const SIZE = 1_048_576;
const NONE = 2 ** 31 - 1;
/** Deeper than any stanza, and not too deep to be looked at by recursion. */
const DEEP = 400;
const LIMITS = { bytes: NONE, depth: 1000, attributes: NONE, nameLength: NONE };

const times = (count, make) => Array.from({ length: count }, (_, i) => make(i)).join('');
const fill = (piece, size) => piece.repeat(Math.ceil(size / piece.length));

/** By name: an element of about this many bytes. */
const ELEMENTS = {
  'one long text': (size) => `<a>${fill('text ', size)}</a>`,
  'one long text, not ASCII': (size) => `<a>${fill('ü', size / 2)}</a>`,
  references: (size) => `<a>${fill('&amp;', size)}</a>`,
  'references to characters': (size) => `<a>${fill('&#x1F44B;', size)}</a>`,
  'line ends': (size) => `<a>${fill('\r\n', size)}</a>`,
  'closing brackets': (size) => `<a>${fill(']', size)}</a>`,
  'one CDATA section': (size) => `<a><![CDATA[${fill(']]', size)}]]></a>`,
  'many CDATA sections': (size) => `<a>${fill('<![CDATA[x]]>', size)}</a>`,
  'text and CDATA by turns': (size) => `<a>${fill('x<![CDATA[y]]>', size)}</a>`,
  'one long name': (size) => `<${fill('n', size / 2)}></${fill('n', size / 2)}>`,
  'one long attribute': (size) => `<a b='${fill('x', size)}'/>`,
  'references in an attribute': (size) => `<a b='${fill('&lt;', size)}'/>`,
  'white space in a tag': (size) => `<a${fill(' ', size)}/>`,
  'many attributes': (size) => `<a${times(size / 10, (i) => ` a${i}='${i}'`)}/>`,
  'many attributes in namespaces': (size) =>
    `<a xmlns:p='u' xmlns:q='v'${times(size / 16, (i) => ` p:a${i}='' q:a${i}=''`)}/>`,
  'many declarations': (size) => `<a${times(size / 18, (i) => ` xmlns:p${i}='u${i}'`)}/>`,
  'nested declarations': (size) => {
    const nest = times(DEEP, (i) => `<p${i}:a xmlns:p${i}='u'>`) + times(DEEP, (i) => `</p${DEEP - 1 - i}:a>`);
    return `<a>${fill(nest, size)}</a>`;
  },
  'deep elements': (size) => `<a>${fill('<a>'.repeat(DEEP) + '</a>'.repeat(DEEP), size)}</a>`,
  'deep elements, all different': (size) => {
    const nest = (n) => times(DEEP, (i) => `<a${n}-${i}>`) + times(DEEP, (i) => `</a${n}-${DEEP - 1 - i}>`);
    return `<a>${times(size / nest(0).length, nest)}</a>`;
  },
  'small elements': (size) => `<a>${fill('<b/>', size)}</a>`,
  'small elements, all different': (size) => `<a>${times(size / 9, (i) => `<b${i}/>`)}</a>`,
  'small elements, all with other attributes': (size) => `<a>${times(size / 14, (i) => `<b c${i}=''/>`)}</a>`,
  'small elements, each in a namespace of its own': (size) => `<a>${times(size / 20, (i) => `<b xmlns='u${i}'/>`)}</a>`,
  'siblings and text': (size) => `<a>${fill('x<b/>', size)}</a>`,
};

/** By name: what comes after the beginning of a stream, which need not be whole. */
const STREAMS = {
  'stanzas, all different': (size) => times(size / 9, (i) => `<b${i}/>`),
  'white space between stanzas': (size) => fill(' \n', size),
  'a tag that does not end': (size) => `<a b='${fill('x>', size)}`,
  'a tag of attributes that does not end': (size) => `<a ${times(size / 10, (i) => ` a${i}='${i}'`)}`,
  'a text that does not end': (size) => `<a>${fill('x', size)}`,
  'a CDATA section that does not end': (size) => `<a><![CDATA[${fill(']', size)}`,
};

/**
 * @param onResult hears of each input as soon as it has been measured.
 * @returns by name: how many times as long four times the input takes, whole and in chunks of one byte.
 */
export function measureLinear(rounds, onResult) {
  const inputs = [
    ...Object.entries(ELEMENTS).map(([name, make]) => [name, make, true]),
    ...Object.entries(STREAMS).map(([name, make]) => [name, make, false]),
  ];
  const factors = {};
  for (const [name, make, isElement] of inputs) {
    const whole = factor(rounds, make, (bytes) => bytes.length, isElement);
    const byteByByte = factor(
      rounds,
      (size) => make(size / 4),
      () => 1,
      isElement,
    );
    factors[name] = { whole, 'byte by byte': byteByByte };
    onResult(name, factors[name]);
  }
  return factors;
}

function factor(rounds, make, chunkSize, isElement) {
  const [one, four] = [SIZE, 4 * SIZE].map((size) => {
    const bytes = Buffer.from(make(size));
    const chunks = [];
    const step = chunkSize(bytes);
    for (let at = 0; at < bytes.length; at += step) chunks.push(bytes.subarray(at, at + step));
    return { chunks, bytes: bytes.length };
  });
  read(one, isElement);
  // What disturbs only ever adds: the shortest times are the truest.
  let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let n = 0; n < rounds; n++) {
    for (let i = 0; i < 4; i++)
      small = Math.min(
        small,
        cpu(() => read(one, isElement)),
      );
    large = Math.min(
      large,
      cpu(() => read(four, isElement)),
    );
  }
  return (4 * (large / four.bytes)) / (small / one.bytes);
}

function read({ chunks }, isElement) {
  let seen = 0;
  const parser = new StreamParser({
    limits: LIMITS,
    onElement(element) {
      seen += touchFlat(element);
    },
    onError(error) {
      if (isElement) throw error;
    },
  });
  parser.write(`<s:s xmlns:s='s'>`);
  for (const chunk of chunks) parser.write(chunk);
  if (isElement && seen === 0) throw new Error('nothing was read');
}

/** Looks at everything, without recursion: elements may be very deep here. */
function touchFlat(element) {
  const open = [element];
  let sum = 0;
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (typeof each === 'string') sum += each.length;
    else {
      for (const name in each.attrs) sum += name.length + each.attrs[name].length;
      sum += each.name.length;
      for (const child of each.children) open.push(child);
    }
  }
  return sum;
}

function cpu(work) {
  globalThis.gc?.();
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
