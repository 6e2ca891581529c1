import fc from 'fast-check';
import * as assert from 'uvu/assert';
import * as version from '../../src/xep/0092-version.ts';
import * as a from '../support/arbitraries.ts';
import { laws, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0092');
const NS = 'jabber:iq:version';

roundtrip(test, version.query, [
  [`<query xmlns='${NS}'/>`, {}], // Example 1
  // Example 2.
  [
    `<query xmlns='${NS}'><name>Exodus</name><version>0.7.0.4</version><os>Windows-XP 5.01.2600</os></query>`,
    { name: 'Exodus', version: '0.7.0.4', os: 'Windows-XP 5.01.2600' },
  ],
]);

laws(test, version, {
  query: fc.oneof(fc.constant({}), a.object({ name: a.text, version: a.text }, { os: a.text })),
});

test('softwareVersion', async () => {
  const iq = new Asked([`<query xmlns='${NS}'><name>Exodus</name><version>1</version></query>`]);
  assert.equal(await version.softwareVersion(iq, 'juliet@capulet.com/balcony'), { name: 'Exodus', version: '1' });
  iq.expect(`get juliet@capulet.com/balcony <query xmlns='${NS}'/>`);
});

test.run();
