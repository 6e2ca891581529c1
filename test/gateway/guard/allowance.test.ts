import * as assert from 'uvu/assert';
import { Allowance, type Allowances } from '../../../src/gateway/guard/allowance.ts';
import { TokenBucket } from '../../../src/gateway/guard/token-bucket.ts';
import { FakeClock } from '../../../src/gateway/testing/fake-clock.ts';
import { suite } from '../../support/test.ts';

const test = suite('allowance');

const LIMITS: Allowances = {
  limitMessages: 60,
  limitBytes: 1000,
  limitRequests: 5,
  limitJoins: 5,
  limitUploads: 5,
  limitPeople: 5,
  limitLogins: 5,
  limitRegistrations: 5,
  limitPending: 2,
};

test('bucket :: all at once, then as fast as it fills, never more than it holds', () => {
  const bucket = new TokenBucket(10, 1000, 0);
  assert.ok(bucket.take(0, 10));
  assert.not(bucket.take(0));
  assert.is(bucket.wait(0), 100);
  assert.not(bucket.take(99));
  assert.ok(bucket.take(100));
  assert.ok(bucket.take(100_000, 10));
  assert.not(bucket.take(100_000));
  assert.not(bucket.take(200_000, 11));
  assert.ok(bucket.isFull(200_000));
});

test('bucket :: a clock that is set back takes nothing away', () => {
  const bucket = new TokenBucket(10, 1000, 1000);
  assert.ok(bucket.take(0, 10));
  assert.ok(bucket.take(1000, 10));
});

test('allowance :: what is refused says for how long; one person and one kind do not harm another', async () => {
  const clock = new FakeClock();
  const allowance = new Allowance(LIMITS, clock);
  for (let i = 0; i < 60; i++) assert.is(allowance.refusal('romeo@x', 'messages'), undefined);
  const refusal = allowance.refusal('romeo@x', 'messages');
  assert.equal([refusal?.condition, refusal?.type], ['resource-constraint', 'wait']);
  assert.match(refusal?.text ?? '', /in 1 seconds/);
  assert.is(allowance.refusal('romeo@x', 'requests'), undefined);
  assert.is(allowance.refusal('juliet@x', 'messages'), undefined);
  await clock.advance(1000);
  assert.is(allowance.refusal('romeo@x', 'messages'), undefined);
  assert.throws(() => allowance.count('romeo@x', 'messages'), /resource-constraint/);
});

test('allowance :: 0 is no limit', () => {
  const allowance = new Allowance({ ...LIMITS, limitMessages: 0 }, new FakeClock());
  for (let i = 0; i < 1000; i++) assert.is(allowance.refusal('romeo@x', 'messages'), undefined);
});

test('allowance :: so many at a time, also when some of them fail', async () => {
  const allowance = new Allowance(LIMITS, new FakeClock());
  let fail = (_: Error) => {};
  const first = allowance.during('romeo@x', () => new Promise((_, reject) => (fail = reject)));
  const second = allowance.during('romeo@x', () => new Promise(() => {}));
  await allowance
    .during('romeo@x', () => 1)
    .then(
      () => assert.unreachable(),
      (error) => assert.is(error.condition, 'resource-constraint'),
    );
  assert.is(await allowance.during('juliet@x', () => 1), 1);
  fail(new Error('no'));
  await first.catch(() => undefined);
  assert.is(await allowance.during('romeo@x', () => 1), 1);
  void second;
});

test('allowance :: many persons do not fill the memory, and those who are refused stay so', async () => {
  const clock = new FakeClock();
  const allowance = new Allowance(LIMITS, clock);
  for (let i = 0; i < 50_000; i++) allowance.refusal(`user${i}@x`, 'messages');
  assert.ok(allowance.size <= 20_000, String(allowance.size));
  await clock.advance(60_000);
  for (let i = 0; i < 5; i++) allowance.refusal('mallory@x', 'registrations');
  for (let i = 0; i < 19_000; i++) allowance.refusal(`other${i}@x`, 'messages');
  assert.is(allowance.refusal('mallory@x', 'registrations')?.condition, 'resource-constraint');
});

test.run();
