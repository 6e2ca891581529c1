/** One after the other, where order matters; side by side, where it does not; and not for ever. */

import type { Clock } from '../stanza/index.ts';

/** Runs tasks one after the other, each when all before it have ended, whether well or not. */
export class Serial {
  #last: Promise<unknown> | undefined;

  /** Whether nothing is running or waiting. */
  get idle(): boolean {
    return this.#last === undefined;
  }

  /** Resolves or rejects as the task does. */
  run<T>(task: () => T | Promise<T>): Promise<T> {
    const run = this.#last === undefined ? Promise.resolve().then(task) : this.#last.then(task);
    const settled = run.then(
      () => {},
      () => {},
    );
    this.#last = settled;
    settled.then(() => {
      if (this.#last === settled) this.#last = undefined;
    });
    return run;
  }
}

/** A `Serial` for each key, for as long as it has something to do. */
export class Lanes {
  readonly #lanes = new Map<string, Serial>();

  /** Whether a task of this key would begin at once. */
  isIdle(key: string): boolean {
    return !this.#lanes.has(key);
  }

  run<T>(key: string, task: () => T | Promise<T>): Promise<T> {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new Serial();
      this.#lanes.set(key, lane);
    }
    const run = lane.run(task);
    const forget = () => {
      if (lane.idle) this.#lanes.delete(key);
    };
    // After the lane itself has noticed that it is idle.
    run.then(
      () => queueMicrotask(() => queueMicrotask(forget)),
      () => queueMicrotask(() => queueMicrotask(forget)),
    );
    return run;
  }
}

/** Calls `each` for all items, at most `limit` at a time. Rejects with the first error, after all have ended. */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  each: (item: T) => Promise<void>,
): Promise<void> {
  const queue = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const errors: unknown[] = [];
  const worker = async () => {
    try {
      for (let next = await queue.next(); !next.done; next = await queue.next()) {
        await each(next.value).catch((error) => errors.push(error));
      }
    } catch (error) {
      errors.push(error);
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (errors.length > 0) throw errors[0];
}

/** Resolves in the next turn of the event loop: everybody else has had theirs by then. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves when a task has come to an end, whether well or not, or when so many milliseconds are over. */
export async function within(clock: Clock, ms: number, task: Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = clock.after(ms, resolve);
    task
      .catch(() => undefined)
      .finally(() => {
        cancel();
        resolve();
      });
  });
}
