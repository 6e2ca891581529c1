import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { codePoints, slice, toIndex, toOffset } from '../../src/xep/0426-character-counting.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0426');

test('codePoints :: one for each code point, whatever it takes to show it', () => {
  assert.is(codePoints(''), 0);
  assert.is(codePoints('Hello'), 5);
  assert.is(codePoints('👋'), 1);
  assert.is(codePoints('é'), 1);
  assert.is(codePoints('e\u0301'), 2);
  // A family is one grapheme cluster of several code points.
  assert.is(codePoints('👨‍👩‍👧'), 5);
  assert.is(codePoints('\ud83d'), 1);
});

test('slice :: by code points, and not beyond the text', () => {
  assert.is(slice('a👋b', 1, 2), '👋');
  assert.is(slice('a👋b', 1), '👋b');
  assert.is(slice('a👋b', 2, 99), 'b');
  assert.is(slice('a👋b', 9), '');
});

test('all :: as the iterator of strings counts', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(20), fc.nat(20), (text, x, y) => {
      const chars = [...text];
      assert.is(codePoints(text), chars.length);
      assert.is(slice(text, x, y), chars.slice(x, Math.max(x, y)).join(''));
      assert.is(toOffset(text, toIndex(text, x)), Math.min(x, chars.length));
    }),
    { numRuns: 300, seed: 426 },
  ));

test.run();
