/** Bytes to be sent: constants, and text that is escaped while it is written. */

import type { Constant } from './constant.ts';
import { unfitText } from './serialize-error.ts';

/** Node's own method below `write`, without its look at the encoding. */
interface Bytes extends Buffer {
  utf8Write(text: string, start: number): number;
}

/** Where text stands, as the bit of `CARE` that counts there. */
export type Place = typeof CONTENT | typeof ATTRIBUTE;
export const CONTENT = 1;
export const ATTRIBUTE = 2;
/** The other bits of `CARE`: not ASCII, and perhaps part of a character that XML cannot carry. */
const WIDE = 4;
const DOUBTFUL = 8;

/** Longer text is encoded by native code, and looked at afterwards; for shorter text, calling that takes too long. */
const SHORT = 48;
const VERY_SHORT = 8;
/** In longer text, what needs no care is looked for piece by piece. */
const LONG = 512;
const QUOTE = 0x27;
const FIRST_SIZE = 4096;
/** More room than this is not kept for later. */
const MAX_SIZE = 1_048_576;

// A raw CR would be read as LF, a raw tab or line end in an attribute as a space. XML 1.0 §2.11, §3.3.3.
const REFERENCES = new Map<string, string>([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ["'", '&apos;'],
  ['"', '&quot;'],
  ['\t', '&#9;'],
  ['\n', '&#10;'],
  ['\r', '&#13;'],
]);

/** By byte: the places where it cannot stand as it is, and what is to be known of it. */
const CARE = new Uint8Array(0x100);
for (let code = 0; code < 0x100; code++) {
  const character = String.fromCharCode(code);
  if (code >= 0x80) CARE[code] = WIDE;
  else if ('\'"\t\n'.includes(character)) CARE[code] = ATTRIBUTE;
  else if (code < 0x20 || '&<>'.includes(character)) CARE[code] = CONTENT | ATTRIBUTE;
}
// U+FFFE, U+FFFF, and U+FFFD, which native code puts in the place of a lone surrogate, begin with it.
CARE[0xef] = WIDE | DOUBTFUL;
/** The same by UTF-16 unit, for all of them: then nothing has to be decided for each. */
const UNIT_CARE = new Uint8Array(0x10000).fill(WIDE);
UNIT_CARE.set(CARE.subarray(0, 0x80));
/** By ASCII character: how it is written where it needs care; `undefined` for what XML cannot carry. */
const WRITTEN = Array.from({ length: 0x80 }, (_, code) => {
  const reference = REFERENCES.get(String.fromCharCode(code));
  return reference === undefined ? undefined : Buffer.from(reference);
});

// The same, and what must be looked at: a surrogate pair is fine, a lone one is not.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CARE_CONTENT = /[\u0000-\u0008\u000b-\u001f&<>\ud800-\udfff\ufffe\uffff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CARE_ATTRIBUTE = /[\u0000-\u001f&<>'"\ud800-\udfff\ufffe\uffff]/g;

/** Once it has refused a text, what was written of that text is still there: see `truncate`. */
export class Output {
  #bytes = Buffer.allocUnsafeSlow(FIRST_SIZE) as Bytes;
  #view = new DataView(this.#bytes.buffer);
  // INVARIANT: there is room for eight more bytes, which the last word of a constant may need.
  #length = 0;
  #isAscii = true;

  /** How many bytes were written. */
  get length(): number {
    return this.#length;
  }

  /** Takes back what was written since there were `length` bytes. */
  truncate(length: number): void {
    this.#length = length;
  }

  constant({ words, length, isAscii }: Constant): void {
    const at = this.#length;
    this.#room(length);
    const view = this.#view;
    for (let i = 0; i < words.length; i++) view.setFloat64(at + 8 * i, words[i] as number, true);
    this.#length = at + length;
    if (!isAscii) this.#isAscii = false;
  }

  /** An ASCII character that needs no escaping. */
  ascii(code: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = code;
  }

  /** The value of an attribute that has been begun, and the quote after it. Throws SerializeError, without a path. */
  value(value: string): void {
    this.escaped(value, ATTRIBUTE);
    this.ascii(QUOTE);
  }

  /** Text, escaped for the place where it stands. Throws SerializeError, without a path. */
  escaped(text: string, place: Place): void {
    // Whoever writes JavaScript may give a number.
    if (typeof text !== 'string') return this.escaped(String(text), place);
    const { length } = text;
    // The longest reference is six bytes, the longest character three for each unit.
    this.#room(length > LONG ? 3 * length : 6 * length);
    if (length <= SHORT) {
      const found = this.#units(text);
      if ((found & (place | WIDE)) === 0) this.#length += length;
      else if (found & WIDE && length > VERY_SHORT) this.#encoded(text, place);
      else this.#careful(text, 0, length, place);
    } else this.#encoded(text, place);
  }

