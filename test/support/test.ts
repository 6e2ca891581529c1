/**
 * uvu's `suite` and `test`, except that a test that hangs is named and fails. All tests import from here.
 *
 * A test that cannot run on this machine says so with `skip(reason)`; where CI=true that is a failure.
 */

import { suite as uvuSuite } from 'uvu';

const DEFAULT_TIMEOUT = 30_000;

/** From the runner: what an end-to-end test takes depends on the machine more than on the test. */
const MINIMUM = Number(process.env.TEST_TIMEOUT ?? 0);

/** Thrown by `skip`. */
class Skipped extends Error {}

/** What the current run has skipped, for the summary. */
export const skipped: string[] = [];

export interface Test {
  (name: string, handler: () => unknown): void;
  /** Before the first, after the last test of the file, and around each. */
  readonly before: Hook;
  readonly after: Hook;
  readonly run: () => void;
}

interface Hook {
  (hook: () => unknown): void;
  readonly each: (hook: () => unknown) => void;
}

/** A group of tests. `timeout` is in milliseconds, for each of them. */
export function suite(name = '', options: { timeout?: number } = {}): Test {
  const inner = uvuSuite(name);
  const timeout = Math.max(options.timeout ?? DEFAULT_TIMEOUT, MINIMUM);
  const guarded = (what: string, handler: () => unknown) => async () => {
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`"${what}" did not end within ${timeout} ms`)), timeout);
    });
    try {
      await Promise.race([Promise.resolve().then(handler), expired]);
    } catch (error) {
      if (!(error instanceof Skipped)) throw error;
      skipped.push(`${what}: ${error.message}`);
    } finally {
      clearTimeout(timer);
    }
  };
  const test = (what: string, handler: () => unknown) => inner(what, guarded(what, handler));
  // uvu counts the tests behind a hook that fails, and says nothing of why.
  const told = (what: string, handler: () => unknown) => () =>
    guarded(what, handler)().catch((error: Error) => {
      console.log(`\n  FAIL  ${error.stack}`);
      throw error;
    });
  const hook = (kind: 'before' | 'after') =>
    Object.assign((handler: () => unknown) => inner[kind](told(`${kind} ${name}`, handler)), {
      each: (handler: () => unknown) => inner[kind].each(told(`${kind} each ${name}`, handler)),
    });
  return Object.assign(test, { before: hook('before'), after: hook('after'), run: () => inner.run() });
}

/** Ends the current test without a result. With CI=true it fails. */
export function skip(reason: string): never {
  if (process.env.CI === 'true') throw new Error(`must not be skipped here: ${reason}`);
  throw new Skipped(reason);
}
