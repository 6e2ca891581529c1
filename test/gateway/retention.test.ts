import * as assert from 'uvu/assert';
import { keptSince, Retention } from '../../src/gateway/retention.ts';
import { FakeClock } from '../../src/gateway/testing/fake-clock.ts';
import { suite } from '../support/test.ts';

const test = suite('retention');
const DAY = 24 * 3_600_000;

test('kept since :: so many days; 0 days are for ever', () => {
  const clock = new FakeClock();
  assert.is(keptSince(clock, 7), clock.now() - 7 * DAY);
  assert.is(keptSince(clock, 0), Number.NEGATIVE_INFINITY);
});

test('retention :: at the start and every day, until it is stopped', async () => {
  const clock = new FakeClock();
  const start = clock.now();
  const days: number[] = [];
  const forget = async () => void days.push(Math.round((clock.now() - start) / DAY));
  const retention = new Retention({ clock, forget, onError: () => {} });
  retention.start();
  await clock.advance(2 * DAY + 1);
  await retention.stop();
  await clock.advance(2 * DAY);
  assert.equal(days, [0, 1, 2]);
});

test('retention :: a failure is reported, and does not end it', async () => {
  const errors: unknown[] = [];
  const clock = new FakeClock();
  const forget = () => Promise.reject(new Error('disk full'));
  const retention = new Retention({ clock, forget, onError: (error) => errors.push(error) });
  retention.start();
  await clock.advance(DAY);
  await retention.stop();
  assert.is(errors.length, 2);
});

test.run();
