/** UTF-8, byte by byte: for the rare piece of input that is not whole. */

/**
 * How many bytes at the beginning of `bytes` are whole characters, and whether what follows is only the beginning of
 * one, cut by the end. Unicode, table 3-7.
 */
export function utf8Prefix(bytes: Uint8Array): { valid: number; isCut: boolean } {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length <= 0) return { valid: at, isCut: length === 0 };
    at += length;
  }
  return { valid: at, isCut: false };
}

/** The length of the character at `at`; 0 when it is cut by the end, -1 when it is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return -1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // Neither overlong forms, nor surrogates, nor more than U+10FFFF.
  let low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  let high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return 0;
    if (byte < low || byte > high) return -1;
    low = 0x80;
    high = 0xbf;
  }
  return length;
}
