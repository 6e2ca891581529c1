/**
 * Ids of requests say which worker asks: a server that spreads what it sends over the workers does so by the sender, so
 * that answers of services reach whichever is theirs.
 */

import type { Element, NewId } from '../../stanza/index.ts';

export function requestIds(worker: number, newId: NewId): NewId {
  return () => `w${worker}-${newId()}`;
}

/** The worker whose request this answers; `undefined` when it answers none. */
export function askerOf({ name, attrs: { type, id = '' } }: Element): number | undefined {
  if (name !== 'iq' || (type !== 'result' && type !== 'error')) return undefined;
  const [, worker] = /^w(\d{1,2})-/.exec(id) ?? [];
  return worker === undefined ? undefined : Number(worker);
}
