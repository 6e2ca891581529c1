/**
 * The SASL mechanisms SCRAM-SHA-1, SCRAM-SHA-256 and PLAIN, in the form that @xmpp/sasl asks for. RFC 5802, RFC 7677,
 * RFC 4616.
 *
 * The packages for SCRAM on npm do not check that the server knows the password too, and know SHA-1 only.
 */

import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface Mechanism {
  readonly name: string;
  /** Whether the client speaks first. */
  readonly clientFirst: boolean;
  /** What the server said. Throws when it makes no sense. */
  challenge(text: string): void;
  /** What to say next. */
  response(credentials: Credentials): Promise<string> | string;
  /** What the server said with its consent. Throws when it does not prove that it knows the password. */
  success(text: string): void;
}

/** RFC 5802 §9 asks for 4096 at least; far more is an attack on the client's time. */
const MAX_ITERATIONS = 1_000_000;
const MIN_ITERATIONS = 4096;

export class Scram implements Mechanism {
  readonly name: string;
  readonly clientFirst = true;
  readonly #hash: 'sha1' | 'sha256';
  readonly #nonce: string;
  #clientFirstBare = '';
  #serverFirst: string | undefined;
  #serverSignature: Buffer | undefined;

  constructor(hash: 'sha1' | 'sha256', nonce = randomBytes(24).toString('base64')) {
    this.name = hash === 'sha1' ? 'SCRAM-SHA-1' : 'SCRAM-SHA-256';
    this.#hash = hash;
    this.#nonce = nonce;
  }

  challenge(text: string): void {
    if (this.#serverFirst === undefined) this.#serverFirst = text;
    else this.#verify(text);
  }

  async response({ username, password }: Credentials): Promise<string> {
    if (this.#serverFirst === undefined) {
      const name = prepared(username).replace(/=/g, '=3D').replace(/,/g, '=2C');
      this.#clientFirstBare = `n=${name},r=${this.#nonce}`;
      return `n,,${this.#clientFirstBare}`;
    }
    if (this.#serverSignature !== undefined) return '';
    const { r: nonce = '', s: salt = '', i: count = '' } = fieldsOf(this.#serverFirst);
    const iterations = Number(count);
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce) throw new Error('SCRAM: the server changed the nonce');
    if (!Number.isInteger(iterations) || iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
      throw new Error(`SCRAM: an iteration count of ${count}`);
    }
    const size = this.#hash === 'sha1' ? 20 : 32;
    const salted = await promisify(pbkdf2)(
      prepared(password),
      Buffer.from(salt, 'base64'),
      iterations,
      size,
      this.#hash,
    );
    const withoutProof = `c=biws,r=${nonce}`;
    const transcript = `${this.#clientFirstBare},${this.#serverFirst},${withoutProof}`;
    const clientKey = this.#hmac(salted, 'Client Key');
    const storedKey = createHash(this.#hash).update(clientKey).digest();
    const signature = this.#hmac(storedKey, transcript);
    const proof = clientKey.map((byte, i) => byte ^ (signature[i] as number));
    this.#serverSignature = this.#hmac(this.#hmac(salted, 'Server Key'), transcript);
    return `${withoutProof},p=${Buffer.from(proof).toString('base64')}`;
  }

  success(text: string): void {
    // The signature may have come in a challenge before; then nothing comes with the success.
    if (text !== '') this.#verify(text);
    if (!this.#verified) throw new Error('SCRAM: the server did not prove that it knows the password');
  }

  #verified = false;

  #verify(text: string): void {
    const given = Buffer.from(fieldsOf(text).v ?? '', 'base64');
    const expected = this.#serverSignature;
    if (expected === undefined || given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new Error('SCRAM: the server does not know the password');
    }
    this.#verified = true;
  }

  #hmac(key: Uint8Array, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest();
  }
}

export class Plain implements Mechanism {
  readonly name = 'PLAIN';
  readonly clientFirst = true;

  challenge(): void {}

  response({ username, password }: Credentials): string {
    return `\0${prepared(username)}\0${prepared(password)}`;
  }

  success(): void {}
}

/** The `a=…,b=…` of SCRAM messages. */
export function fieldsOf(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const part of text.split(',')) {
    if (part[1] === '=') fields[part[0] as string] = part.slice(2);
  }
  return fields;
}

/** Close to SASLprep (RFC 4013), and the same for all that people type. */
function prepared(text: string): string {
  return text.replace(/\p{Zs}/gu, ' ').normalize('NFKC');
}
