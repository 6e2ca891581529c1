import { Fault } from './fault.ts';

const QUOT = 0x22;
const APOS = 0x27;
const LT = 0x3c;
const GT = 0x3e;
const BRACKET = 0x5d;

/**
 * Looks for the end of a tag or of a CDATA section that may come in many pieces, and never at the same byte twice:
 * however finely a peer cuts its input, reading it costs the same.
 */
export class MarkupEnd {
  readonly #isCdata: boolean;
  /** How far it has looked, from the `<` on. */
  #looked = 1;
  #quote = 0;

  constructor(isCdata: boolean) {
    this.#isCdata = isCdata;
  }

  /**
   * Where the markup that begins at `from` ends, behind its `>`; 0 when that is not before `end`.
   * `fault` makes an error of a `<` in a tag: legal nowhere, not even in a value.
   */
  find(bytes: Uint8Array, from: number, end: number, fault: (fault: Fault, at: number) => Fault): number {
    for (let i = from + this.#looked; i < end; i++) {
      const c = bytes[i] as number;
      if (this.#isCdata) {
        if (c === GT && bytes[i - 1] === BRACKET && bytes[i - 2] === BRACKET && i >= from + 11) return i + 1;
      } else if (c === LT) {
        throw fault(new Fault('not-well-formed', '"<" inside a tag'), i + 1);
      } else if (this.#quote !== 0) {
        if (c === this.#quote) this.#quote = 0;
      } else if (c === GT) {
        return i + 1;
      } else if (c === QUOT || c === APOS) {
        this.#quote = c;
      }
    }
    this.#looked = end - from;
    return 0;
  }
}
