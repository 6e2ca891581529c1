/**
 * The scanner: bytes → tape. It goes once over the input, checks what it sees, and notes where everything is.
 *
 * It knows start tags by their *shapes*: what such tags have looked like so far, `<iq to='` and then `' id='` and then
 * `'>`, with all that varies left out. A tag of a known shape needs no look at its names: comparing the bytes with the
 * label of each shape on the way is enough. Whatever it does not know it leaves to the reader, which looks at it with
 * more patience and, when it is a start tag, adds its shapes to the tree: see reader.ts.
 *
 * tools/scanner/scanner.ts is the same for WebAssembly, used where there is such a thing.
 */

import { isXmlChar } from './chars.ts';
import {
  CHILD,
  COMPLETE,
  COUNT_OF,
  DEPTH,
  DONE,
  END,
  END_OF,
  ENTRY,
  ENTRY_OF,
  FLAG_BITS,
  FLAG_REFERENCES,
  FLAG_SPACE,
  FLAG_WIDE,
  ID,
  INSIDE,
  INSIDE_OF,
  KIND,
  KIND_EMPTY,
  KIND_VALUE,
  LABEL,
  LABEL_LENGTH,
  LAST,
  LENGTH_OF,
  LIKELY,
  MAX_DEPTH,
  MAX_TRIES,
  MORE,
  NEXT,
  ODD_MARKUP,
  ODD_TEXT,
  ORIGIN,
  POS,
  RECORD,
  RUN,
  SHAPE_OF,
  STACK,
  STACK_ENTRY,
  STANZA,
  TAPE,
  TAPE_TOP,
  TEXT,
  TEXT_FLAGS,
  VALUES,
  VALUES_END_OF,
  VALUES_OF,
  VALUES_TOP,
} from './layout.ts';

