/**
 * Reading costs the same for each byte, whatever it is and however it is cut. Time is not measured here (bench/linear.mjs
 * does that), but work is counted: bytes that are looked at, that are copied, and that are made into strings. For four times the input that is about four times as much; sixteen times as much would be quadratic.
 */

import * as assert from 'uvu/assert';
import { StreamParser } from '../../../src/stanza/index.ts';
import { END, MORE, POS } from '../../../src/stanza/xml/layout.ts';
import { MarkupEnd } from '../../../src/stanza/xml/markup-end.ts';
import { createScanner, preferScanner, type Scanner } from '../../../src/stanza/xml/scanner.ts';
import { suite } from '../../support/test.ts';

const test = suite('linear');

const NONE = 2 ** 31 - 1;
const LIMITS = { bytes: NONE, depth: 1000, attributes: NONE, nameLength: NONE };
const SIZE = 8192;

const times = (count: number, make: (i: number) => string) => Array.from({ length: count }, (_, i) => make(i)).join('');
const fill = (piece: string, size: number) => piece.repeat(Math.ceil(size / piece.length));
const nested = (n: number) => times(50, (i) => `<a${n}-${i}>`) + times(50, (i) => `</a${n}-${49 - i}>`);

const INPUTS: Record<string, (size: number) => string> = {
  'one long text': (size) => `<a>${fill('text ', size)}</a>`,
  references: (size) => `<a>${fill('&amp;', size)}</a>`,
  'references to characters': (size) => `<a>${fill('&#x1F44B;', size)}</a>`,
  'line ends and brackets': (size) => `<a>${fill('\r\n]', size)}</a>`,
  'one CDATA section': (size) => `<a><![CDATA[${fill(']]', size)}]]></a>`,
  'many CDATA sections': (size) => `<a>${fill('x<![CDATA[y]]>', size)}</a>`,
  'one long name': (size) => `<${fill('n', size / 2)}></${fill('n', size / 2)}>`,
  'one long attribute': (size) => `<a b='${fill('x', size)}'/>`,
  'references in an attribute': (size) => `<a b='${fill('&lt;', size)}'/>`,
  'white space in a tag': (size) => `<a${fill(' ', size)}/>`,
  'many attributes': (size) => `<a${times(size / 10, (i) => ` a${i}='${i}'`)}/>`,
  'many declarations': (size) => `<a${times(size / 18, (i) => ` xmlns:p${i}='u${i}'`)}/>`,
  'deep elements': (size) => `<a>${fill('<a>'.repeat(200) + '</a>'.repeat(200), size)}</a>`,
  'deep elements, all different': (size) => `<a>${times(size / 700, nested)}</a>`,
  'small elements': (size) => `<a>${fill('x<b/>', size)}</a>`,
  'small elements, all different': (size) => `<a>${times(size / 9, (i) => `<b${i}/>`)}</a>`,
  'stanzas, all different': (size) => times(size / 9, (i) => `<b${i}/>`),
  'white space between stanzas': (size) => fill(' \n', size),
  'a tag that does not end': (size) => `<a b='${fill('x>', size)}`,
  'attributes that do not end': (size) => `<a ${times(size / 10, (i) => ` a${i}='${i}'`)}`,
  'a text that does not end': (size) => `<a>${fill('x', size)}`,
  'a CDATA section that does not end': (size) => `<a><![CDATA[${fill(']', size)}`,
};

/** Counts until it is told to stop. */
function counting(): () => number {
  let work = 0;
  const undo: (() => void)[] = [];
  const wrap = (object: object, name: string, cost: (self: never, args: never[]) => number) => {
    const methods = object as Record<string, (...args: never[]) => unknown>;
    const original = methods[name] as (...args: never[]) => unknown;
    methods[name] = function (this: never, ...args: never[]) {
      work += cost(this, args);
      return original.apply(this, args);
    };
    undo.push(() => {
      methods[name] = original;
    });
  };
  const slice = (_: never, [from, to]: number[]) => (to ?? 0) - (from ?? 0);
  for (const name of ['latin1Slice', 'utf8Slice']) wrap(Buffer.prototype, name, slice);
  const bytes = Object.getPrototypeOf(Uint8Array.prototype) as object;
  wrap(bytes, 'set', (_, [list]: { length: number }[]) => list?.length ?? 0);
  wrap(bytes, 'copyWithin', (_, [, from, to]: number[]) => (to ?? 0) - (from ?? 0));
  const scanner = Object.getPrototypeOf(createScanner(65_536)) as { scan(this: Scanner): number };
  const { scan } = scanner;
  scanner.scan = function () {
    const from = this.words[POS >> 2] as number;
    const result = scan.call(this);
    // Where there is no more, it has looked at all there is.
    work += (this.words[(result === MORE ? END : POS) >> 2] as number) - from;
    return result;
  };
  undo.push(() => {
    scanner.scan = scan;
  });
  const { find } = MarkupEnd.prototype;
  MarkupEnd.prototype.find = function (all, ...rest) {
    const get = (target: Uint8Array, key: string | symbol): unknown => {
      work++;
      return Reflect.get(target, key);
    };
    return find.call(this, new Proxy(all, { get }), ...rest);
  };
  undo.push(() => {
    MarkupEnd.prototype.find = find;
  });
  return () => {
    for (const each of undo) each();
    return work;
  };
}

function workOf(input: string, chunkSize: number): number {
  const bytes = Buffer.from(input);
  const stop = counting();
  let seen = 0;
  const parser = new StreamParser({
    limits: LIMITS,
    onElement(element) {
      seen += element.children.length;
    },
  });
  parser.write(Buffer.from(`<s:s xmlns:s='s'>`));
  for (let at = 0; at < bytes.length; at += chunkSize) parser.write(bytes.subarray(at, at + chunkSize));
  const work = stop();
  assert.ok(seen >= 0);
  return work;
}

test('all kinds of input :: four times as much is about four times the work', () => {
  preferScanner('js');
  for (const [name, make] of Object.entries(INPUTS)) {
    for (const chunkSize of [NONE, 1, 1000]) {
      const one = workOf(make(SIZE), chunkSize);
      const four = workOf(make(4 * SIZE), chunkSize);
      assert.ok(one > 0, name);
      assert.ok(
        four < 6 * Math.max(one, SIZE),
        `${name} in chunks of ${chunkSize}: ${one} for ${SIZE} bytes, ${four} for four times`,
      );
    }
  }
  preferScanner('wasm');
});

test.run();
