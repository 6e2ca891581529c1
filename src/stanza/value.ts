/** How typed values stand in attributes and text: the second half of a codec's vocabulary, after the places. */

import { asIs } from './as-is.ts';
import { JID } from './jid.ts';

/** A kind of value with its lexical form. */
export interface Value<T> {
  /** What is expected, for error messages: `an integer`. */
  readonly expected: string;
  /** `undefined` when `text` is not such a value. */
  readonly parse: (text: string) => T | undefined;
  readonly format: (value: T) => string;
}

export const string: Value<string> = {
  expected: 'text',
  parse: (text) => text,
  format: asIs,
};

/** Text that is not empty, such as an id. */
export const nonEmpty: Value<string> = {
  expected: 'text that is not empty',
  parse: (text) => (text === '' ? undefined : text),
  format: asIs,
};

/** A whole number that JavaScript can hold exactly. */
export const integer: Value<number> = {
  expected: 'an integer',
  parse: (text) => wholeNumber(/^[+-]?[0-9]+$/, text),
  format: String,
};

/** A whole number from 0. */
export const unsigned: Value<number> = {
  expected: 'an integer from 0',
  parse: (text) => wholeNumber(/^\+?[0-9]+$/, text),
  format: String,
};

/** Reads `true`, `1`, `false` and `0`; writes `true` and `false`. */
export const boolean: Value<boolean> = {
  expected: 'true or false',
  parse(text) {
    const word = text.trim();
    if (word === 'true' || word === '1') return true;
    return word === 'false' || word === '0' ? false : undefined;
  },
  format: String,
};

/** A point in time, to the millisecond. XEP-0082 §3.2. */
export const dateTime: Value<Date> = {
  expected: 'a date and time',
  parse(text) {
    const match = /^\s*(-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)\s*$/.exec(text);
    if (match === null) return undefined;
    const date = new Date(`${match[1]}.${(match[2] ?? '').slice(0, 3).padEnd(3, '0')}${match[3]}`);
    return Number.isNaN(date.getTime()) ? undefined : date;
  },
  format: (value) => value.toISOString().replace('.000Z', 'Z'),
};

/** Bytes. White space inside is allowed when reading. */
export const base64: Value<Uint8Array> = {
  expected: 'base64',
  parse(text) {
    const packed = text.replace(/[ \t\r\n]+/g, '');
    if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return undefined;
    return new Uint8Array(Buffer.from(packed, 'base64'));
  },
  format: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
};

/** An address, prepared as RFC 7622 says. */
export const jid: Value<string> = {
  expected: 'an XMPP address',
  parse: (text) => JID.tryParse(text)?.full,
  format: asIs,
};

/** One of the given words. */
export function oneOf<const W extends string>(...words: readonly W[]): Value<W> {
  return {
    expected: `one of ${words.join(', ')}`,
    parse: (text) => words.find((word) => word === text),
    format: asIs,
  };
}

function wholeNumber(form: RegExp, text: string): number | undefined {
  const word = text.trim();
  if (!form.test(word)) return undefined;
  const number = Number(word);
  return Number.isSafeInteger(number) ? (number === 0 ? 0 : number) : undefined;
}
