import * as assert from 'uvu/assert';
import { firstIdAt, JournalIds, MAX_WORKERS, timeOf } from '../../../src/gateway/store/journal-id.ts';
import { FakeClock } from '../../../src/gateway/testing/index.ts';
import { suite } from '../../support/test.ts';

const test = suite('journal ids');

test('ids :: grow, also within a millisecond and when the clock was set back; they say when they were made', async () => {
  const clock = new FakeClock();
  const ids = new JournalIds(clock, 0, 0);
  const made = Array.from({ length: 1000 }, () => ids.next());
  assert.ok(made.every((id, i) => i === 0 || id > (made[i - 1] as number)));
  assert.is(timeOf(made[0] as number), clock.now());
  await clock.advance(60_000);
  const later = ids.next();
  assert.is(timeOf(later), clock.now());
  assert.ok(made.every((id) => id < firstIdAt(clock.now())) && later >= firstIdAt(clock.now()));
  assert.ok(new JournalIds(new FakeClock(0), 0, later).next() > later);
});

test('ids :: those of processes that share a database differ', () => {
  const clock = new FakeClock();
  const made = new Set<number>();
  for (let worker = 0; worker < MAX_WORKERS; worker++) {
    const ids = new JournalIds(clock, worker, 12_345);
    for (let i = 0; i < 20; i++) made.add(ids.next());
  }
  assert.is(made.size, MAX_WORKERS * 20);
});

test('ids :: are whole numbers until the end of the century, nearly', () => {
  const ids = new JournalIds(new FakeClock(Date.UTC(2088, 0)), 63, 0);
  assert.ok(Number.isSafeInteger(ids.next()));
});

test.run();
