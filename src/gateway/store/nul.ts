/**
 * Text of databases cannot hold the character NUL: PostgreSQL refuses it, libsql reads only what comes before it. Ids and
 * names of networks may have it. A character that Unicode says is none, and never will be, stands for it.
 */

const NUL = '\0';
const INSTEAD = '\u{fdd0}';

/** A parameter as it is written. */
export function withoutNul(value: unknown): unknown {
  return typeof value === 'string' && value.includes(NUL) ? value.replaceAll(NUL, INSTEAD) : value;
}

/** A text as it was, of what is read. */
export function withNul(text: string): string {
  return text.includes(INSTEAD) ? text.replaceAll(INSTEAD, NUL) : text;
}
