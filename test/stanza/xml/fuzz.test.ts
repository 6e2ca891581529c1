import * as assert from 'uvu/assert';
import { suite } from '../../support/test.ts';
import { fuzzXml } from '../../support/xml-fuzz.ts';

const test = suite('parser fuzz');

test('streams :: broken here and there, cut anywhere, by both scanners: as saxes reads them', () => {
  const { differences, wellFormed } = fuzzXml(1500, 20, 75);
  assert.equal(differences, []);
  assert.ok(wellFormed > 300, `${wellFormed}`);
});

test.run();
