/**
 * Places: where in an element a part of its value stands.
 *
 * The overloads are exact: a place without a value holds a string, whatever the context would like.
 */

import { string, type Value } from '../value.ts';
import { writerOf } from '../write.ts';
import { attrMap, Element, type Node } from '../xml/element.ts';
import { writtenTag } from '../xml/writer.ts';
import { type Codec, isOf, type MalformedCode, MalformedError } from './codec.ts';
import { type Field, restOf } from './field.ts';

// biome-ignore lint/suspicious/noExplicitAny: only for the implementations behind those overloads.
type Any = any;

/** An attribute that must be there. */
export function attr(name: string): Field<string>;
export function attr<T>(name: string, value: Value<T>): Field<T>;
export function attr(name: string, value: Value<Any> = string): Field<Any> {
  const optional = optionalAttr(name, value);
  return {
    ...optional,
    optional: false,
    read(el, path) {
      const part = optional.read(el, path);
      if (part === undefined) throw new MalformedError('missing-attribute', `${path}@${name}`, 'is missing');
      return part;
    },
  };
}

/** An attribute that may be missing. */
export function optionalAttr(name: string): Field<string, true>;
/** An attribute that may be missing, with a value of a certain kind. */
export function optionalAttr<T>(name: string, value: Value<T>): Field<T, true>;
export function optionalAttr(name: string, value: Value<Any> = string): Field<Any, true> {
  return {
    optional: true,
    read(el, path) {
      const given = el.attrs[name];
      if (given === undefined) return undefined;
      const part = value.parse(given);
      if (part === undefined) throw invalid('invalid-attribute', `${path}@${name}`, value, given);
      return part;
    },
    write(part, draft) {
      draft.attrs[name] = value.format(part);
    },
    // A name in a namespace needs a prefix, which the serializer finds.
    ...(!name.startsWith('{') && { asAttribute: { name, format: value.format } }),
  };
}

/** The text of the element itself; `''` counts as text. */
export function text(): Field<string>;
export function text<T>(value: Value<T>): Field<T>;
export function text(value: Value<Any> = string): Field<Any> {
  return {
    optional: false,
    read(el, path) {
      const given = el.text();
      const part = value.parse(given);
      if (part === undefined) throw invalid('invalid-text', path, value, given);
      return part;
    },
    write(part, draft) {
      const formatted = value.format(part);
      if (formatted !== '') draft.children.push(formatted);
    },
    writeContent: (part, out) => out.text(value.format(part)),
  };
}

/** The text of the element itself; no text is no value. */
export function optionalText(): Field<string, true>;
export function optionalText<T>(value: Value<T>): Field<T, true>;
export function optionalText(value: Value<Any> = string): Field<Any, true> {
  const required = text(value);
  return {
    ...required,
    optional: true,
    read: (el, path) => (el.text() === '' ? undefined : required.read(el, path)),
  };
}

/** A child element that must be there; of several the first is read. */
export function child<T>(codec: Codec<T>): Field<T> {
  const optional = optionalChild(codec);
  return {
    ...optional,
    optional: false,
    read(el, path) {
      const part = optional.read(el, path);
      if (part === undefined) throw new MalformedError('missing-child', `${path}/${codec.names[0]}`, 'is missing');
      return part;
    },
  };
}

/** A child element that may be there; of several the first is read. */
export function optionalChild<T>(codec: Codec<T>): Field<T, true> {
  return {
    optional: true,
    reads: (el) => isOf(codec, el),
    read(el, path) {
      for (const each of el.children) {
        if (typeof each !== 'string' && isOf(codec, each)) return codec.parse(each, `${path}/${each.name}`);
      }
      return undefined;
    },
    write(part, draft) {
      draft.children.push(codec.build(part));
    },
    writeContent: writerOf(codec),
  };
}

/** All child elements of a kind, in order; none is an empty list. */
export function many<T>(codec: Codec<T>): Field<readonly T[]> {
  const writeOne = writerOf(codec);
  return {
    optional: false,
    reads: (el) => isOf(codec, el),
    read(el, path) {
      const parts: T[] = [];
      for (const each of el.children) {
        if (typeof each === 'string' || !isOf(codec, each)) continue;
        const part = codec.parse(each, `${path}/${each.name}[${parts.length + 1}]`);
        if (part !== undefined) parts.push(part);
      }
      return parts;
    },
    write(parts, draft) {
      for (const part of parts) draft.children.push(codec.build(part));
    },
    writeContent(parts, out) {
      for (let i = 0; i < parts.length; i++) writeOne(parts[i] as T, out);
    },
  };
}

/** Whether an empty child element is there. */
export function flag(ns: string, name: string): Field<boolean> {
  const tag = writtenTag(ns, name, '/>');
  return {
    optional: false,
    reads: (el) => el.is(name, ns),
    read: (el) => el.getChild(name, ns) !== undefined,
    write(present, draft) {
      if (present) draft.children.push(new Element(name, ns));
    },
    writeContent(present, out) {
      if (present) out.whole(tag);
    },
  };
}

/** The child elements that no other field reads, as they are. */
export function rest(): Field<readonly Element[]> {
  let isRead = (_: Element) => false;
  const field: Field<readonly Element[]> = {
    optional: false,
    read: (el) => el.getChildElements().filter((each) => !isRead(each)),
    write(elements, draft) {
      draft.children.push(...elements);
    },
    writeContent(elements, out) {
      for (const each of elements) out.element(each);
    },
  };
  restOf.set(field as Field<unknown, boolean>, (test) => {
    isRead = test;
  });
  return field;
}

/**
 * What `field` holds, in a child element of its own: `inside(NS, 'extensions', rest())`. A child that is missing holds
 * nothing, and for nothing none is written.
 */
export function inside<T, Optional extends boolean>(
  ns: string,
  name: string,
  field: Field<T, Optional>,
): Field<T, Optional> {
  const nothing = new Element(name, ns);
  return {
    optional: field.optional,
    reads: (el) => el.is(name, ns),
    read: (el, path) => field.read(el.getChild(name, ns) ?? nothing, `${path}/${name}`),
    write(value, draft) {
      const attrs = attrMap();
      const children: Node[] = [];
      field.write(value, { attrs, children });
      if (children.length > 0 || Object.keys(attrs).length > 0)
        draft.children.push(new Element(name, ns, attrs, children));
    },
  };
}

function invalid(code: MalformedCode, path: string, value: Value<unknown>, given: string): MalformedError {
  const shown = JSON.stringify(given.length > 40 ? `${given.slice(0, 40)}…` : given);
  return new MalformedError(code, path, `must be ${value.expected}, is ${shown}`);
}
