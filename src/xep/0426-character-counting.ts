/**
 * Character counting in message bodies: positions are counted in Unicode code points.
 * XEP-0426 v0.3.0 <https://xmpp.org/extensions/xep-0426.html>
 */

export const features: readonly string[] = [];

/** A stretch of text, in code points: from `start` to before `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The length of `text` in code points. `text.length` counts UTF-16 code units: two for an emoji. */
export function codePoints(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    count++;
    if (isPair(text, i)) i++;
  }
  return count;
}

/** The part of `text` from code point `start` to before `end`. What lies beyond the text is left out. */
export function slice(text: string, start: number, end = Number.POSITIVE_INFINITY): string {
  return text.slice(toIndex(text, start), toIndex(text, end));
}

/** The index in `text` of code point number `offset`, for the methods of strings; its length when there are fewer. */
export function toIndex(text: string, offset: number): number {
  let index = 0;
  for (let count = 0; count < offset && index < text.length; count++) index += isPair(text, index) ? 2 : 1;
  return index;
}

/** The number of the code point at `index` of `text`: the reverse of `toIndex`. */
export function toOffset(text: string, index: number): number {
  return codePoints(text.slice(0, index));
}

function isPair(text: string, index: number): boolean {
  const code = text.codePointAt(index);
  return code !== undefined && code > 0xffff;
}
