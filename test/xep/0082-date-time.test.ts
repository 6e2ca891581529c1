import fc from 'fast-check';
import * as assert from 'uvu/assert';
import * as dt from '../../src/xep/0082-date-time.ts';
import * as a from '../support/arbitraries.ts';
import { suite } from '../support/test.ts';

const test = suite('xep/0082');
const iso = (date: Date | undefined) => date?.toISOString();

test('date', () => {
  assert.is(iso(dt.date.parse('1776-07-04')), '1776-07-04T00:00:00.000Z'); // §3.1
  for (const wrong of ['1776-7-4', '1776-02-30', '17760704', '1776-07-04Z', '']) {
    assert.is(dt.date.parse(wrong), undefined, wrong);
  }
});

test('dateTime', () => {
  assert.is(iso(dt.dateTime.parse('1969-07-21T02:56:15Z')), '1969-07-21T02:56:15.000Z'); // §3.2
  assert.is(iso(dt.dateTime.parse('1969-07-20T21:56:15-05:00')), '1969-07-21T02:56:15.000Z'); // §3.2
  assert.is(iso(dt.dateTime.parse('2003-10-06T11:22:00.1239+01:00')), '2003-10-06T10:22:00.123Z');
  for (const wrong of ['1969-07-21', '1969-07-21T02:56:15', '1969-07-21T25:56:15Z', '20030704T02:56:15Z', 'x']) {
    assert.is(dt.dateTime.parse(wrong), undefined, wrong);
  }
  assert.is(dt.dateTime.format(new Date(0)), '1970-01-01T00:00:00Z');
  assert.is(dt.dateTime.format(new Date(1)), '1970-01-01T00:00:00.001Z');
});

test('time', () => {
  assert.equal(dt.time.parse('16:00:00'), { hours: 16, minutes: 0, seconds: 0 }); // §3.3
  assert.equal(dt.time.parse('16:00:00Z'), { hours: 16, minutes: 0, seconds: 0, zone: 0 }); // §3.3
  assert.equal(dt.time.parse('16:00:00.123-05:00'), { hours: 16, minutes: 0, seconds: 0.123, zone: -300 });
  for (const wrong of ['24:00:00', '16:60:00', '16:00:60', '16:00', '16:00:00+25:00', '']) {
    assert.is(dt.time.parse(wrong), undefined, wrong);
  }
});

test('zone', () => {
  assert.is(dt.zone.parse('Z'), 0);
  assert.is(dt.zone.parse('-00:00'), 0);
  assert.is(dt.zone.parse('-06:30'), -390);
  assert.is(dt.zone.format(345), '+05:45');
  for (const wrong of ['+5:45', '+05:60', '+15:00', '0545', '']) assert.is(dt.zone.parse(wrong), undefined, wrong);
});

test('legacyDateTime', () => {
  assert.is(iso(dt.legacyDateTime.parse('20020910T23:08:25')), '2002-09-10T23:08:25.000Z'); // §4
  assert.is(iso(dt.legacyDateTime.parse('2002-09-10T23:08:25Z')), '2002-09-10T23:08:25.000Z');
  assert.is(dt.legacyDateTime.parse('20021310T23:08:25'), undefined);
  assert.is(dt.legacyDateTime.format(new Date('2002-09-10T23:08:25.999Z')), '20020910T23:08:25');
});

test('all :: what is written is read as the same', () => {
  const run = { numRuns: 100, seed: 82 };
  fc.assert(
    fc.property(a.date, (date) => assert.equal(dt.dateTime.parse(dt.dateTime.format(date)), date)),
    run,
  );
  fc.assert(
    fc.property(a.date, (date) =>
      assert.is(iso(dt.date.parse(dt.date.format(date)))?.slice(0, 10), iso(date)?.slice(0, 10)),
    ),
    run,
  );
  fc.assert(
    fc.property(fc.integer({ min: -899, max: 899 }), (zone) => assert.is(dt.zone.parse(dt.zone.format(zone)), zone)),
    run,
  );
  const time = a.object(
    { hours: fc.nat(23), minutes: fc.nat(59), seconds: fc.nat(59_999).map((ms) => ms / 1000) },
    { zone: fc.integer({ min: -840, max: 840 }) },
  );
  fc.assert(
    fc.property(time, (value) => assert.equal(dt.time.parse(dt.time.format(value)), { ...value })),
    run,
  );
});

test.run();
