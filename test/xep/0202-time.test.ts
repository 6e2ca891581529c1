import fc from 'fast-check';
import * as assert from 'uvu/assert';
import * as time from '../../src/xep/0202-time.ts';
import * as a from '../support/arbitraries.ts';
import { laws, rejects, roundtrip } from '../support/codecs.ts';
import { Asked } from '../support/iq.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0202');
const NS = 'urn:xmpp:time';

roundtrip(test, time.time, [
  [`<time xmlns='${NS}'/>`, {}], // Example 1
  // Example 2.
  [
    `<time xmlns='${NS}'><tzo>-06:00</tzo><utc>2006-12-19T17:58:35Z</utc></time>`,
    { zone: -360, utc: new Date('2006-12-19T17:58:35Z') },
  ],
]);
rejects(test, time.time, [
  [`<time xmlns='${NS}'><tzo>CET</tzo></time>`, 'invalid-text', '/time/tzo'],
  [`<time xmlns='${NS}'><utc>noon</utc></time>`, 'invalid-text', '/time/utc'],
]);

const zone = fc.integer({ min: -840, max: 840 });
laws(test, time, { time: fc.oneof(fc.constant({}), a.object({ zone, utc: a.date })) });

test('entityTime', async () => {
  const iq = new Asked([`<time xmlns='${NS}'><tzo>Z</tzo></time>`]);
  assert.equal(await time.entityTime(iq, 'juliet@capulet.com/balcony'), { zone: 0 });
  iq.expect(`get juliet@capulet.com/balcony <time xmlns='${NS}'/>`);
});

test.run();
