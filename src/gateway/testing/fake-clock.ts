/** A clock that goes only when it is told to. */

import type { Clock } from '../../stanza/index.ts';

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock for tests: `now` stands still, and nothing that waits happens, until `advance` is called. */
export class FakeClock implements Clock {
  #now: number;
  #alarms: Alarm[] = [];

  /** `start` is in milliseconds since 1970. */
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const alarm = { at: this.#now + ms, callback };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((each) => each !== alarm);
    };
  }

  /** The number of callbacks that wait. */
  get pending(): number {
    return this.#alarms.length;
  }

  /** Milliseconds until the first of them is due; `undefined` when none waits. */
  get next(): number | undefined {
    if (this.#alarms.length === 0) return undefined;
    return Math.max(0, Math.min(...this.#alarms.map(({ at }) => at)) - this.#now);
  }

  /** Lets this many milliseconds pass: calls what is due, in order, and lets promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#alarms.reduce<Alarm | undefined>(
        (first, each) => (each.at <= end && (first === undefined || each.at < first.at) ? each : first),
        undefined,
      );
      if (next === undefined) break;
      this.#alarms = this.#alarms.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = end;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
