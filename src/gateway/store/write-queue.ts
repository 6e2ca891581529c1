/** Rows that are written together: of many users, in one transaction. */

interface Waiting<Row> {
  readonly rows: readonly Row[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Collects rows until the end of the turn of the event loop, and writes them together. */
export class WriteQueue<Row> {
  readonly #write: (rows: readonly Row[]) => Promise<void>;
  #waiting: Waiting<Row>[] = [];

  /** @param write writes all of them, or none. */
  constructor(write: (rows: readonly Row[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when they are written, rejects when they cannot be. Rows that were added together share their fate. */
  add(rows: readonly Row[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#writeAll());
      this.#waiting.push({ rows, resolve, reject });
    });
  }

  async #writeAll(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      await this.#write(waiting.flatMap(({ rows }) => rows));
      for (const { resolve } of waiting) resolve();
    } catch {
      // What is wrong with one, such as that its user is no more, must not keep others from being written.
      for (const { rows, resolve, reject } of waiting) await this.#write(rows).then(resolve, reject);
    }
  }
}
