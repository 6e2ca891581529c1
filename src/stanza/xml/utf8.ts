/** UTF-8, byte by byte: for small pieces of input, and for the rare ones that are not whole. */

/**
 * Where the whole characters in `bytes` from `from` to `to` end: at `to`, or before a character that is cut there. When
 * there are bytes that are no character, `~` of where the first of them is, a number less than 0. Unicode, table 3-7.
 */
export function wholeCharacters(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const length = (bytes[at] as number) < 0x80 ? 1 : sequenceLength(bytes, at, to);
    if (length === 0) return at;
    if (length < 0) return ~at;
    at += length;
  }
  return at;
}

/** The length of the character at `at`; 0 when it is cut by the end, -1 when it is none. */
function sequenceLength(bytes: Uint8Array, at: number, to: number): number {
  const first = bytes[at] as number;
  if (first < 0xc2 || first > 0xf4) return -1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // Neither overlong forms, nor surrogates, nor more than U+10FFFF.
  let low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  let high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i < length; i++) {
    if (at + i === to) return 0;
    const byte = bytes[at + i] as number;
    if (byte < low || byte > high) return -1;
    low = 0x80;
    high = 0xbf;
  }
  return length;
}
