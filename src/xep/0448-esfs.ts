/**
 * Encryption for stateless file sharing: a file whose key is in the message.
 * XEP-0448 v0.2.0 <https://xmpp.org/extensions/xep-0448.html>
 */

import { createCipheriv, createDecipheriv } from 'node:crypto';
import { attr, type Codec, child, element, leaf, many } from '../stanza/codec.ts';
import { base64, oneOf } from '../stanza/value.ts';
import { type Hash, hash } from './0300-hashes.ts';
import { type Sources, sources } from './0447-sfs.ts';

export const NS = 'urn:xmpp:esfs:0';

const CIPHERS = [
  'urn:xmpp:ciphers:aes-128-gcm-nopadding:0',
  'urn:xmpp:ciphers:aes-256-gcm-nopadding:0',
  'urn:xmpp:ciphers:aes-256-cbc-pkcs7:0',
] as const;
/** How a file is encrypted. */
export type Cipher = (typeof CIPHERS)[number];

/** Stands among the `others` of the sources of a shared file. The metadata there is about the file in the clear. */
export interface Encrypted {
  readonly cipher: Cipher;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  /** Of the file as it is fetched. */
  readonly hashes: readonly Hash[];
  /** Where to fetch it. */
  readonly sources: Sources;
}
export const encrypted: Codec<Encrypted> = element(NS, 'encrypted', {
  cipher: attr('cipher', oneOf(...CIPHERS)),
  key: child(leaf(NS, 'key', base64)),
  iv: child(leaf(NS, 'iv', base64)),
  hashes: many(hash),
  sources: child(sources),
});

export const features: readonly string[] = [NS, ...CIPHERS];

/** How a file is encrypted. */
export type Key = Pick<Encrypted, 'cipher' | 'key' | 'iv'>;

const GCM = {
  'urn:xmpp:ciphers:aes-128-gcm-nopadding:0': 'aes-128-gcm',
  'urn:xmpp:ciphers:aes-256-gcm-nopadding:0': 'aes-256-gcm',
} as const;
const TAG_BYTES = 16;

/** Encrypts a file. A key and initialisation vector may never be used for two. @throws RangeError for a wrong length. */
export function encrypt(data: Uint8Array, { cipher, key, iv }: Key): Uint8Array {
  if (cipher === 'urn:xmpp:ciphers:aes-256-cbc-pkcs7:0') {
    const cbc = createCipheriv('aes-256-cbc', key, iv);
    return Buffer.concat([cbc.update(data), cbc.final()]);
  }
  const gcm = createCipheriv(GCM[cipher], key, iv);
  return Buffer.concat([gcm.update(data), gcm.final(), gcm.getAuthTag()]);
}

/** Decrypts a file. @throws Error when it is not what was encrypted with this key. */
export function decrypt(data: Uint8Array, { cipher, key, iv }: Key): Uint8Array {
  if (cipher === 'urn:xmpp:ciphers:aes-256-cbc-pkcs7:0') {
    const cbc = createDecipheriv('aes-256-cbc', key, iv);
    return Buffer.concat([cbc.update(data), cbc.final()]);
  }
  const end = Math.max(data.byteLength - TAG_BYTES, 0);
  const gcm = createDecipheriv(GCM[cipher], key, iv, { authTagLength: TAG_BYTES });
  gcm.setAuthTag(data.subarray(end));
  return Buffer.concat([gcm.update(data.subarray(0, end)), gcm.final()]);
}
