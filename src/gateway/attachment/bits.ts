/** Small pictures that clients have sent, by their content ids: the same is not asked for twice. XEP-0231. */

import type { IqSender } from '../../stanza/index.ts';
import { fetchData } from '../../xep/0231-bob.ts';

export interface Bit {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Bytes of all pictures together, and of one: XEP-0231 is for 8 kB. */
const MAX_TOTAL = 8 * 1024 * 1024;
const MAX_ONE = 256 * 1024;

export class Bits {
  readonly #iq: IqSender;
  /** Those used last are at the end. */
  readonly #bits = new Map<string, Bit>();
  #total = 0;

  constructor(iq: IqSender) {
    this.#iq = iq;
  }

  get(cid: string): Bit | undefined {
    const known = this.#bits.get(cid);
    if (known !== undefined) {
      this.#bits.delete(cid);
      this.#bits.set(cid, known);
    }
    return known;
  }

  /**
   * Asks the client that has sent it, if it is not known.
   * @param from who asks: the one to whom the picture was sent.
   * @returns `undefined` when the client has something else, or too much.
   */
  async fetch(cid: string, client: string, from: string): Promise<Bit | undefined> {
    const known = this.get(cid);
    if (known !== undefined) return known;
    const sender: IqSender = { request: (request) => this.#iq.request({ ...request, from }) };
    const fetched = await fetchData(sender, client, cid);
    if (fetched === undefined || fetched.bytes.length > MAX_ONE) return undefined;
    const bit = { type: fetched.type ?? 'application/octet-stream', bytes: fetched.bytes };
    this.#bits.set(cid, bit);
    this.#total += bit.bytes.length;
    for (const [oldest, { bytes }] of this.#bits) {
      if (this.#total <= MAX_TOTAL) break;
      this.#bits.delete(oldest);
      this.#total -= bytes.length;
    }
    return bit;
  }
}
