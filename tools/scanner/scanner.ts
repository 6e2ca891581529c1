/**
 * The scanner, in AssemblyScript: `node tools/scanner/build.mjs` makes src/stanza/xml/scanner-module.ts of it.
 * src/stanza/xml/scan.ts is the same in JavaScript; what it does is explained there. This one looks at 16 bytes at once.
 */

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
  MASK,
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
} from '../../src/stanza/xml/layout.ts';

const TAB: u32 = 0x09;
const LF: u32 = 0x0a;
const CR: u32 = 0x0d;
const SPACE: u32 = 0x20;
const AMP: u32 = 0x26;
const SLASH: u32 = 0x2f;
const SEMICOLON: u32 = 0x3b;
const LT: u32 = 0x3c;
const GT: u32 = 0x3e;

export function scan(): i32 {
  const end = load<u32>(END);
  const tapeBase = load<u32>(TAPE);
  const valuesBase = load<u32>(VALUES);
  const maxDepth = load<u32>(MAX_DEPTH);
  let p = load<u32>(POS);
  let origin = load<u32>(ORIGIN);
  let stanza = load<u32>(STANZA);
  let text = load<u32>(TEXT);
  let flags = load<u32>(TEXT_FLAGS);
  let depth = load<u32>(DEPTH);
  let last = load<u32>(LAST);
  let out = valuesBase + load<u32>(VALUES_TOP);
  let tape = tapeBase + load<u32>(TAPE_TOP);
  let top: u32 = STACK + depth * STACK_ENTRY;
  let inside = load<u32>(top, INSIDE_OF);
  let count = load<i32>(top, COUNT_OF);
  let first = stanza;
  let done: u32 = tapeBase;
  if (depth === 0) {
    tape = tapeBase;
    out = valuesBase;
    origin = p;
    first = p;
  } else {
    done = tapeBase + load<u32>(STACK + STACK_ENTRY, ENTRY_OF) - RECORD;
  }
  let result = MORE;

  while (true) {
    if (depth === 0) {
      while (isSpace(load<u8>(p))) p++;
      if (load<u8>(p) !== LT) {
        result = p >= end ? MORE : ODD_TEXT;
        break;
      }
      stanza = p;
    } else if (text !== 0 || load<u8>(p) !== LT) {
      if (text === 0) {
        text = p;
        flags = 0;
      }
      // From where it is in the input to where its copy is.
      const away = out - text;
      let c: u32 = 0;
      while (true) {
        const a = v128.load(p);
        const b = v128.load(p, 16);
        v128.store(p + away, a);
        v128.store(p + away, b, 16);
        const wide = bits(a, b);
        // `<` and `>` differ in one bit.
        let stops = bits(
          v128.or(special(a), i8x16.eq(v128.or(a, i8x16.splat(0x02)), i8x16.splat(0x3e))),
          v128.or(special(b), i8x16.eq(v128.or(b, i8x16.splat(0x02)), i8x16.splat(0x3e))),
        );
        if (wide !== 0) stops |= bits(i8x16.eq(a, i8x16.splat(0xef as i8)), i8x16.eq(b, i8x16.splat(0xef as i8)));
        if (stops === 0) {
          if (wide !== 0) flags |= FLAG_WIDE;
          p += 32;
          continue;
        }
        const k = ctz(stops);
        if (wide & ((1 << k) - 1)) flags |= FLAG_WIDE;
        p += k;
        c = load<u8>(p);
        if (c === LT) break;
        if (c === LF || c === TAB) {
          p++;
        } else if (c === CR) {
          flags |= FLAG_SPACE;
          p++;
        } else if (c === AMP) {
          const after = reference(p, end);
          if (after === 0) break;
          flags |= FLAG_REFERENCES;
          copy(p, after, away);
          p = after;
        } else if (c === GT) {
          if (p >= text + 2 && load<u16>(p - 2) === 0x5d5d) break;
          p++;
        } else if (c === 0xef) {
          if (load<u8>(p + 1) === 0xbf && load<u8>(p + 2) >= 0xbe) break;
          flags |= FLAG_WIDE;
          copy(p, p + 3, away);
          p += 3;
        } else break;
      }
      if (c !== LT) {
        result = p >= end ? MORE : ODD_TEXT;
        break;
      }
      if (p > text) {
        store<i32>(tape, ~(((out - valuesBase) << FLAG_BITS) | flags));
        out += p - text;
        store<u32>(tape, out - valuesBase, 4);
        tape += 8;
        count++;
      }
      text = 0;
    }

    // At a `<`.
    const v = v128.load(p);
    if (i8x16.extract_lane_u(v, 1) === SLASH) {
      if (depth === 0 || inside === 0 || !begins(v, inside) || !goesOn(p, inside)) {
        result = ODD_MARKUP;
        break;
      }
      p += load<u32>(inside, LABEL_LENGTH);
      const entry = tapeBase + load<u32>(top, ENTRY_OF);
      store<i32>(entry, count, 4);
      store<u32>(entry, tape - tapeBase, 8);
      last = load<u32>(top, SHAPE_OF);
      depth--;
      top -= STACK_ENTRY;
      inside = load<u32>(top, INSIDE_OF);
      count = load<i32>(top, COUNT_OF);
    } else {
      let shape: u32 = 0;
      let before = last;
      let parent = inside;
      const entry = depth === 0 ? tape + RECORD : tape;
      let values = entry + ENTRY;
      const firstValue = out;
      let q = p;
      let w = v;
      while (parent !== 0) {
        // What has come after the last piece before is tried first.
        shape = before === 0 ? 0 : load<u32>(before, LIKELY);
        if (shape === 0 || !begins(w, shape) || !goesOn(q, shape)) shape = search(q, w, before, parent);
        if (shape === 0) break;
        q += load<u32>(shape, LABEL_LENGTH);
        if (load<u32>(shape, KIND) !== KIND_VALUE) break;
        const from = q;
        const away = out - from;
        const quote = load<u8>(q - 1) as u32;
        const quotes = i8x16.splat(quote as i8);
        let valueFlags: u32 = 0;
        let c: u32 = 0;
        while (true) {
          const a = v128.load(q);
          const b = v128.load(q, 16);
          v128.store(q + away, a);
          v128.store(q + away, b, 16);
          const wide = bits(a, b);
          let stops = bits(
            v128.or(special(a), v128.or(i8x16.eq(a, quotes), i8x16.eq(a, i8x16.splat(0x3c)))),
            v128.or(special(b), v128.or(i8x16.eq(b, quotes), i8x16.eq(b, i8x16.splat(0x3c)))),
          );
          if (wide !== 0) stops |= bits(i8x16.eq(a, i8x16.splat(0xef as i8)), i8x16.eq(b, i8x16.splat(0xef as i8)));
          if (stops === 0) {
            if (wide !== 0) valueFlags |= FLAG_WIDE;
            q += 32;
            continue;
          }
          const k = ctz(stops);
          if (wide & ((1 << k) - 1)) valueFlags |= FLAG_WIDE;
          q += k;
          c = load<u8>(q);
          if (c === quote) break;
          if (c === LF || c === TAB || c === CR) {
            valueFlags |= FLAG_SPACE;
            q++;
          } else if (c === AMP) {
            const after = reference(q, end);
            if (after === 0) break;
            valueFlags |= FLAG_REFERENCES;
            copy(q, after, away);
            q = after;
          } else if (c === 0xef) {
            if (load<u8>(q + 1) === 0xbf && load<u8>(q + 2) >= 0xbe) break;
            valueFlags |= FLAG_WIDE;
            copy(q, q + 3, away);
            q += 3;
          } else break;
        }
        store<u32>(values, ((out - valuesBase) << FLAG_BITS) | valueFlags);
        out += q - from;
        store<u32>(values, out - valuesBase, 4);
        values += 8;
        if (c !== quote) {
          shape = 0;
          break;
        }
        // The label of what follows begins with the quote.
        w = v128.load(q);
        before = shape;
        parent = shape;
      }
      if (shape === 0 || depth === maxDepth) {
        out = firstValue;
        result = ODD_MARKUP;
        break;
      }
      if (depth === 0) store<u32>(tape, firstValue - valuesBase, VALUES_OF);
      store<u32>(entry, load<u32>(shape, ID));
      count++;
      tape = values;
      p = q;
      if (load<u32>(shape, KIND) === KIND_EMPTY) {
        store<u32>(entry, 0, 4);
        store<u32>(entry, tape - tapeBase, 8);
        last = shape;
      } else {
        store<i32>(top, count, COUNT_OF);
        depth++;
        top += STACK_ENTRY;
        inside = load<u32>(shape, INSIDE);
        last = inside;
        count = 0;
        store<u32>(top, inside, INSIDE_OF);
        store<u32>(top, shape, SHAPE_OF);
        store<u32>(top, entry - tapeBase, ENTRY_OF);
      }
    }

    if (depth === 0) {
      store<u32>(done, out - valuesBase, VALUES_END_OF);
      store<u32>(done, p - stanza, LENGTH_OF);
      store<u32>(done, p - origin, END_OF);
      done = tape;
      if (p - first >= (RUN as u32)) {
        result = COMPLETE;
        break;
      }
    }
  }

  store<u32>(POS, p);
  store<u32>(ORIGIN, origin);
  store<u32>(STANZA, stanza);
  store<u32>(TEXT, text);
  store<u32>(TEXT_FLAGS, flags);
  store<u32>(TAPE_TOP, tape - tapeBase);
  store<u32>(DONE, done - tapeBase);
  store<u32>(DEPTH, depth);
  store<u32>(LAST, last);
  store<u32>(VALUES_TOP, out - valuesBase);
  store<i32>(top, count, COUNT_OF);
  return result;
}

