/** Codecs for elements: one that holds fields, and those so simple that they need none. */

import { asIs } from '../as-is.ts';
import { string, type Value } from '../value.ts';
import { write } from '../write.ts';
import { type Constant, constant } from '../xml/constant.ts';
import { attrMap, Element } from '../xml/element.ts';
import { writtenTag, type XmlWriter } from '../xml/writer.ts';
import type { Codec } from './codec.ts';
import { type Draft, type Field, type Fields, restOf } from './field.ts';
import { text } from './places.ts';

/**
 * A codec for the element `name` in `ns` with the properties of `T`, in the order in which they are declared.
 * Attributes and children that no field names are ignored.
 */
export function element<T extends object>(ns: string, name: string, fields: Fields<NoInfer<T>>): Codec<T> {
  const entries = Object.entries(fields) as [string, Field<unknown, boolean>][];
  const isRead = (child: Element) => entries.some(([, field]) => field.reads?.(child) ?? false);
  for (const [, field] of entries) restOf.get(field)?.(isRead);
  return {
    ns,
    names: [name],
    parse(el, path = `/${el.name}`) {
      if (el.name !== name || el.ns !== ns) return undefined;
      const value: Record<string, unknown> = {};
      for (const [key, field] of entries) {
        const part = field.read(el, path);
        if (part !== undefined) value[key] = part;
      }
      return value as T;
    },
    build(value) {
      const draft: Draft = { attrs: attrMap(), children: [] };
      for (const [key, field] of entries) {
        const part = value[key as keyof T];
        if (part !== undefined) field.write(part, draft);
        else if (!field.optional) throw new TypeError(`<${name}/> needs ${key}`);
      }
      return new Element(name, ns, draft.attrs, draft.children);
    },
    write: directly<T>(ns, name, entries),
  };
}

/** A field as it is written: an attribute, or whatever `write` writes. */
interface Part<T> {
  readonly key: keyof T;
  readonly optional: boolean;
  /** ` name='`; `undefined` for what is not an attribute. */
  readonly label: Constant | undefined;
  /** `undefined` for values that are their own text. */
  readonly format: ((value: unknown) => string) | undefined;
  readonly write: ((value: unknown, out: XmlWriter) => void) | undefined;
}

/** `write` for an element all of whose fields can write directly; attributes come first. */
function directly<T extends object>(
  ns: string,
  name: string,
  entries: readonly (readonly [string, Field<unknown, boolean>])[],
): Codec<T>['write'] {
  const isAttribute = ([, field]: (typeof entries)[number]) =>
    (field.asAttribute ?? field.writeAttribute) !== undefined;
  const ordered = [...entries.filter(isAttribute), ...entries.filter((entry) => !isAttribute(entry))];
  const parts = ordered.map(([key, { optional, asAttribute, writeAttribute, writeContent }]): Part<T> => {
    const format = asAttribute?.format;
    return {
      key: key as keyof T,
      optional,
      label: asAttribute && constant(` ${asAttribute.name}='`),
      format: format === asIs ? undefined : format,
      write: writeAttribute ?? writeContent,
    };
  });
  if (parts.some(({ label, write }) => label === undefined && write === undefined)) return undefined;
  const writeParts = (value: T, out: XmlWriter, from: number) => {
    for (let i = from; i < parts.length; i++) {
      const { key, optional, label, format, write } = parts[i] as Part<T>;
      const part = value[key];
      if (part === undefined) {
        if (!optional) throw new TypeError(`<${name}/> needs ${String(key)}`);
      } else if (label !== undefined) out.attribute(label, format === undefined ? (part as string) : format(part));
      else write?.(part, out);
    }
  };
  const first = ordered[0]?.[1];
  if (first?.asAttribute === undefined || first.optional) {
    const tag = writtenTag(ns, name);
    return (value, out) => {
      const outside = out.start(tag);
      writeParts(value, out, 0);
      out.end(tag, outside);
    };
  }
  // The name of an attribute that is always there belongs to what never changes.
  const tag = writtenTag(ns, name, ` ${first.asAttribute.name}='`);
  const { key, format } = parts[0] as Part<T>;
  return (value, out) => {
    const part = value[key];
    if (part === undefined) throw new TypeError(`<${name}/> needs ${String(key)}`);
    const outside = out.start(tag);
    out.value(format === undefined ? (part as string) : format(part));
    writeParts(value, out, 1);
    out.end(tag, outside);
  };
}

