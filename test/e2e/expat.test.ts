import * as assert from 'uvu/assert';
import { skip, suite } from '../support/test.ts';
import { fuzzWithExpat, hasExpat } from '../support/xml-expat.ts';

const test = suite('parser and expat', { timeout: 180_000 });

test('streams :: broken here and there, are read as expat reads them, but for what docs/parser.md lists', () => {
  if (!hasExpat) skip('needs python3');
  const { differences, wellFormed } = fuzzWithExpat(10_000, 20);
  assert.equal(differences, []);
  assert.ok(wellFormed > 2000, `${wellFormed}`);
});

test.run();
