/** How values are written that are their own text. Codecs know this function, and do without calling it. */
export function asIs(value: string): string {
  return value;
}
