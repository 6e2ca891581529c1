/** What a start costs: almost all of its code runs once, and most of what it makes is not needed afterwards. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * While the process starts V8 does not compile for speed, and leaves no room for short-lived objects beyond what it
 * begins with: neither would pay, and the memory for both stays. A fifth of an idle gateway was that.
 */
export function beginStart(): void {
  setFlagsFromString('--no-opt');
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** The gateway is connected: from now on the same code runs again and again, for one user after the other. */
export function endLoading(): void {
  setFlagsFromString('--opt');
}

/** All users are logged in. What that has left behind would stay until there is work again: so it is collected. */
export function endStart(): void {
  // Not before: what so many logins leave behind would be given more and more room, and never less again.
  setFlagsFromString('--semi-space-growth-factor=2');
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
