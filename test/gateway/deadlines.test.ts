import * as assert from 'uvu/assert';
import { Deadlines, Expired } from '../../src/gateway/deadlines.ts';
import { FakeClock } from '../../src/gateway/testing/index.ts';
import { suite } from '../support/test.ts';

const test = suite('deadlines');

test('limit :: what ends in time is not touched, what does not is left behind', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 1000);
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const begin = (name: string) =>
    void deadlines
      .limit(() => new Promise<void>((resolve) => ends.push(resolve)))
      .then(
        () => log.push(name),
        (error) => log.push(`${name} ${error instanceof Expired ? 'expired' : error}`),
      );
  begin('a');
  await clock.advance(600);
  begin('b');
  assert.is(clock.pending, 1, 'one timer for both');
  await clock.advance(399);
  ends[0]?.();
  await clock.advance(0);
  await clock.advance(600);
  assert.equal(log, ['a']);
  await clock.advance(1);
  assert.equal(log, ['a', 'b expired']);
  ends[1]?.();
  await clock.advance(5000);
  assert.equal([log.length, clock.pending], [2, 0]);
});

test('stop :: nothing waits for a time any more, and what goes on may end', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, 1000);
  let end: (() => void) | undefined;
  const limited = deadlines.limit(() => new Promise<void>((resolve) => (end = resolve)));
  deadlines.stop();
  assert.is(clock.pending, 0);
  await clock.advance(5000);
  end?.();
  await limited;
});

test('limit :: results and errors come through, also those that are there at once', async () => {
  const deadlines = new Deadlines(new FakeClock(), 1000);
  assert.is(await deadlines.limit(() => 1), 1);
  assert.is(await deadlines.limit(async () => 2), 2);
  const fail = async () => {
    throw new Error('no');
  };
  assert.is(await deadlines.limit(fail).catch((error: Error) => error.message), 'no');
});

test.run();
