/** What must be true of the account of a conversation, whatever has happened. */

import * as assert from 'uvu/assert';
import type { Account } from './correspondent.ts';

/** Prints the account, for those who run it by hand. */
export function check(account: Account, { isIdempotent }: { readonly isIdempotent: boolean }): void {
  if (process.env.SHOW_ACCOUNT) console.log(JSON.stringify({ ...account, unknown: account.unknown.length }));
  const { lost, doubled, untrue, saidAndLost, saidAndDoubled, disorder, sent, receipts, unknown, refused } = account;
  const wrong = { lost, saidAndLost, doubled, saidAndDoubled, disorder, untrue };
  for (const [what, texts] of Object.entries(wrong)) {
    assert.is(texts.length, 0, `${what}: ${texts.length}: ${texts.slice(0, 20).join(', ')}`);
  }
  assert.is(receipts + unknown.length + refused, sent, 'of each message its sender knows what became of it');
  if (isIdempotent) assert.equal(unknown, []);
}

/** Numbers from 0 to 1, 1 excluded: the same each time. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}
