/**
 * What must compile, and what must not: checked by the compiler, never run. A line under `@ts-expect-error` that compiles
 * is an error.
 */

import {
  attr,
  type Codec,
  child,
  choice,
  type Element,
  element,
  type Fields,
  find,
  findAll,
  flag,
  inside,
  leaf,
  many,
  mapped,
  marker,
  optionalAttr,
  optionalChild,
  optionalText,
  rest,
  text,
  value,
  variants,
} from '../../src/stanza/index.ts';
import { is } from './equal.ts';

declare const el: Element;

const NS = 'urn:example';

interface Person {
  readonly name: string;
  readonly age: number;
  readonly nick?: string;
  readonly friends: readonly string[];
  readonly admin: boolean;
}
const FIELDS: Fields<Person> = {
  name: attr('name'),
  age: attr('age', value.unsigned),
  nick: optionalChild(leaf(NS, 'nick')),
  friends: many(leaf(NS, 'friend')),
  admin: flag(NS, 'admin'),
};
export const person: Codec<Person> = element(NS, 'person', FIELDS);

// A field is missing: one that must be there, one that may be there.
{
  const { name: _, ...others } = FIELDS;
  // @ts-expect-error
  element<Person>(NS, 'person', others);
  const { nick: __, ...required } = FIELDS;
  // @ts-expect-error
  element<Person>(NS, 'person', required);
  // @ts-expect-error The type that the result must have counts as if it were given.
  const codec: Codec<Person> = element(NS, 'person', required);
  void codec;
}

// A field too many.
// @ts-expect-error
element<Person>(NS, 'person', { ...FIELDS, email: attr('email') });
// A field of another type.
// @ts-expect-error Text for a number.
element<Person>(NS, 'person', { ...FIELDS, age: attr('age') });
// @ts-expect-error A number for text.
element<Person>(NS, 'person', { ...FIELDS, name: attr('name', value.integer) });
// @ts-expect-error One for many.
element<Person>(NS, 'person', { ...FIELDS, friends: child(leaf(NS, 'friend')) });
// @ts-expect-error Many for one.
element<Person>(NS, 'person', { ...FIELDS, nick: many(leaf(NS, 'nick')) });
// @ts-expect-error A flag for text.
element<Person>(NS, 'person', { ...FIELDS, name: flag(NS, 'name') });
// @ts-expect-error Elements for texts.
element<Person>(NS, 'person', { ...FIELDS, friends: rest() });

// A field that may be empty for one that must not, and the reverse.
// @ts-expect-error
element<Person>(NS, 'person', { ...FIELDS, name: optionalAttr('name') });
// @ts-expect-error
element<Person>(NS, 'person', { ...FIELDS, nick: child(leaf(NS, 'nick')) });
// @ts-expect-error
element<Person>(NS, 'person', { ...FIELDS, name: optionalText() });
// @ts-expect-error Further in, too.
element<Person>(NS, 'person', { ...FIELDS, name: inside(NS, 'about', optionalAttr('name')) });
element<Person>(NS, 'person', { ...FIELDS, name: inside(NS, 'about', attr('name')) });
element<Person>(NS, 'person', { ...FIELDS, name: text(), nick: optionalAttr('nick') });

// What is built.
person.build({ name: 'a', age: 1, friends: [], admin: false });
person.build({ name: 'a', age: 1, nick: 'b', friends: ['c'], admin: true });
// @ts-expect-error
person.build({ age: 1, friends: [], admin: false });
// @ts-expect-error
person.build({ name: 'a', age: '1', friends: [], admin: false });
// @ts-expect-error
person.build({ name: 'a', age: 1, friends: [], admin: false, email: 'x' });
// @ts-expect-error
person.build({ name: 'a', age: 1, friends: [1], admin: false });

// What is read.
is<ReturnType<typeof person.parse>, Person | undefined>(true);
const found = find(el, person);
is<typeof found, Person | undefined>(true);
const all = findAll(el, person);
is<typeof all, readonly Person[]>(true);
// @ts-expect-error There may be none.
find(el, person).name;
// @ts-expect-error What is read is not changed.
if (found) found.name = 'b';
// @ts-expect-error Nor are its lists.
found?.friends.push('d');

// The other makers of codecs.
is<typeof hello, Codec<true>>(true);
const hello = marker(NS, 'hello');
// @ts-expect-error
hello.build(false);
const level = choice(NS, 'low', 'high');
is<typeof level, Codec<'low' | 'high'>>(true);
// @ts-expect-error
level.build('middle');
const count = leaf(NS, 'count', value.unsigned);
is<typeof count, Codec<number>>(true);
// @ts-expect-error
const words: Codec<string> = leaf(NS, 'count', value.unsigned);
// @ts-expect-error A codec that reads a narrower type would build from values that it does not know.
const wide: Codec<string> = level;
const doubled = mapped(count, (n) => String(n), Number);
is<typeof doubled, Codec<string>>(true);
const either = variants({ count, hello });
is<ReturnType<typeof either.parse>, { readonly count: number } | { readonly hello: true } | undefined>(true);
either.build({ count: 1 });
// @ts-expect-error
either.build({ count: 'one' });
// @ts-expect-error
either.build({ other: 1 });
void words;
void wide;
