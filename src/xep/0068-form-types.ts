/**
 * Field standardization for data forms: forms whose FORM_TYPE says what their fields mean, read as typed values.
 * XEP-0068 v1.3.0 <https://xmpp.org/extensions/xep-0068.html>
 */

import { MalformedError } from '../stanza/codec.ts';
import { string, type Value } from '../stanza/value.ts';
import {
  type Field,
  type FieldType,
  type Form,
  fieldValues,
  formTypeOf,
  makeField,
  makeForm,
} from './0004-data-forms.ts';

/** A form type: the forms with this FORM_TYPE, and the values they hold. */
export interface Shape<T> {
  readonly formType: string;
  /** `undefined` when the form is of another type. Unknown fields are ignored. @throws MalformedError. */
  readonly read: (form: Form, path?: string) => T | undefined;
  /** Also for a part of the values: an answer need not repeat what stays as it is. */
  readonly write: (type: 'submit' | 'result', value: Partial<T>) => Form;
  /** The names of all its fields, without FORM_TYPE. */
  readonly names: readonly string[];
}

/** The place of a `T` in a form. */
export interface Place<T, Optional extends boolean = false> {
  readonly optional: Optional;
  readonly name: string;
  /** `undefined` only when `optional`. */
  readonly read: (form: Form, path: string) => T | undefined;
  readonly write: (value: T) => Field;
}

/** A place for each property of `T`, optional where the property is. */
export type Places<T> = {
  readonly [K in keyof T]-?: Place<Exclude<T[K], undefined>, undefined extends T[K] ? true : false>;
};

/** The forms of type `formType` with the properties of `T`. */
export function shape<T extends object>(formType: string, places: Places<NoInfer<T>>): Shape<T> {
  const entries = Object.entries(places) as [string, Place<unknown, boolean>][];
  return {
    formType,
    names: entries.map(([, place]) => place.name),
    read(form, path = '/x') {
      if (formTypeOf(form) !== formType) return undefined;
      const value: Record<string, unknown> = {};
      for (const [key, place] of entries) {
        const part = place.read(form, path);
        if (part !== undefined) value[key] = part;
      }
      return value as T;
    },
    write(type, value) {
      const fields = [makeField({ var: 'FORM_TYPE', type: 'hidden', values: [formType] })];
      for (const [key, place] of entries) {
        const part = value[key as keyof T];
        if (part !== undefined) fields.push(place.write(part));
      }
      return makeForm({ type, fields });
    },
  };
}

// The overloads are exact, as those of the codecs' places are.

// biome-ignore lint/suspicious/noExplicitAny: only for the implementations behind the overloads.
type Any = any;

/** The value of a field that must be there. */
export function single(name: string): Place<string>;
export function single<T>(name: string, value: Value<T>): Place<T>;
export function single(name: string, value: Value<Any> = string): Place<Any> {
  const optional = optionalSingle(name, value);
  return {
    ...optional,
    optional: false,
    read(form, path) {
      const part = optional.read(form, path);
      if (part === undefined) throw new MalformedError('missing-child', placeOf(path, name), 'has no value');
      return part;
    },
  };
}

/** The value of a field. A field without a value counts as not there, and so does empty text for anything but text. */
export function optionalSingle(name: string): Place<string, true>;
export function optionalSingle<T>(name: string, value: Value<T>): Place<T, true>;
export function optionalSingle(name: string, value: Value<Any> = string): Place<Any, true> {
  return {
    optional: true,
    name,
    read(form, path) {
      const given = fieldValues(form, name)[0];
      if (given === undefined || (given === '' && value !== string)) return undefined;
      return parsed(value, given, placeOf(path, name));
    },
    write: (part) => makeField({ var: name, values: [value.format(part)] }),
  };
}

/** All values of a field; none is an empty list. */
export function multi(name: string, type?: FieldType): Place<readonly string[]>;
export function multi<T>(name: string, type: FieldType, value: Value<T>): Place<readonly T[]>;
export function multi(name: string, type: FieldType = 'text-multi', value: Value<Any> = string): Place<readonly Any[]> {
  return {
    optional: false,
    name,
    read: (form, path) => fieldValues(form, name).map((given) => parsed(value, given, placeOf(path, name))),
    write: (parts) => makeField({ var: name, type, values: parts.map((part) => value.format(part)) }),
  };
}

/** The shape has no namespace of its own to advertise. */
export const features: readonly string[] = [];

function placeOf(path: string, name: string): string {
  return `${path}/field[${name}]`;
}

function parsed<T>(value: Value<T>, given: string, path: string): T {
  const part = value.parse(given);
  if (part === undefined) {
    throw new MalformedError(
      'invalid-child',
      path,
      `must be ${value.expected}, is ${JSON.stringify(given.slice(0, 40))}`,
    );
  }
  return part;
}
