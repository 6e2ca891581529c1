/** The same input, whole, cut in two at every byte, and byte by byte. */

import * as assert from 'uvu/assert';

/**
 * Calls `run` with the input in pieces, in all these ways. What it returns must be the same each time.
 * @returns what it returned.
 */
export function everySplit<T>(input: string | Uint8Array, run: (chunks: readonly Uint8Array[]) => T): T {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const whole = run([bytes]);
  for (let i = 1; i < bytes.length; i++) {
    assert.equal(run([bytes.subarray(0, i), bytes.subarray(i)]), whole, `cut at byte ${i}`);
  }
  assert.equal(run(Array.from(bytes, (byte) => Uint8Array.of(byte))), whole, 'byte by byte');
  return whole;
}
