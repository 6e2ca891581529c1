/** The server's side of SASL: PLAIN, SCRAM-SHA-1 and SCRAM-SHA-256. RFC 4616, RFC 5802, RFC 7677. */

import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { fieldsOf } from '../../../stanza/stream/scram.ts';

/** What the server says next: a challenge, its consent, or its refusal with a condition of RFC 6120 §6.5. */
export type SaslStep =
  | { readonly challenge: string }
  | { readonly success: string; readonly username: string }
  | { readonly failure: 'not-authorized' | 'malformed-request' | 'invalid-mechanism' };

/** Takes what the client says and answers it. */
export type SaslExchange = (text: string) => SaslStep;

export const MECHANISMS: readonly string[] = ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'];

/** Begins an exchange. `passwordOf` gives the password of an account, `undefined` when there is none. */
export function beginSasl(
  mechanism: string | undefined,
  passwordOf: (username: string) => string | undefined,
): SaslExchange | undefined {
  switch (mechanism) {
    case 'PLAIN':
      return (text) => plain(text, passwordOf);
    case 'SCRAM-SHA-1':
      return scram('sha1', 20, passwordOf);
    case 'SCRAM-SHA-256':
      return scram('sha256', 32, passwordOf);
    default:
      return undefined;
  }
}

function plain(text: string, passwordOf: (username: string) => string | undefined): SaslStep {
  const [, username, password] = text.split('\0');
  if (username === undefined || password === undefined) return { failure: 'malformed-request' };
  return passwordOf(username) === password ? { success: '', username } : { failure: 'not-authorized' };
}

function scram(
  hash: 'sha1' | 'sha256',
  size: number,
  passwordOf: (username: string) => string | undefined,
): SaslExchange {
  const hmac = (key: Uint8Array, text: string) => createHmac(hash, key).update(text).digest();
  let username = '';
  let nonce = '';
  let transcript = '';
  const salt = randomBytes(16);
  const iterations = 4096;

  return (text) => {
    if (nonce === '') {
      const bare = /^[ny],[^,]*,(.*)$/.exec(text)?.[1];
      const first = bare === undefined ? {} : fieldsOf(bare);
      if (bare === undefined || first.n === undefined || first.r === undefined) return { failure: 'malformed-request' };
      username = first.n.replace(/=2C/g, ',').replace(/=3D/g, '=');
      nonce = first.r + randomBytes(18).toString('base64');
      const challenge = `r=${nonce},s=${salt.toString('base64')},i=${iterations}`;
      transcript = `${bare},${challenge}`;
      return { challenge };
    }
    const { c = '', r = '', p = '' } = fieldsOf(text);
    const password = passwordOf(username);
    if (password === undefined || r !== nonce) return { failure: 'not-authorized' };
    const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, size, hash);
    const whole = `${transcript},c=${c},r=${r}`;
    const clientKey = hmac(salted, 'Client Key');
    const signature = hmac(createHash(hash).update(clientKey).digest(), whole);
    const proof = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] as number)));
    const given = Buffer.from(p, 'base64');
    if (given.length !== proof.length || !timingSafeEqual(given, proof)) return { failure: 'not-authorized' };
    const verifier = hmac(hmac(salted, 'Server Key'), whole).toString('base64');
    return { success: `v=${verifier}`, username };
  };
}
