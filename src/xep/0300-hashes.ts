/**
 * Cryptographic hash functions: hashes with the names of their algorithms.
 * XEP-0300 v1.0.0 <https://xmpp.org/extensions/xep-0300.html>
 */

import { createHash } from 'node:crypto';
import { attr, type Codec, element, text } from '../stanza/codec.ts';
import { base64 } from '../stanza/value.ts';

export const NS = 'urn:xmpp:hashes:2';

export interface Hash {
  /** The name of the algorithm here: `sha-256`. */
  readonly algo: string;
  readonly value: Uint8Array;
}
export const hash: Codec<Hash> = element(NS, 'hash', { algo: attr('algo'), value: text(base64) });

/** Says which algorithm will be used. */
export interface HashUsed {
  readonly algo: string;
}
export const hashUsed: Codec<HashUsed> = element(NS, 'hash-used', { algo: attr('algo') });

/** The algorithms that can be computed, by their names here and in node:crypto. BLAKE2b-256 is not among the latter. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  'sha-1': 'sha1',
  'sha-256': 'sha256',
  'sha-512': 'sha512',
  'sha3-256': 'sha3-256',
  'sha3-512': 'sha3-512',
  'blake2b-512': 'blake2b512',
};

export const features: readonly string[] = [
  NS,
  ...Object.keys(ALGORITHMS).map((algo) => `urn:xmpp:hash-function-text-names:${algo}`),
];

/** The hash of `data`. @throws RangeError for an algorithm that is not known. */
export function hashOf(data: Uint8Array, algo = 'sha-256'): Hash {
  const name = Object.hasOwn(ALGORITHMS, algo) ? ALGORITHMS[algo] : undefined;
  if (name === undefined) throw new RangeError(`not a known hash: ${JSON.stringify(algo)}`);
  return { algo, value: new Uint8Array(createHash(name).update(data).digest()) };
}

/** Whether `data` has this hash; `undefined` when the algorithm is not known. */
export function isHashOf({ algo, value }: Hash, data: Uint8Array): boolean | undefined {
  if (!Object.hasOwn(ALGORITHMS, algo)) return undefined;
  return Buffer.compare(hashOf(data, algo).value, value) === 0;
}
