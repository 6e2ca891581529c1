/** Flood control: servers throw out who writes too fast. A few lines go at once, then one every so often. */

import type { Clock } from 'slipway/stanza';

export interface ThrottleOptions {
  readonly clock: Clock;
  /** Lines that go at once after a pause. */
  readonly burst: number;
  /** Milliseconds for each further line. */
  readonly interval: number;
  readonly write: (line: string) => void;
}

export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #waiting: { readonly line: string; readonly written: () => void; readonly lost: (why: Error) => void }[] =
    [];
  #credit: number;
  #creditAt: number;
  #cancel: (() => void) | undefined;

  constructor(options: ThrottleOptions) {
    this.#options = options;
    this.#credit = options.burst;
    this.#creditAt = options.clock.now();
  }

  /** Resolves when the line has been written; rejects when `clear` comes before. */
  send(line: string): Promise<void> {
    return new Promise((written, lost) => {
      this.#waiting.push({ line, written, lost });
      this.#run();
    });
  }

  /** Writes it now, if another line could follow at once; or not at all. */
  offer(line: string): void {
    if (this.#waiting.length > 0 || this.#earn() < 2) return;
    this.#credit--;
    this.#options.write(line);
  }

  /** What waits will not be written, for this reason. */
  clear(reason: Error): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const { lost } of this.#waiting.splice(0)) lost(reason);
  }

  /** Lines that may go now. */
  #earn(): number {
    const { clock, burst, interval } = this.#options;
    const now = clock.now();
    this.#credit = Math.min(burst, this.#credit + (now - this.#creditAt) / interval);
    this.#creditAt = now;
    return this.#credit;
  }

  #run(): void {
    if (this.#cancel !== undefined) return;
    const { clock, interval, write } = this.#options;
    this.#earn();
    while (this.#credit >= 1) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#credit--;
      write(next.line);
      next.written();
    }
    if (this.#waiting.length === 0) return;
    this.#cancel = clock.after(Math.ceil((1 - this.#credit) * interval), () => {
      this.#cancel = undefined;
      this.#run();
    });
  }
}
