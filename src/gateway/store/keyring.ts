/** Encryption of what is stored: AES-256-GCM, with keys that can be changed. */

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
/** NIST SP 800-38D §8.2.2: random ones are good for 2^32 encryptions with one key. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** `sealed:1:<key>:<Base64>`: neither JSON nor anything that stood there before there was encryption. */
const SEALED = /^sealed:1:([0-9a-f]{8}):([A-Za-z0-9+/]+=*)$/;
/** The length of what tells which key was used: `sealed:1:01234567:`. */
export const PREFIX_LENGTH = 18;

/** A stored value that cannot be read with the keys there are. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** The first key encrypts; all of them decrypt. */
export class Keyring {
  readonly #keys: ReadonlyMap<string, KeyObject>;
  /** The id of the key that encrypts: the beginning of its hash. Nothing when there is none. */
  readonly current: string | undefined;

  /** @param keys 32 bytes each. */
  constructor(keys: readonly Uint8Array[] = []) {
    this.#keys = new Map(keys.map((key) => [idOf(key), createSecretKey(key)]));
    [this.current] = this.#keys.keys();
  }

  /** Keys in Base64, with commas or spaces between them. @throws TypeError. */
  static parse(text: string): Keyring {
    const keys = text.split(/[\s,]+/).filter((each) => each !== '');
    return new Keyring(
      keys.map((each) => {
        const key = Buffer.from(each, 'base64');
        const isBase64 = /^[A-Za-z0-9+/_-]+=*$/.test(each);
        if (!isBase64 || key.length !== KEY_BYTES) {
          throw new TypeError('a key must be 32 bytes in Base64, as `openssl rand -base64 32` makes it');
        }
        return key;
      }),
    );
  }

  /** Whether there is a key of this id. */
  has(id: string): boolean {
    return this.#keys.has(id);
  }

  /**
   * Encrypts, where there is a key.
   * @param bound what the value belongs to: it can be read only as that.
   */
  seal(text: string, bound: string): string {
    const { current } = this;
    if (current === undefined) return text;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#keys.get(current) as KeyObject, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(bound));
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `sealed:1:${current}:${sealed.toString('base64')}`;
  }

  /** Decrypts; what was stored as it was is given as it is. @throws SealError. */
  open(stored: string, bound: string): string {
    if (!isSealed(stored)) return stored;
    const [, id = '', content = ''] = SEALED.exec(stored) ?? [];
    const key = this.#keys.get(id);
    if (key === undefined) throw new SealError(`it is encrypted with the key ${id || '?'}, which is not there`);
    const sealed = Buffer.from(content, 'base64');
    try {
      const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(bound));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
    } catch {
      throw new SealError(`it is damaged, or was moved here from somewhere else (key ${id})`);
    }
  }

  /** What values begin with that are encrypted with the first key. */
  get prefix(): string | undefined {
    return this.current && `sealed:1:${this.current}:`;
  }
}

export function isSealed(stored: string): boolean {
  return stored.startsWith('sealed:');
}

/** The id of the key in the beginning of a stored value; nothing when it is not encrypted. */
export function keyIdOf(prefix: string): string | undefined {
  return isSealed(prefix) ? prefix.slice(9, 17) : undefined;
}

function idOf(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}
