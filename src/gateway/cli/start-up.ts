/** What a start costs: almost all of its code runs once, and is never used again. */

import { setFlagsFromString } from 'node:v8';

/**
 * While the process starts V8 does not compile for speed, and leaves no room for short-lived objects beyond what it
 * begins with: neither would pay, and the memory for both stays. A fifth of an idle gateway was that.
 */
export function beginStart(): void {
  setFlagsFromString('--no-opt');
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** The start is over: from now on the same code runs again and again. */
export function endStart(): void {
  setFlagsFromString('--opt');
  setFlagsFromString('--semi-space-growth-factor=2');
}
