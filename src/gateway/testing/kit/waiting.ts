/** Waiting for what comes over sockets in real time, in a world whose clock stands still unless it is told to go on. */

import type { FakeClock } from '../fake-clock.ts';

/** The time in which a kit lives. */
export interface Time {
  /** `undefined` where the real time counts. */
  readonly clock: FakeClock | undefined;
  /** Milliseconds of real time that anything may take. With a fake clock only those count in which nothing moves. */
  readonly patience: number;
  /** Resolves when nothing moves any more between clients, server and gateway. */
  settle(): Promise<void>;
  /** Resolves when a client has received something, and after some milliseconds in any case. */
  change(ms: number): Promise<void>;
}

/** Milliseconds of real time after which a look is taken, whether or not something has come. */
const GLANCE = 20;

/** How many times as long as the patience says it may take in the end, on a machine that is busy. */
const MOST = 10;

/**
 * Waits until `check` gives something. Whenever nothing moves, the fake clock goes on to the next thing that is due,
 * for `within` milliseconds at most.
 * @returns `undefined` when that was in vain.
 */
export async function until<T>(time: Time, check: () => T | undefined, within: number): Promise<T | undefined> {
  const { clock, patience } = time;
  let left = clock === undefined ? Number.POSITIVE_INFINITY : patience;
  const end = Date.now() + (clock === undefined ? within : patience * MOST);
  const lastAlarm = clock === undefined ? 0 : clock.now() + within;
  for (;;) {
    let found = check();
    if (found !== undefined) return found;
    if (left <= 0 || Date.now() >= end) return undefined;
    if (clock !== undefined) {
      await time.settle();
      found = check();
      if (found !== undefined) return found;
      const next = clock.next;
      if (next !== undefined && clock.now() + next <= lastAlarm) {
        await clock.advance(next);
        continue;
      }
    }
    const start = Date.now();
    await time.change(Math.min(left, GLANCE));
    // A busy machine is slow, not silent: only what was waited for counts, and no more than was asked for.
    left -= Math.min(GLANCE, Math.max(1, Date.now() - start));
  }
}

/** Waits for a promise, and lets the fake clock go on meanwhile, as `until` does. @throws what it is rejected with. */
export async function during<T>(time: Time, promise: Promise<T>, within: number): Promise<T> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  await until(time, () => isSettled || undefined, within);
  return promise;
}

/** Lets this many milliseconds pass, of the fake clock or of the real time, and everything happen that is due. */
export async function elapse({ clock, settle }: Time, ms: number): Promise<void> {
  if (clock === undefined) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return settle();
  }
  const end = clock.now() + ms;
  for (;;) {
    await settle();
    const next = clock.next;
    if (next === undefined || clock.now() + next > end) break;
    await clock.advance(next);
  }
  await clock.advance(end - clock.now());
  await settle();
}
