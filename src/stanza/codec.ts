/**
 * Codecs: one plain object per element that reads it into a typed value and builds it from one.
 *
 * A codec is declared with *places* (where in the element: `attr`, `text`, `child`, `many`, …) and *values* (of which
 * kind: see value.ts). It is also the key by which an element is found and routed.
 */

import { asIs } from './as-is.ts';
import { string, type Value } from './value.ts';
import { write, writerOf } from './write.ts';
import { type Constant, constant } from './xml/constant.ts';
import { attrMap, Element, type Node } from './xml/element.ts';
import { writtenTag, type XmlWriter } from './xml/writer.ts';

/** How an element is read and built; also the key by which it is found. */
export interface Codec<T> {
  readonly ns: string;
  /** The local names of the elements this codec reads. */
  readonly names: readonly string[];
  /**
   * The value that `element` holds; `undefined` when it is not an element of this codec.
   * @param path where the element stands, for errors.
   * @throws MalformedError when it is one, but broken.
   */
  readonly parse: (element: Element, path?: string) => T | undefined;
  readonly build: (value: T) => Element;
  /** Appends the XML of what `build` would build, without building it. Not every codec can: see write.ts. */
  readonly write?: (value: T, out: XmlWriter) => void;
}

/** What tells the elements of a codec from others. */
export type Kind = Pick<Codec<never>, 'ns' | 'names'>;

/** What is wrong with an element. */
export type MalformedCode =
  | 'missing-attribute'
  | 'invalid-attribute'
  | 'missing-child'
  | 'invalid-child'
  | 'invalid-text';

/** An element is of the right kind but does not hold what it must. `path` is like `/message/received@id`. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
  readonly code: MalformedCode;
  readonly path: string;

  constructor(code: MalformedCode, path: string, message: string) {
    super(`${path}: ${message}`);
    this.code = code;
    this.path = path;
  }
}

/** What is being built. */
interface Draft {
  readonly attrs: Record<string, string>;
  readonly children: Node[];
}

/** A place in an element that holds a `T`. `Optional` says whether it may be empty. */
export interface Field<T, Optional extends boolean = false> {
  readonly optional: Optional;
  /** `undefined` only when `optional`. */
  readonly read: (element: Element, path: string) => T | undefined;
  readonly write: (value: T, draft: Draft) => void;
  /** The name of the attribute and its text, when all that `write` does is to set one that is in no namespace. */
  readonly asAttribute?: { readonly name: string; readonly format: (value: T) => string };
  /** Writes the part as attributes into a start tag, when such are all that `write` sets. */
  readonly writeAttribute?: (value: T, out: XmlWriter) => void;
  /** Writes the part as content, when that is all that `write` does. */
  readonly writeContent?: (value: T, out: XmlWriter) => void;
  /** Whether the field reads this child element; what no field reads is left to `rest`. */
  readonly reads?: (child: Element) => boolean;
}

/** A field for each property of `T`, optional where the property is. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>, undefined extends T[K] ? true : false>;
};

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
export function leaf(ns: string, name: string, value: Value<Any> = string): Codec<Any> {
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

// Places. The overloads are exact: a place without a value holds a string, whatever the context would like.

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

/** How `element` tells its `rest` field what the other fields read. */
const restOf = new WeakMap<Field<unknown, boolean>, (isRead: (child: Element) => boolean) => void>();

// Finding.

/** Whether the element is one that `codec` reads. */
export function isOf(codec: Kind, el: Element): boolean {
  return el.ns === codec.ns && codec.names.includes(el.name);
}

/** The value of the first child element of this kind. Throws MalformedError when that child is broken. */
export function find<T>(parent: Element, codec: Codec<T>): T | undefined {
  for (const each of parent.children) {
    if (typeof each !== 'string' && isOf(codec, each)) return codec.parse(each, `/${parent.name}/${each.name}`);
  }
  return undefined;
}

/** The values of all child elements of this kind. Throws MalformedError when one is broken. */
export function findAll<T>(parent: Element, codec: Codec<T>): readonly T[] {
  return many(codec).read(parent, `/${parent.name}`) ?? [];
}

/** Whether there is a child element of this kind, broken or not. */
export function has(parent: Element, codec: Kind): boolean {
  return parent.children.some((each) => typeof each !== 'string' && isOf(codec, each));
}

function invalid(code: MalformedCode, path: string, value: Value<unknown>, given: string): MalformedError {
  const shown = JSON.stringify(given.length > 40 ? `${given.slice(0, 40)}…` : given);
  return new MalformedError(code, path, `must be ${value.expected}, is ${shown}`);
}
