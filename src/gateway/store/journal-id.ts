/**
 * The keys of the journal: made here, not by the database, so that what belongs together can name each other before it
 * is written. They grow with time and say when they were made; no two processes that share a database make the same.
 */

import type { Clock } from '../../stanza/index.ts';

/** So many processes may share one database. */
export const MAX_WORKERS = 64;
const PER_MILLISECOND = 64;
const STEP = MAX_WORKERS;
const MILLISECOND = STEP * PER_MILLISECOND;
/** Counted from here, 53 bits last until 2089. */
const EPOCH = Date.UTC(2020, 0);

export class JournalIds {
  readonly #clock: Clock;
  readonly #worker: number;
  #last: number;

  /** `last`: the greatest key there is: the clock may have been set back. */
  constructor(clock: Clock, worker: number, last: number) {
    this.#clock = clock;
    this.#worker = worker;
    this.#last = last - (last % STEP) + worker;
  }

  next(): number {
    this.#last = Math.max(this.#last + STEP, firstIdAt(this.#clock.now()) + this.#worker);
    return this.#last;
  }
}

/** When a key was made, in milliseconds since 1970; later if very many were made at once. */
export function timeOf(id: number): number {
  return EPOCH + Math.floor(id / MILLISECOND);
}

/** Keys made before this time are smaller. */
export function firstIdAt(ms: number): number {
  return (ms - EPOCH) * MILLISECOND;
}
