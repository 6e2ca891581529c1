/** The locks by which workers hold their numbers, in PostgreSQL. */

import { createHash } from 'node:crypto';
import { MAX_WORKERS } from './journal-id.ts';

/** Advisory locks are named by two numbers of 32 bits. */
export function lockOf(jid: string, worker: number): [number, number] {
  const digest = createHash('sha256').update(`slipway ${jid}`).digest();
  return [digest.readInt32BE(0), (digest.readInt32BE(4) & -MAX_WORKERS) | worker];
}
