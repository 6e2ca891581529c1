/**
 * Which message the code that runs right now is about, so that all it logs can be told to belong together.
 *
 * Node keeps that through promises and callbacks (AsyncLocalStorage), at a price that only those pay who look: for
 * messages that are logged in detail. For all others the gateway says it itself, where something goes wrong.
 */

import { AsyncLocalStorage } from 'node:async_hooks';

export interface LogContext {
  /** What belongs together: see `Trace.id`. */
  readonly trace: string | undefined;
  /** Whether to write what the level of the log would leave out. */
  readonly isVerbose: boolean;
}

const kept = new AsyncLocalStorage<LogContext>();
let isUsed = false;
let current: LogContext | undefined;

/** The context of whoever asks. */
export function logContext(): LogContext | undefined {
  return current ?? (isUsed ? kept.getStore() : undefined);
}

/** Runs something, and all that comes of it later, in a context. */
export function inContext<T>(context: LogContext, task: () => T): T {
  isUsed = true;
  return kept.run(context, task);
}

/** Runs something in a context until it returns; nothing that comes of it later. Costs nothing. */
export function briefly<T>(context: LogContext | undefined, task: () => T): T {
  const before = current;
  current = context;
  try {
    return task();
  } finally {
    current = before;
  }
}
