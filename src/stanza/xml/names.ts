/** The names of elements and attributes as they are written, checked and made ready once. */

import { isNcName } from './chars.ts';
import { type Constant, constant } from './constant.ts';
import { escapeAttr } from './escape.ts';

export interface KnownName {
  /** `<name` */
  readonly start: Constant;
  /** `</name>` */
  readonly end: Constant;
}

/** An attribute. One in a namespace needs a prefix, which is found for each element. */
export type KnownAttribute =
  | { /** ` name='` */ readonly label: Constant }
  | { readonly label: undefined; readonly ns: string; readonly local: string };

/** Names in use are few; who sees ever new ones gets by without. */
const MAX_KNOWN = 4096;

const names = new Map<string, KnownName>();
const attributes = new Map<string, KnownAttribute>();
const namespaces = new Map<string, Constant>();

/** `undefined` for what is not a name. */
export function knownName(name: string): KnownName | undefined {
  const known = names.get(name);
  if (known !== undefined) return known;
  if (!isWritable(name)) return undefined;
  return keep(names, name, { start: constant(`<${name}`), end: constant(`</${name}>`) });
}

/** @param key as in `Element.attrs`. `undefined` for what is not a name. */
export function knownAttribute(key: string): KnownAttribute | undefined {
  const known = attributes.get(key);
  if (known !== undefined) return known;
  if (key.startsWith('{')) {
    const end = key.lastIndexOf('}');
    const local = key.slice(end + 1);
    return isWritable(local) ? keep(attributes, key, { label: undefined, ns: key.slice(1, end), local }) : undefined;
  }
  if (!isWritable(key.startsWith('xml:') ? key.slice(4) : key)) return undefined;
  return keep(attributes, key, { label: constant(` ${key}='`) });
}

/** ` xmlns='…'`. Throws SerializeError. */
export function knownNamespace(ns: string): Constant {
  return namespaces.get(ns) ?? keep(namespaces, ns, constant(` xmlns='${escapeAttr(ns)}'`));
}

function isWritable(name: string): boolean {
  return isNcName(name) && name !== 'xmlns';
}

function keep<T>(known: Map<string, T>, key: string, value: T): T {
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, value);
  return value;
}
