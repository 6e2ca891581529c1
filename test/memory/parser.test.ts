/** What the parser keeps in memory, and what is kept by those who keep elements. Objects are counted, not bytes. */

import { queryObjects } from 'node:v8';
import * as assert from 'uvu/assert';
import { type Element, StreamParser } from '../../src/stanza/index.ts';
import { DEFAULT_LIMITS } from '../../src/stanza/xml/limits.ts';
import { Machine } from '../../src/stanza/xml/machine.ts';
import { preferScanner, type ScannerKind } from '../../src/stanza/xml/scanner.ts';
import { Shape, Shapes } from '../../src/stanza/xml/shapes.ts';
import { NO_BINDINGS } from '../../src/stanza/xml/start-tag.ts';
import { suite } from '../support/test.ts';

/** More shapes than one parser can know: 2,048 tags, with what may stand inside of each. */
const SHAPES = 6000;
/** As many machines as wait for streams to come. */
const IDLE = 4;

const HEADER = '<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">';

const count = (type: new (...args: never[]) => unknown) => queryObjects(type as never) as number;
const differentTags = (number: number, from = 0) =>
  Array.from({ length: number }, (_, i) => `<t${(from + i).toString(36)}/>`).join('');

/** A parser that keeps all elements called `kept`. */
function keeper(kept: Element[]): StreamParser {
  const parser = new StreamParser({
    limits: { bytes: 4 * 1024 * 1024 },
    onElement: (element) => {
      if (element.name === 'kept') kept.push(element);
    },
    onError: (error) => {
      throw error;
    },
  });
  parser.write(Buffer.from(HEADER));
  return parser;
}

for (const kind of ['wasm', 'js'] satisfies ScannerKind[]) {
  const test = suite(`parser, memory, ${kind}`);
  test.before(() => preferScanner(kind));
  test.after(() => preferScanner('wasm'));

  test('who keeps elements that nobody has looked into does not keep what the parser knew then', () => {
    const before = count(Shape);
    const kept: Element[] = [];
    const parser = keeper(kept);
    for (let i = 0; i < 20; i++) {
      parser.write(Buffer.from(`<kept><body>${i}</body></kept>`));
      parser.write(Buffer.from(`<a>${differentTags(3000, i * 3000)}</a>`));
    }
    assert.ok(count(Shape) - before < SHAPES, `${count(Shape) - before} shapes`);
    assert.equal(
      kept.map((element) => element.getChildText('body')),
      Array.from({ length: 20 }, (_, i) => `${i}`),
    );
    parser.write(Buffer.from('</stream:stream>'));
  });

  test('nor the memory of its parser', () => {
    const before = count(Machine);
    const kept: Element[] = [];
    const parsers = Array.from({ length: 20 }, () => keeper(kept));
    for (const [i, parser] of parsers.entries()) parser.write(Buffer.from(`<kept><body>${i}</body></kept>`));
    for (const parser of parsers.splice(0)) parser.write(Buffer.from('</stream:stream>'));
    assert.ok(count(Machine) - before <= IDLE, `${count(Machine) - before} machines`);
    assert.is(kept[7]?.getChildText('body'), '7');
  });

  test('a stanza in which all tags are different leaves no more than others', () => {
    const before = count(Shape);
    const kept: Element[] = [];
    const parser = keeper(kept);
    parser.write(Buffer.from(`<kept>${differentTags(50_000)}`));
    assert.ok(count(Shape) - before < SHAPES, `${count(Shape) - before} shapes`);
    parser.write(Buffer.from('</kept>'));
    assert.is(kept[0]?.children.length, 50_000);
    assert.is(kept[0]?.getChildElements().at(-1)?.name, `t${(49_999).toString(36)}`);
  });

  test('namespaces of elements may be long; in the names of attributes they count', () => {
    const errors: string[] = [];
    const elements: Element[] = [];
    const parser = new StreamParser({
      onElement: (element) => elements.push(element),
      onError: ({ condition }) => errors.push(condition),
    });
    const ns = 'n'.repeat(2000);
    parser.write(Buffer.from(`${HEADER}<a xmlns='${ns}' xmlns:p='${ns}' b='1'/>`));
    assert.equal([elements[0]?.ns, elements[0]?.attrs.b], [ns, '1']);
    assert.equal(errors, []);
    parser.write(Buffer.from(`<a xmlns:p='${ns}' p:b='1'/>`));
    assert.equal(errors, ['policy-violation']);
  });

  test.run();
}

const test = suite('shapes');

test('know tags of a mebibyte at most, whatever they are', () => {
  const memory = { bytes: Buffer.alloc(600_000), words: new Int32Array(150_000) };
  const shapes = new Shapes(memory as never, 0, { limits: DEFAULT_LIMITS, aliases: {} });
  const root = shapes.inside(NO_BINDINGS, '');
  let learnt = 0;
  while (!shapes.isFull) shapes.learn(`<a xmlns='${'n'.repeat(100_000)}${++learnt}'/>`, root, NO_BINDINGS);
  assert.is(learnt, 11);
});

test.run();
