/** How much is being done, and whether the server has to wait because the plugin is slower than it. */

import type { Clock } from '../../stanza/index.ts';

/** Events that may wait before the gateway stops reading, besides those that are stuck. */
const HIGH_WATER = 500;

/** Milliseconds without any event coming to its end after which all are stuck, and must not hold up what comes. */
const STANDSTILL = 250;

export class BackPressure {
  readonly #clock: Clock;
  readonly #pauseReading: (paused: boolean) => void;
  /** Events that have come and not come to an end. */
  #running = 0;
  /** How many of them are stuck, as far as is known. */
  #stuck = 0;
  #ended = 0;
  #cancelPause: (() => void) | undefined;
  #whenIdle: (() => void)[] = [];

  constructor(clock: Clock, pauseReading: (paused: boolean) => void) {
    this.#clock = clock;
    this.#pauseReading = pauseReading;
  }

  /** An event has come. */
  begin(): void {
    this.#running++;
    if (this.#running >= this.#stuck + HIGH_WATER) this.#pause();
  }

  /** An event has come to its end. */
  end(): void {
    this.#running--;
    this.#ended++;
    this.#stuck = Math.min(this.#stuck, this.#running);
    if (this.#running <= this.#stuck + HIGH_WATER / 2) this.#cancelPause?.();
    if (this.#running === 0) for (const wake of this.#whenIdle.splice(0)) wake();
  }

  /** Resolves when all have come to their end, or time is over. */
  async idle(ms: number): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      this.#whenIdle.push(() => {
        cancel();
        resolve();
      });
    });
  }

  #pause(): void {
    if (this.#cancelPause !== undefined) return;
    let cancelTimer = () => {};
    const goOn = () => {
      cancelTimer();
      this.#cancelPause = undefined;
      this.#pauseReading(false);
    };
    const watch = () => {
      const ended = this.#ended;
      cancelTimer = this.#clock.after(STANDSTILL, () => {
        if (this.#ended > ended) return watch();
        this.#stuck = this.#running;
        goOn();
      });
    };
    this.#cancelPause = goOn;
    this.#pauseReading(true);
    watch();
  }
}
