import { Fault } from './fault.ts';
import { MarkupEnd } from './markup-end.ts';
import type { Bytes } from './scanner.ts';

const LT = 0x3c;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const CDATA = '<![CDATA[';

/**
 * The rest of a first-level element of which nothing more is wanted. Only its tags are counted, and nothing of it is kept:
 * whether it is well-formed has been seen by the server that passes it on.
 */
export class Excess {
  /** How many of its elements are open. */
  #open: number;
  /** Knows how far the markup has been looked at whose end has not come. */
  #markupEnd: MarkupEnd | undefined;

  constructor(open: number) {
    this.#open = open;
  }

  get isOver(): boolean {
    return this.#open === 0;
  }

  /** Passes over what has come of it, from `from` to `end`. Returns how far that is. Throws Fault. */
  pass(bytes: Bytes, from: number, end: number): number {
    let at = from;
    while (this.#open > 0) {
      if (this.#markupEnd === undefined) {
        while (at < end && bytes[at] !== LT) at++;
        this.#markupEnd = markupAt(bytes, at, end);
        if (this.#markupEnd === undefined) return at;
      }
      const to = this.#markupEnd.find(bytes, at, end, (fault) => fault);
      if (to === 0) return at;
      this.#markupEnd = undefined;
      if (bytes[at + 1] === SLASH) this.#open--;
      else if (bytes[at + 1] !== BANG && bytes[to - 2] !== SLASH) this.#open++;
      at = to;
    }
    return at;
  }
}

/** What knows its end; `undefined` when too little of it has come. */
function markupAt(bytes: Bytes, at: number, end: number): MarkupEnd | undefined {
  if (at + 1 >= end) return undefined;
  if (bytes[at + 1] !== BANG && bytes[at + 1] !== QUESTION) return new MarkupEnd(false);
  const head = bytes.latin1Slice(at, Math.min(at + CDATA.length, end));
  if (!CDATA.startsWith(head)) {
    throw new Fault('restricted-xml', 'comments, instructions and declarations are not allowed in XMPP');
  }
  return head.length < CDATA.length ? undefined : new MarkupEnd(true);
}
