/**
 * The scanner, in AssemblyScript: `node tools/scanner/build.mjs` makes src/stanza/xml/scanner-module.ts of it.
 * src/stanza/xml/scan.ts is the same in JavaScript; what it does is explained there. This one looks at 16 bytes at once.
 */

import {
  CHILD,
  COMPLETE,
  DEPTH,
  END,
  END_TAG,
  FLAG_BITS,
  FLAG_REFERENCES,
  FLAG_SPACE,
  FLAG_WIDE,
  ID,
  INSIDE,
  KIND,
  KIND_NAME,
  KIND_VALUE,
  LABEL,
  LABEL_LENGTH,
  MASK,
  MAX_DEPTH,
  MAX_TRIES,
  MORE,
  NEXT,
  ODD_MARKUP,
  ODD_TEXT,
  POS,
  ROOT,
  STACK,
  STACK_ENTRY,
  STANZA,
  TAPE,
  TAPE_TOP,
  TEXT,
  TEXT_FLAGS,
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
  const maxDepth = load<u32>(MAX_DEPTH);
  const root = load<u32>(ROOT);
  let p = load<u32>(POS);
  let stanza = load<u32>(STANZA);
  let text = load<u32>(TEXT);
  let flags = load<u32>(TEXT_FLAGS);
  let tape = tapeBase + load<u32>(TAPE_TOP);
  let depth = load<u32>(DEPTH);
  let result = MORE;

  while (true) {
    if (depth === 0) {
      while (isSpace(load<u8>(p))) p++;
      if (load<u8>(p) !== LT) {
        result = p >= end ? MORE : ODD_TEXT;
        break;
      }
      stanza = p;
      tape = tapeBase;
    } else if (text !== 0 || load<u8>(p) !== LT) {
      if (text === 0) {
        text = p;
        flags = 0;
      }
      let c: u32 = 0;
      while (true) {
        const v = v128.load(p);
        const wide = i8x16.bitmask(v) as u32;
        const stops = i8x16.bitmask(
          v128.or(
            v128.or(i8x16.lt_u(v, i8x16.splat(0x20)), i8x16.eq(v, i8x16.splat(0x26))),
            v128.or(i8x16.eq(v128.or(v, i8x16.splat(0x02)), i8x16.splat(0x3e)), i8x16.eq(v, i8x16.splat(0xef as i8))),
          ),
        ) as u32;
        if (stops === 0) {
          if (wide !== 0) flags |= FLAG_WIDE;
          p += 16;
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
          p = after;
        } else if (c === GT) {
          if (p >= text + 2 && load<u16>(p - 2) === 0x5d5d) break;
          p++;
        } else if (c === 0xef) {
          if (load<u8>(p + 1) === 0xbf && load<u8>(p + 2) >= 0xbe) break;
          flags |= FLAG_WIDE;
          p += 3;
        } else break;
      }
      if (c !== LT) {
        result = p >= end ? MORE : ODD_TEXT;
        break;
      }
      store<i32>(tape, ~(((text - stanza) << FLAG_BITS) | flags));
      store<u32>(tape, p - stanza, 4);
      tape += 8;
      text = 0;
    }

    // At a `<`.
    const top = STACK + (depth - 1) * STACK_ENTRY;
    if (load<u8>(p + 1) === SLASH) {
      if (depth === 0) {
        result = ODD_MARKUP;
        break;
      }
      const shape = load<u32>(top);
      const endTag = shape === 0 ? 0 : load<u32>(shape + END_TAG);
      if (endTag === 0 || !matches(p, v128.load(p), endTag)) {
        result = ODD_MARKUP;
        break;
      }
      p += load<u32>(endTag, LABEL_LENGTH);
      store<u32>(tapeBase + load<u32>(top, 4), tape - tapeBase, 4);
      depth--;
      if (depth === 0) {
        result = COMPLETE;
        break;
      }
      continue;
    }

    let shape = depth === 0 ? root : load<u32>(top);
    if (depth !== 0 && shape !== 0) shape = load<u32>(shape, INSIDE);
    if (shape === 0) {
      result = ODD_MARKUP;
      break;
    }
    shape = childAt(p, shape);
    if (shape === 0) {
      result = ODD_MARKUP;
      break;
    }
    let q = p + load<u32>(shape, LABEL_LENGTH);
    let values = tape + 8;
    let isEmpty = false;
    let isOdd = false;
    while (true) {
      const c = load<u8>(q) as u32;
      if (c === GT) {
        q++;
        break;
      }
      if (c === SLASH) {
        isEmpty = true;
        isOdd = load<u8>(q + 1) !== GT;
        q += 2;
        break;
      }
      const next = childAt(q, shape);
      if (next === 0) {
        // White space before the end of the tag.
        let r = q;
        while (isSpace(load<u8>(r))) r++;
        const d = load<u8>(r) as u32;
        if (d === SLASH && load<u8>(r + 1) === GT) {
          isEmpty = true;
          q = r + 2;
        } else if (d === GT) {
          q = r + 1;
        } else isOdd = true;
        break;
      }
      shape = next;
      q += load<u32>(shape, LABEL_LENGTH);
      if (load<u32>(shape, KIND) !== KIND_VALUE) continue;
      const from = q;
      const quote = load<u8>(q - 1) as u32;
      const quotes = i8x16.splat(quote as i8);
      let valueFlags: u32 = 0;
      let c2: u32 = 0;
      while (true) {
        const v = v128.load(q);
        const wide = i8x16.bitmask(v) as u32;
        const stops = i8x16.bitmask(
          v128.or(
            v128.or(i8x16.lt_u(v, i8x16.splat(0x20)), i8x16.eq(v, i8x16.splat(0x26))),
            v128.or(v128.or(i8x16.eq(v, quotes), i8x16.eq(v, i8x16.splat(0x3c))), i8x16.eq(v, i8x16.splat(0xef as i8))),
          ),
        ) as u32;
        if (stops === 0) {
          if (wide !== 0) valueFlags |= FLAG_WIDE;
          q += 16;
          continue;
        }
        const k = ctz(stops);
        if (wide & ((1 << k) - 1)) valueFlags |= FLAG_WIDE;
        q += k;
        c2 = load<u8>(q);
        if (c2 === quote) break;
        if (c2 === LF || c2 === TAB || c2 === CR) {
          valueFlags |= FLAG_SPACE;
          q++;
        } else if (c2 === AMP) {
          const after = reference(q, end);
          if (after === 0) break;
          valueFlags |= FLAG_REFERENCES;
          q = after;
        } else if (c2 === 0xef) {
          if (load<u8>(q + 1) === 0xbf && load<u8>(q + 2) >= 0xbe) break;
          valueFlags |= FLAG_WIDE;
          q += 3;
        } else break;
      }
      if (c2 !== quote) {
        isOdd = true;
        break;
      }
      store<u32>(values, ((from - stanza) << FLAG_BITS) | valueFlags);
      store<u32>(values, q - stanza, 4);
      values += 8;
      q++;
    }
    const id = load<u32>(shape, ID);
    if (isOdd || id === 0 || depth === maxDepth || q > end) {
      result = ODD_MARKUP;
      break;
    }
    store<u32>(tape, id);
    if (isEmpty) {
      store<u32>(tape, values - tapeBase, 4);
    } else {
      const entry = STACK + depth * STACK_ENTRY;
      store<u32>(entry, shape);
      store<u32>(entry, tape - tapeBase, 4);
      depth++;
    }
    tape = values;
    p = q;
    if (depth === 0) {
      result = COMPLETE;
      break;
    }
  }

  store<u32>(POS, p);
  store<u32>(STANZA, stanza);
  store<u32>(TEXT, text);
  store<u32>(TEXT_FLAGS, flags);
  store<u32>(TAPE_TOP, tape - tapeBase);
  store<u32>(DEPTH, depth);
  return result;
}

/** The child of `shape` whose label stands at `p`; 0 when there is none, or none among the first. */
function childAt(p: u32, shape: u32): u32 {
  const v = v128.load(p);
  let child = load<u32>(shape, CHILD);
  for (let tries = 0; child !== 0 && tries < MAX_TRIES; tries++) {
    if (matches(p, v, child)) {
      if (load<u32>(child, KIND) !== KIND_NAME) return child;
      // `<a` stands at `<ab`, too.
      const c = load<u8>(p + load<u32>(child, LABEL_LENGTH)) as u32;
      if (c === GT || c === SLASH || isSpace(c)) return child;
    }
    child = load<u32>(child, NEXT);
  }
  return 0;
}

/** Whether the label of `shape` stands at `p`, where `v` are the first 16 bytes. */
function matches(p: u32, v: v128, shape: u32): bool {
  if (v128.any_true(v128.xor(v128.and(v, v128.load(shape, MASK)), v128.load(shape, LABEL)))) return false;
  const length = load<u32>(shape, LABEL_LENGTH);
  if (length <= 16) return true;
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