/** A codec for an element that says everything by being there: `<request xmlns='urn:xmpp:receipts'/>`. */
export function marker(ns: string, name: string): Codec<true> {
  const tag = writtenTag(ns, name, '/>');
  return {
    ns,
    names: [name],
    parse: (el) => (el.name === name && el.ns === ns ? true : undefined),
    build: () => new Element(name, ns),
    write: (_, out) => out.whole(tag),
  };
}

/** A codec for empty elements that differ by name only: `choice(NS, 'composing', 'paused')`. */
export function choice<const N extends string>(ns: string, ...names: readonly N[]): Codec<N> {
  const tags = new Map(names.map((name) => [name, writtenTag(ns, name, '/>')]));
  return {
    ns,
    names,
    parse: (el) => (el.ns === ns ? names.find((name) => name === el.name) : undefined),
    build: (name) => new Element(name, ns),
    write: (name, out) => out.whole(tags.get(name) ?? writtenTag(ns, name, '/>')),
  };
}

/** A codec for an element that holds nothing but text: `<body>hello</body>`. */
export function leaf(ns: string, name: string): Codec<string>;
export function leaf<T>(ns: string, name: string, value: Value<T>): Codec<T>;
// biome-ignore lint/suspicious/noExplicitAny: only for the implementation behind the exact overloads.
export function leaf(ns: string, name: string, value: Value<any> = string): Codec<any> {
  const content = text(value);
  const tag = writtenTag(ns, name, '>');
  const empty = writtenTag(ns, name, '/>');
  return {
    ns,
    names: [name],
    parse: (el, path = `/${el.name}`) => (el.name === name && el.ns === ns ? content.read(el, path) : undefined),
    build(part) {
      const draft: Draft = { attrs: attrMap(), children: [] };
      content.write(part, draft);
      return new Element(name, ns, undefined, draft.children);
    },
    write: (part, out) => out.leaf(tag, empty, value.format(part)),
  };
}

/**
 * A codec for elements of several kinds: the value is an object with one property, named after the kind.
 * `variants({ perms, forwarded })` reads `{ perms: … } | { forwarded: … }`.
 */
export function variants<T extends Record<string, unknown>>(
  codecs: { readonly [K in keyof T]: Codec<T[K]> },
): Codec<Variant<T>> {
  const kinds = Object.entries(codecs) as [string, Codec<unknown>][];
  const ns = kinds[0]?.[1].ns ?? '';
  return {
    ns,
    names: kinds.flatMap(([, codec]) => codec.names),
    parse(el, path) {
      for (const [kind, codec] of kinds) {
        const value = codec.parse(el, path);
        if (value !== undefined) return { [kind]: value } as Variant<T>;
      }
      return undefined;
    },
    build(value) {
      for (const [kind, codec] of kinds) {
        if (Object.hasOwn(value, kind)) return codec.build((value as Record<string, unknown>)[kind]);
      }
      throw new TypeError(`one of ${kinds.map(([kind]) => kind).join(', ')} is needed`);
    },
    write(value, out) {
      for (const [kind, codec] of kinds) {
        if (Object.hasOwn(value, kind)) return write(codec, (value as Record<string, unknown>)[kind], out);
      }
      throw new TypeError(`one of ${kinds.map(([kind]) => kind).join(', ')} is needed`);
    },
  };
}

/** One of several codecs for the same thing, with its name. */
export type Variant<T> = { [K in keyof T]: { readonly [P in K]: T[K] } }[keyof T];

/** The same element with its value in another form. `read` may refuse by throwing MalformedError; `unread` is its inverse. */
export function mapped<A, B>(codec: Codec<A>, read: (value: A, path: string) => B, unread: (value: B) => A): Codec<B> {
  return {
    ns: codec.ns,
    names: codec.names,
    parse(el, path = `/${el.name}`) {
      const value = codec.parse(el, path);
      return value === undefined ? undefined : read(value, path);
    },
    build: (value) => codec.build(unread(value)),
    write: (value, out) => write(codec, unread(value), out),
  };
}