/** Copies what is from `from` to `to`, and perhaps a little more. */
function copy(from: u32, to: u32, away: u32): void {
  for (let at = from; at < to; at += 16) v128.store(at + away, v128.load(at));
}

/** One bit for each of 32 bytes: whether its highest bit is set. */
function bits(a: v128, b: v128): u32 {
  return (i8x16.bitmask(a) as u32) | ((i8x16.bitmask(b) as u32) << 16);
}

/** Where there are control characters and `&`. */
function special(v: v128): v128 {
  return v128.or(i8x16.le_u(v, i8x16.splat(0x1f)), i8x16.eq(v, i8x16.splat(0x26)));
}

/** The child of `parent` whose label stands at `p`, where `v` are the first 16 bytes; 0 when there is none. */
function search(p: u32, v: v128, before: u32, parent: u32): u32 {
  let child = load<u32>(parent, CHILD);
  for (let tries = 0; child !== 0 && tries < MAX_TRIES; tries++) {
    if (begins(v, child) && goesOn(p, child)) {
      if (before !== 0) store<u32>(before, child, LIKELY);
      return child;
    }
    child = load<u32>(child, NEXT);
  }
  return 0;
}

/** Whether `v` is how the label of `shape` begins: its first 16 bytes, or all of it. */
function begins(v: v128, shape: u32): bool {
  return !v128.any_true(v128.xor(v128.and(v, v128.load(shape, MASK)), v128.load(shape, LABEL)));
}

