/** Bytes that are written again and again, made ready once. */

/** UTF-8 as numbers of eight bytes, which are written one at a time: a call to copy so few bytes would cost more. */
export interface Constant {
  /** The last is filled up with zeros. No valid UTF-8 makes a NaN, whose bits might change on the way. */
  readonly words: Float64Array;
  /** In bytes, without the zeros. */
  readonly length: number;
  readonly isAscii: boolean;
}

/**
 * XML that is always the same, made ready to be written.
 * @param text XML that is complete and correct.
 */
export function constant(text: string): Constant {
  const bytes = Buffer.from(text);
  const padded = new Uint8Array((bytes.length + 7) & ~7);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const words = Float64Array.from({ length: padded.length / 8 }, (_, i) => view.getFloat64(i * 8, true));
  return { words, length: bytes.length, isAscii: bytes.length === text.length };
}
