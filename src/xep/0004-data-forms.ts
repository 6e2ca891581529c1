/**
 * Data forms: questions, answers and tables.
 * XEP-0004 v2.13.2 <https://xmpp.org/extensions/xep-0004.html>
 */

import {
  attr,
  type Codec,
  child,
  element,
  flag,
  leaf,
  many,
  optionalAttr,
  optionalChild,
  rest,
} from '../stanza/codec.ts';
import { oneOf } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';

export const NS = 'jabber:x:data';

/** What a form is: a question, an answer to one, the refusal to answer, or data to show. */
export type FormType = 'form' | 'submit' | 'cancel' | 'result';

const FIELD_TYPES = [
  'boolean',
  'fixed',
  'hidden',
  'jid-multi',
  'jid-single',
  'list-multi',
  'list-single',
  'text-multi',
  'text-private',
  'text-single',
] as const;
/** What kind of answer a field takes. */
export type FieldType = (typeof FIELD_TYPES)[number];

/** One of the choices of a `list-single` or `list-multi` field. */
export interface Option {
  /** What people see; the value when there is none. */
  readonly label?: string;
  readonly value: string;
}
export const option: Codec<Option> = element(NS, 'option', {
  label: optionalAttr('label'),
  value: child(leaf(NS, 'value')),
});

export interface Field {
  /** The name of the field; only `fixed` fields may have none. */
  readonly var?: string;
  /** Left out in most answers: the form that was asked tells. Unknown types are read as `text-single`. */
  readonly type?: FieldType;
  readonly label?: string;
  readonly desc?: string;
  readonly required: boolean;
  /** The value, or the values of a `-multi` field; `text-multi` has one per line. */
  readonly values: readonly string[];
  readonly options: readonly Option[];
  /** Extensions, such as media (XEP-0221) and validation (XEP-0122). */
  readonly extensions: readonly Element[];
}
export const field: Codec<Field> = element(NS, 'field', {
  var: optionalAttr('var'),
  type: optionalAttr('type', {
    ...oneOf(...FIELD_TYPES),
    parse: (text) => FIELD_TYPES.find((type) => type === text) ?? 'text-single',
  }),
  label: optionalAttr('label'),
  desc: optionalChild(leaf(NS, 'desc')),
  required: flag(NS, 'required'),
  values: many(leaf(NS, 'value')),
  options: many(option),
  extensions: rest(),
});

/** The columns of a table. */
export interface Reported {
  readonly fields: readonly Field[];
}
export const reported: Codec<Reported> = element(NS, 'reported', { fields: many(field) });

/** A row of a table. */
export interface Item {
  readonly fields: readonly Field[];
}
export const item: Codec<Item> = element(NS, 'item', { fields: many(field) });

export interface Form {
  readonly type: FormType;
  readonly title?: string;
  readonly instructions: readonly string[];
  readonly fields: readonly Field[];
  /** The columns when the form is a table. */
  readonly reported?: Reported;
  readonly items: readonly Item[];
}
export const form: Codec<Form> = element(NS, 'x', {
  type: attr('type', oneOf('form', 'submit', 'cancel', 'result')),
  title: optionalChild(leaf(NS, 'title')),
  instructions: many(leaf(NS, 'instructions')),
  fields: many(field),
  reported: optionalChild(reported),
  items: many(item),
});

export const features: readonly string[] = [NS];

/** A field with what is given, and nothing where nothing is. */
export function makeField(given: Partial<Field>): Field {
  return { required: false, values: [], options: [], extensions: [], ...given };
}

/** A form with what is given, and nothing where nothing is. */
export function makeForm(given: Partial<Form> & Pick<Form, 'type'>): Form {
  return { instructions: [], fields: [], items: [], ...given };
}

/** An answer: the value or values of each field, under the FORM_TYPE of XEP-0068 when one is given. */
export function submit(values: Readonly<Record<string, string | readonly string[]>>, formType?: string): Form {
  return makeForm({ type: 'submit', fields: valueFields(values, formType) });
}

/** Data to show: the value or values of each field, under the FORM_TYPE of XEP-0068 when one is given. */
export function dataResult(values: Readonly<Record<string, string | readonly string[]>>, formType?: string): Form {
  return makeForm({ type: 'result', fields: valueFields(values, formType) });
}

/** The FORM_TYPE of a form: what its field names mean. XEP-0068. */
export function formTypeOf(of: Form): string | undefined {
  return fieldValue(of, 'FORM_TYPE');
}

/** The first value of a field. */
export function fieldValue(of: Form, name: string): string | undefined {
  return of.fields.find((each) => each.var === name)?.values[0];
}

/** All values of a field. */
export function fieldValues(of: Form, name: string): readonly string[] {
  return of.fields.find((each) => each.var === name)?.values ?? [];
}

function valueFields(values: Readonly<Record<string, string | readonly string[]>>, formType?: string): Field[] {
  const fields = Object.entries(values).map(([name, value]) =>
    makeField({ var: name, values: typeof value === 'string' ? [value] : value }),
  );
  if (formType === undefined) return fields;
  return [makeField({ var: 'FORM_TYPE', type: 'hidden', values: [formType] }), ...fields];
}
