/** How often somebody may do something: so many times at once, and then as fast as they grow again. */

export class TokenBucket {
  readonly #capacity: number;
  /** Tokens a millisecond. */
  readonly #rate: number;
  #tokens: number;
  #at: number;

  /**
   * @param capacity tokens in a full bucket.
   * @param period milliseconds in which an empty one fills.
   * @param now milliseconds since 1970.
   */
  constructor(capacity: number, period: number, now: number) {
    this.#capacity = capacity;
    this.#rate = capacity / period;
    this.#tokens = capacity;
    this.#at = now;
  }

  /** Takes so many if they are there: whether they were. More than a full bucket has are never there. */
  take(now: number, count = 1): boolean {
    this.#fill(now);
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }

  /** Milliseconds until so many are there. */
  wait(now: number, count = 1): number {
    this.#fill(now);
    return Math.max(0, Math.ceil((Math.min(count, this.#capacity) - this.#tokens) / this.#rate));
  }

  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.#capacity;
  }

  #fill(now: number): void {
    // A clock that is set back takes nothing away.
    const passed = Math.max(0, now - this.#at);
    this.#at = now;
    this.#tokens = Math.min(this.#capacity, this.#tokens + passed * this.#rate);
  }
}