/** The memory of a scanner, as bytes and as 32-bit words. */
export interface Memory {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOT = 0x22;
const AMP = 0x26;
const APOS = 0x27;
const SLASH = 0x2f;
const SEMICOLON = 0x3b;
const LT = 0x3c;
const GT = 0x3e;

// What a byte may mean in text or in a value.
const PLAIN = 0;
const WIDE = 1;
const STOP = 2;

/** More bytes than that are not copied one by one. */
const LONG = 64;

const MEANING = new Uint8Array(256).fill(WIDE, 0x80).fill(STOP, 0, 0x20);
for (const c of [QUOT, AMP, APOS, LT, GT, 0xef]) MEANING[c] = STOP;

/** Reads on from POS until a run of first-level elements is complete or something needs attention. Returns what. */
export function scan({ bytes, words }: Memory): number {
  const end = words[END >> 2] as number;
  const tapeBase = words[TAPE >> 2] as number;
  const valuesBase = words[VALUES >> 2] as number;
  const maxDepth = words[MAX_DEPTH >> 2] as number;
  let p = words[POS >> 2] as number;
  let origin = words[ORIGIN >> 2] as number;
  let stanza = words[STANZA >> 2] as number;
  let text = words[TEXT >> 2] as number;
  let flags = words[TEXT_FLAGS >> 2] as number;
  let depth = words[DEPTH >> 2] as number;
  let last = words[LAST >> 2] as number;
  let out = valuesBase + (words[VALUES_TOP >> 2] as number);
  // All that follows counts in words: the places on the tape and on the stack.
  let tape = (tapeBase + (words[TAPE_TOP >> 2] as number)) >> 2;
  let top = (STACK + depth * STACK_ENTRY) >> 2;
  let inside = words[top + (INSIDE_OF >> 2)] as number;
  let count = words[top + (COUNT_OF >> 2)] as number;
  /** Where the run begins in the input. */
  let first = stanza;
  let done = 0;
  if (depth === 0) {
    tape = tapeBase >> 2;
    out = valuesBase;
    origin = p;
    first = p;
  } else {
    done = (words[(STACK + STACK_ENTRY + ENTRY_OF) >> 2] as number) - RECORD;
  }
  let result = MORE;

  while (true) {
    if (depth === 0) {
      // Between first-level elements: white space only.
      while (isSpace(bytes[p] as number)) p++;
      if (bytes[p] !== LT) {
        result = p >= end ? MORE : ODD_TEXT;
        break;
      }
      stanza = p;
    } else if (text !== 0 || bytes[p] !== LT) {
      if (text === 0) {
        text = p;
        flags = 0;
      }
      let c = 0;
      while (true) {
        c = bytes[p] as number;
        const meaning = MEANING[c] as number;
        if (meaning === PLAIN) {
          p++;
        } else if (meaning === WIDE) {
          flags |= FLAG_WIDE;
          p++;
        } else if (c === LT) {
          break;
        } else if (c === LF || c === TAB || c === QUOT || c === APOS) {
          p++;
        } else if (c === CR) {
          flags |= FLAG_SPACE;
          p++;
        } else if (c === AMP) {
          const after = reference(bytes, p, end);
          if (after === 0) break;
          flags |= FLAG_REFERENCES;
          p = after;
        } else if (c === GT) {
          // XML 1.0 §2.4: no "]]>" in text.
          if (p >= text + 2 && bytes[p - 1] === 0x5d && bytes[p - 2] === 0x5d) break;
          p++;
        } else if (c === 0xef) {
          // EF BF BE and EF BF BF are U+FFFE and U+FFFF.
          if (bytes[p + 1] === 0xbf && (bytes[p + 2] as number) >= 0xbe) break;
          flags |= FLAG_WIDE;
          p += 3;
        } else break;
      }
      if (c !== LT) {
        result = p >= end ? MORE : ODD_TEXT;
        break;
      }
      // There is no text where the input was cut between two tags.
      if (p > text) {
        words[tape] = ~(((out - valuesBase) << FLAG_BITS) | flags);
        out = copy(bytes, text, p, out);
        words[tape + 1] = out - valuesBase;
        tape += 2;
        count++;
      }
      text = 0;
    }

    // At a `<`.
    if (bytes[p + 1] === SLASH) {
      if (depth === 0 || inside === 0 || !matches(bytes, words, p, inside)) {
        result = ODD_MARKUP;
        break;
      }
      p += words[(inside + LABEL_LENGTH) >> 2] as number;
      // The entry of the start tag learns what is inside, and where the next one is: a reader can skip what is between.
      const entry = (tapeBase + (words[top + (ENTRY_OF >> 2)] as number)) >> 2;
      words[entry + 1] = count;
      words[entry + 2] = (tape << 2) - tapeBase;
      last = words[top + (SHAPE_OF >> 2)] as number;
      depth--;
      top -= STACK_ENTRY >> 2;
      inside = words[top + (INSIDE_OF >> 2)] as number;
      count = words[top + (COUNT_OF >> 2)] as number;
    } else {
      let shape = inside === 0 ? 0 : follow(bytes, words, p, last, inside);
      const entry = depth === 0 ? tape + (RECORD >> 2) : tape;
      let values = entry + (ENTRY >> 2);
      const firstValue = out;
      let q = p;
      while (shape !== 0) {
        q += words[(shape + LABEL_LENGTH) >> 2] as number;
        if (words[(shape + KIND) >> 2] !== KIND_VALUE) break;
        const from = q;
        const quote = bytes[q - 1] as number;
        let valueFlags = 0;
        let v = 0;
        while (true) {
          v = bytes[q] as number;
          const meaning = MEANING[v] as number;
          if (meaning === PLAIN) {
            q++;
          } else if (meaning === WIDE) {
            valueFlags |= FLAG_WIDE;
            q++;
          } else if (v === quote) {
            break;
          } else if (v === QUOT || v === APOS || v === GT) {
            q++;
          } else if (v === LF || v === TAB || v === CR) {
            valueFlags |= FLAG_SPACE;
            q++;
          } else if (v === AMP) {
            const after = reference(bytes, q, end);
            if (after === 0) break;
            valueFlags |= FLAG_REFERENCES;
            q = after;
          } else if (v === 0xef) {
            if (bytes[q + 1] === 0xbf && (bytes[q + 2] as number) >= 0xbe) break;
            valueFlags |= FLAG_WIDE;
            q += 3;
          } else break;
        }
        words[values] = ((out - valuesBase) << FLAG_BITS) | valueFlags;
        out = copy(bytes, from, q, out);
        words[values + 1] = out - valuesBase;
        values += 2;
        // The label of what follows begins with the quote.
        shape = v === quote ? follow(bytes, words, q, shape, shape) : 0;
      }
      if (shape === 0 || depth === maxDepth) {
        out = firstValue;
        result = ODD_MARKUP;
        break;
      }
      if (depth === 0) words[tape + (VALUES_OF >> 2)] = firstValue - valuesBase;
      words[entry] = words[(shape + ID) >> 2] as number;
      count++;
      tape = values;
      p = q;
      if (words[(shape + KIND) >> 2] === KIND_EMPTY) {
        words[entry + 1] = 0;
        words[entry + 2] = (tape << 2) - tapeBase;
        last = shape;
      } else {
        words[top + (COUNT_OF >> 2)] = count;
        depth++;
        top += STACK_ENTRY >> 2;
        inside = words[(shape + INSIDE) >> 2] as number;
        last = inside;
        count = 0;
        words[top + (INSIDE_OF >> 2)] = inside;
        words[top + (SHAPE_OF >> 2)] = shape;
        words[top + (ENTRY_OF >> 2)] = (entry << 2) - tapeBase;
      }
    }

    if (depth === 0) {
      const record = (tapeBase + done) >> 2;
      words[record + (VALUES_END_OF >> 2)] = out - valuesBase;
      words[record + (LENGTH_OF >> 2)] = p - stanza;
      words[record + (END_OF >> 2)] = p - origin;
      done = (tape << 2) - tapeBase;
      if (p - first >= RUN) {
        result = COMPLETE;
        break;
      }
    }
  }

  words[POS >> 2] = p;
  words[ORIGIN >> 2] = origin;
  words[STANZA >> 2] = stanza;
  words[TEXT >> 2] = text;
  words[TEXT_FLAGS >> 2] = flags;
  words[TAPE_TOP >> 2] = (tape << 2) - tapeBase;
  words[DONE >> 2] = done;
  words[DEPTH >> 2] = depth;
  words[LAST >> 2] = last;
  words[VALUES_TOP >> 2] = out - valuesBase;
  words[top + (COUNT_OF >> 2)] = count;
  return result;
}

/**
 * The child of `parent` whose label stands at `p`; 0 when there is none, or none among the first. The one that has come
 * after `before` the last time is tried first: what people send is much the same, and in the same order.
 */
function follow(bytes: Uint8Array, words: Int32Array, p: number, before: number, parent: number): number {
  const likely = before === 0 ? 0 : (words[(before + LIKELY) >> 2] as number);
  if (likely !== 0 && matches(bytes, words, p, likely)) return likely;
  let child = words[(parent + CHILD) >> 2] as number;
  for (let tries = 0; child !== 0 && tries < MAX_TRIES; tries++) {
    if (matches(bytes, words, p, child)) {
      if (before !== 0) words[(before + LIKELY) >> 2] = child;
      return child;
    }
    child = words[(child + NEXT) >> 2] as number;
  }
  return 0;
}

/** Whether the label of `shape` stands at `p`. */
function matches(bytes: Uint8Array, words: Int32Array, p: number, shape: number): boolean {
  const length = words[(shape + LABEL_LENGTH) >> 2] as number;
  const label = shape + LABEL;
  for (let i = 0; i < length; i++) {
    if (bytes[p + i] !== bytes[label + i]) return false;
  }
  return true;
}

/** Copies what is from `from` to `to` in the input. Returns where the copy ends. */
function copy(bytes: Uint8Array, from: number, to: number, out: number): number {
  const end = out + to - from;
  if (to - from > LONG) bytes.copyWithin(out, from, to);
  else for (let o = out, p = from; o < end; o++, p++) bytes[o] = bytes[p] as number;
  return end;
}

function isSpace(c: number): boolean {
  return c === SPACE || c === LF || c === CR || c === TAB;
}

/** The end of the reference that begins at `p`; 0 when there is none that is whole and legal. */
function reference(bytes: Uint8Array, p: number, end: number): number {
  if (bytes[p + 1] !== 0x23 /* # */) {
    for (const name of PREDEFINED) {
      let i = 0;
      while (i < name.length && bytes[p + 1 + i] === name[i]) i++;
      if (i === name.length) return p + 1 + i;
    }
    return 0;
  }
  const isHex = bytes[p + 2] === 0x78; /* x */
  const digits = p + (isHex ? 3 : 2);
  let q = digits;
  let code = 0;
  for (; q < end; q++) {
    const c = bytes[q] as number;
    let digit = c - 0x30;
    if (digit < 0 || digit > 9) {
      digit = (c | 0x20) - 0x57;
      if (!isHex || digit < 10 || digit > 15) break;
    }
    code = code * (isHex ? 16 : 10) + digit;
    if (code > 0x10ffff) return 0;
  }
  return q > digits && bytes[q] === SEMICOLON && isXmlChar(code) ? q + 1 : 0;
}

const PREDEFINED = ['lt;', 'gt;', 'amp;', 'apos;', 'quot;'].map((name) => Buffer.from(name, 'latin1'));