/** Whether the rest of the label stands at `p`. */
function goesOn(p: u32, shape: u32): bool {
  const length = load<u32>(shape, LABEL_LENGTH);
  return length <= 16 || isRest(p, shape, length);
}

function isRest(p: u32, shape: u32, length: u32): bool {
  // The last 16 bytes, then those in between: most labels have at most 32.
  const last = length - 16;
  if (v128.any_true(v128.xor(v128.load(p + last), v128.load(shape + last, LABEL)))) return false;
  for (let i: u32 = 16; i < last; i += 16) {
    if (v128.any_true(v128.xor(v128.load(p + i), v128.load(shape + i, LABEL)))) return false;
  }
  return true;
}

function isSpace(c: u32): bool {
  return c === SPACE || c === LF || c === CR || c === TAB;
}

/** The end of the reference that begins at `p`; 0 when there is none that is whole and legal. */
function reference(p: u32, end: u32): u32 {
  const next = load<u32>(p, 1);
  if ((next & 0xffffff) === 0x3b746c) return p + 4; // lt;
  if ((next & 0xffffff) === 0x3b7467) return p + 4; // gt;
  if (next === 0x3b706d61) return p + 5; // amp;
  if (next === 0x736f7061 && load<u8>(p + 5) === SEMICOLON) return p + 6; // apos;
  if (next === 0x746f7571 && load<u8>(p + 5) === SEMICOLON) return p + 6; // quot;
  if ((next & 0xff) !== 0x23) return 0; // #
  const isHex = ((next >> 8) & 0xff) === 0x78; // x
  const digits = p + (isHex ? 3 : 2);
  let q = digits;
  let code: u32 = 0;
  while (q < end) {
    const c = load<u8>(q) as u32;
    let digit = c - 0x30;
    if (digit > 9) {
      if (!isHex) break;
      digit = (c | 0x20) - 0x57;
      if (digit < 10 || digit > 15) break;
    }
    code = code * (isHex ? 16 : 10) + digit;
    if (code > 0x10ffff) return 0;
    q++;
  }
  if (q === digits || load<u8>(q) !== SEMICOLON) return 0;
  if (code < 0x20) return code === TAB || code === LF || code === CR ? q + 1 : 0;
  if ((code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff) return 0;
  return q + 1;
}
