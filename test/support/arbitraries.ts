/** Generators of the values that stand in stanzas. Short, and full of what breaks careless code. */

import fc, { type Arbitrary } from 'fast-check';
import { Element } from '../../src/stanza/index.ts';
import { makeField } from '../../src/xep/0004-data-forms.ts';

const CHARS = [
  'a',
  'B',
  '7',
  ' ',
  '\n',
  '\t',
  '<',
  '>',
  '&',
  "'",
  '"',
  ']]>',
  'é',
  'e\u0301',
  '👋',
  '👨‍👩‍👧',
  '\u2028',
  '\r',
];

/** Text that XML can carry, perhaps empty. */
export const text = fc.string({ unit: fc.constantFrom(...CHARS), maxLength: 8 });
export const filled = fc.string({ unit: fc.constantFrom(...CHARS), minLength: 1, maxLength: 8 });
export const jid = fc.constantFrom(
  'example.com',
  'romeo@example.com',
  'juliet@example.com/balcony',
  'room@muc.example.com/Ärger & Co 👋',
  '\\20o\\27hara@gw.example.com',
);
export const count = fc.oneof(fc.nat(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER));
export const date = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
export const bytes = fc.uint8Array({ maxLength: 6 });
export const lang = fc.constantFrom('en', 'de-CH', 'zh-Hant');
export const url = fc.constantFrom('https://example.com/a?b=1&c=2', 'http://[::1]:5280/%20', 'https://example.com/');
export const flag = fc.boolean();
export const on = fc.constant(true as const);

/** An object with all of `required`, and some of `optional`. */
export function object<R extends object, O extends object>(
  required: { [K in keyof R]: Arbitrary<R[K]> },
  optional: { [K in keyof O]: Arbitrary<O[K]> } = {} as { [K in keyof O]: Arbitrary<O[K]> },
): Arbitrary<R & Partial<O>> {
  return fc.record({ ...required, ...optional } as never, { requiredKeys: Object.keys(required) as never }) as never;
}

/** An object with exactly one of these. */
export function oneOf<O extends object>(choices: { [K in keyof O]: Arbitrary<O[K]> }): Arbitrary<Partial<O>> {
  const keys = Object.keys(choices) as (keyof O & string)[];
  return fc.oneof(...keys.map((key) => choices[key].map((value) => ({ [key]: value }) as Partial<O>)));
}

export function list<T>(of: Arbitrary<T>, least = 0): Arbitrary<readonly T[]> {
  return fc.array(of, { minLength: least, maxLength: least + 2 });
}

/** An element that no codec knows. */
export const foreign: Arbitrary<Element> = fc
  .tuple(fc.constantFrom('a', 'b-c'), fc.dictionary(fc.constantFrom('x', 'xml:lang'), text), text)
  .map(([name, attrs, inner]) => new Element(name, 'urn:example:foreign', attrs, inner === '' ? [] : [inner]));

/** A stanza to be carried in another. */
export const stanza: Arbitrary<Element> = fc
  .tuple(object({ id: text }, { from: jid, to: jid }), filled)
  .map(
    ([attrs, body]) =>
      new Element('message', 'jabber:client', attrs, [new Element('body', 'jabber:client', {}, [body])]),
  );

export const langText = object({ text }, { lang });

/** A form with fields of all types. */
export const field = fc
  .record(
    {
      var: filled,
      type: fc.constantFrom('boolean', 'fixed', 'hidden', 'jid-multi', 'list-single', 'text-multi', 'text-single'),
      label: text,
      desc: text,
      required: flag,
      values: list(text),
      options: list(object({ value: text }, { label: text })),
      extensions: list(foreign),
    },
    { requiredKeys: [] },
  )
  .map(makeField);
export const form = object(
  {
    type: fc.constantFrom('form', 'submit', 'cancel', 'result'),
    instructions: list(text),
    fields: list(field),
    items: list(object({ fields: list(field, 1) })),
  },
  { title: text, reported: object({ fields: list(field, 1) }) },
);
export const set = object(
  {},
  {
    max: count,
    before: text,
    after: text,
    index: count,
    first: object({}, { id: filled, index: count }),
    last: text,
    count,
  },
);
export const oob = object({ url: text }, { desc: text });
export const delay = object({ stamp: date }, { from: jid, reason: filled });
export const forwarded = object({ stanza }, { delay });