  /** Puts the units of a text where the next byte goes, as if they were bytes, and returns what is to be known of them. */
  #units(text: string): number {
    const { length } = text;
    const at = this.#length;
    const bytes = this.#bytes;
    let found = 0;
    let i = 0;
    // To look at the end whether all was well is faster than to decide at each, and four at once are faster than one.
    for (; i + 3 < length; i += 4) {
      const a = text.charCodeAt(i);
      const b = text.charCodeAt(i + 1);
      const c = text.charCodeAt(i + 2);
      const d = text.charCodeAt(i + 3);
      found |=
        (UNIT_CARE[a] as number) | (UNIT_CARE[b] as number) | (UNIT_CARE[c] as number) | (UNIT_CARE[d] as number);
      bytes[at + i] = a;
      bytes[at + i + 1] = b;
      bytes[at + i + 2] = c;
      bytes[at + i + 3] = d;
    }
    for (; i < length; i++) {
      const code = text.charCodeAt(i);
      found |= UNIT_CARE[code] as number;
      bytes[at + i] = code;
    }
    return found;
  }

  /** Text that native code encodes, where nothing in it needs care. */
  #encoded(text: string, place: Place): void {
    const at = this.#length;
    const bytes = this.#bytes;
    const end = at + bytes.utf8Write(text, at);
    let found = 0;
    for (let i = at; i < end; i++) found |= CARE[bytes[i] as number] as number;
    if ((found & WIDE) !== 0) this.#isAscii = false;
    if ((found & (place | DOUBTFUL)) === 0) this.#length = end;
    else if (text.length <= LONG) this.#careful(text, 0, text.length, place);
    else this.#long(text, place);
  }

  /** XML that is complete and correct. */
  raw(xml: string): void {
    if (3 * xml.length > this.#bytes.length - this.#length - 8) this.#room(Buffer.byteLength(xml));
    const written = this.#bytes.utf8Write(xml, this.#length);
    if (written !== xml.length) this.#isAscii = false;
    this.#length += written;
  }

  /** What was written: a view that holds until something else is, or `clear`. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  toString(): string {
    return this.#bytes.toString(this.#isAscii ? 'latin1' : 'utf8', 0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    this.#isAscii = true;
    if (this.#bytes.length > MAX_SIZE) this.#resize(FIRST_SIZE);
  }

  #room(more: number): void {
    const needed = this.#length + more + 8;
    if (needed > this.#bytes.length) this.#resize(Math.max(needed, 2 * this.#bytes.length));
  }

  #resize(size: number): void {
    const bytes = Buffer.allocUnsafeSlow(size) as Bytes;
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  /** Text with long parts that need no care. */
  #long(text: string, place: Place): void {
    const care = place === CONTENT ? CARE_CONTENT : CARE_ATTRIBUTE;
    for (let from = 0; from < text.length; ) {
      care.lastIndex = from;
      const next = care.test(text) ? care.lastIndex - 1 : text.length;
      if (next - from > SHORT) {
        this.raw(next - from === text.length ? text : text.slice(from, next));
        from = next;
      }
      // What needs care comes seldom alone. No pair may be cut.
      let end = Math.min(next + SHORT, text.length);
      if (isHighSurrogate(text.charCodeAt(end - 1)) && end < text.length) end++;
      this.#room(6 * (end - from));
      this.#careful(text, from, end, place);
      from = end;
    }
  }

  /** Writes any text from `from` to `end`, one character at a time. There must be room for it. */
  #careful(text: string, from: number, end: number, place: Place): void {
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = from; i < end; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x80) {
        if (((CARE[code] as number) & place) === 0) {
          bytes[at++] = code;
          continue;
        }
        const written = WRITTEN[code];
        if (written === undefined) throw unfitText('', text);
        for (let n = 0; n < written.length; n++) bytes[at++] = written[n] as number;
        continue;
      }
      this.#isAscii = false;
      if (code < 0x800) {
        bytes[at++] = 0xc0 | (code >> 6);
        bytes[at++] = 0x80 | (code & 0x3f);
      } else if (code < 0xd800 || (code > 0xdfff && code < 0xfffe)) {
        bytes[at++] = 0xe0 | (code >> 12);
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
        bytes[at++] = 0x80 | (code & 0x3f);
      } else {
        const low = i + 1 < end ? text.charCodeAt(++i) : 0;
        if (!isHighSurrogate(code) || low < 0xdc00 || low > 0xdfff) throw unfitText('', text);
        const point = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
        bytes[at++] = 0xf0 | (point >> 18);
        bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
        bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
        bytes[at++] = 0x80 | (point & 0x3f);
      }
    }
    this.#length = at;
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
