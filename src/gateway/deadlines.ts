/** A limit on how long others may take, with one timer for all of them. */

import type { Clock } from '../stanza/index.ts';

/** It took too long. What it was may still go on. */
export class Expired extends Error {
  override readonly name = 'Expired';
}

interface Watched {
  readonly until: number;
  readonly expire: () => void;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #ms: number;
  /** In the order in which they expire, since all have the same time. */
  readonly #watched = new Set<Watched>();
  #cancel: (() => void) | undefined;

  /** `ms` milliseconds for each. */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** As the task, or rejects with `Expired` when it takes too long. */
  async limit<T>(task: () => Promise<T> | T): Promise<T> {
    const result = task();
    if (!(result instanceof Promise)) return result;
    return new Promise<T>((resolve, reject) => {
      const watched = {
        until: this.#clock.now() + this.#ms,
        expire: () => reject(new Expired(`not done within ${this.#ms} ms`)),
      };
      this.#watched.add(watched);
      if (this.#cancel === undefined) this.#tick(this.#ms);
      const done = () => this.#watched.delete(watched);
      result.then(resolve, reject);
      result.then(done, done);
    });
  }

  /** At the end: what is still going on has no limit any more. A timer that waits would keep the process alive. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#watched.clear();
  }

  #tick(ms: number): void {
    this.#cancel = this.#clock.after(ms, () => {
      this.#cancel = undefined;
      const now = this.#clock.now();
      for (const watched of this.#watched) {
        if (watched.until > now) return this.#tick(watched.until - now);
        this.#watched.delete(watched);
        watched.expire();
      }
    });
  }
}
