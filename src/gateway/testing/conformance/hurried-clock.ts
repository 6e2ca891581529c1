/** A clock that goes by itself, such as that of the real time, and whose callbacks can be called before it is time. */

import type { Clock } from '../../../stanza/index.ts';

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

export class HurriedClock implements Clock {
  readonly #clock: Clock;
  readonly #alarms = new Set<Alarm>();
  /** Milliseconds by which it is ahead. */
  #ahead = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now() + this.#ahead;
  }

  after(ms: number, callback: () => void): () => void {
    const cancel = this.#clock.after(ms, () => alarm.ring());
    const end = () => {
      cancel();
      this.#alarms.delete(alarm);
    };
    const alarm = {
      at: this.now() + ms,
      ring() {
        end();
        callback();
      },
    };
    this.#alarms.add(alarm);
    return end;
  }

  /**
   * Calls what is due within so many milliseconds, in order, and what is arranged meanwhile. It is ahead by them then.
   * @returns how many callbacks wait after that.
   */
  async hurry(ms: number): Promise<number> {
    const end = this.now() + ms;
    for (;;) {
      const [next] = [...this.#alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#ahead += Math.max(0, next.at - this.now());
      next.ring();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#ahead += Math.max(0, end - this.now());
    return this.#alarms.size;
  }
}
