/** Start tags, one at a time and with patience: the only place that knows what is right in them. */

import { isNcName, isXmlText } from './chars.ts';
import { Fault } from './fault.ts';
import type { Limits } from './limits.ts';
import { attributeSpace, resolveReferences } from './references.ts';

const NS_XML = 'http://www.w3.org/XML/1998/namespace';
const NS_XMLNS = 'http://www.w3.org/2000/xmlns/';

/** Namespace bindings in force: prefix (`''` for the default) → namespace name. */
export interface Scope {
  readonly own: ReadonlyMap<string, string>;
  readonly parent: Scope | undefined;
}

export const NO_BINDINGS: Scope = {
  own: new Map([
    ['', ''],
    ['xml', NS_XML],
  ]),
  parent: undefined,
};

/** An attribute as it stands in a tag. Positions count from the beginning of the tag, in bytes. */
export interface WrittenAttribute {
  /** From the white space before the name to the quote after the `=`. */
  readonly label: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly value: string;
  /** Whether it declares a namespace. */
  readonly isDeclaration: boolean;
}

export interface WrittenTag {
  /** `<` and the name, one character for each byte. */
  readonly label: string;
  readonly name: string;
  readonly attributes: readonly WrittenAttribute[];
  readonly isEmpty: boolean;
}

/** What a tag means where it stands. */
export interface ResolvedTag {
  /** The local name. */
  readonly name: string;
  readonly ns: string;
  /** The name of each attribute as `Attrs` has it; `undefined` for declarations of namespaces. */
  readonly keys: readonly (string | undefined)[];
  /** The bindings that the tag declares; `undefined` for none. */
  readonly own: ReadonlyMap<string, string> | undefined;
}

/**
 * Takes a start tag to pieces.
 * @param bytes the tag from `<` to `>`, one character for each byte.
 */
export function readStartTag(bytes: string, limits: Limits): WrittenTag {
  if (!isXmlText(utf8(bytes))) throw new Fault('not-well-formed', 'a character that XML does not allow');
  const isEmpty = bytes.endsWith('/>');
  const end = bytes.length - (isEmpty ? 2 : 1);
  const label = /^<[^ \t\r\n=/'">]*/.exec(bytes)?.[0] ?? '';
  const name = utf8(label.slice(1));
  checkLength(name, limits);
  const attributes: WrittenAttribute[] = [];
  const names = new Set<string>();
  const attribute = /([ \t\r\n]+([^ \t\r\n=/'">]+)[ \t\r\n]*=[ \t\r\n]*['"])|[ \t\r\n]+/y;
  let at = label.length;
  while (at < end) {
    attribute.lastIndex = at;
    const match = attribute.exec(bytes);
    if (match === null) throw new Fault('not-well-formed', `a malformed tag <${name.slice(0, 64)}`);
    const [all, attributeLabel, rawName] = match;
    at += all.length;
    if (attributeLabel === undefined || rawName === undefined) {
      if (at === end) break;
      throw new Fault('not-well-formed', `a malformed tag <${name.slice(0, 64)}`);
    }
    const to = bytes.indexOf(attributeLabel.at(-1) as string, at);
    if (to === -1 || to >= end) throw new Fault('not-well-formed', `a malformed tag <${name.slice(0, 64)}`);
    const attributeName = utf8(rawName);
    checkLength(attributeName, limits);
    if (names.has(attributeName)) throw new Fault('not-well-formed', `attribute ${attributeName} stands twice`);
    if (names.size === limits.attributes) {
      throw new Fault('policy-violation', `more than ${limits.attributes} attributes`);
    }
    const raw = bytes.slice(at, to);
    if (raw.includes('<')) throw new Fault('not-well-formed', '"<" in an attribute value');
    names.add(attributeName);
    attributes.push({
      label: attributeLabel,
      name: attributeName,
      from: at,
      to,
      value: resolveReferences(attributeSpace(utf8(raw))),
      isDeclaration: attributeName === 'xmlns' || attributeName.startsWith('xmlns:'),
    });
    at = to + 1;
  }
  return { label, name, attributes, isEmpty };
}

/** Finds the names of a tag in the namespaces where it stands. */
export function resolveTag({ name, attributes }: WrittenTag, above: Scope, limits: Limits): ResolvedTag {
  const own = new Map<string, string>();
  for (const { name: attribute, value, isDeclaration } of attributes) {
    if (isDeclaration) own.set(attribute.slice('xmlns:'.length), value);
  }
  checkBindings(own);
  const scope = own.size === 0 ? above : { own, parent: above };
  const { prefix, local } = splitName(name);
  if (prefix === 'xmlns') throw new Fault('not-well-formed', 'the prefix xmlns is reserved');
  return {
    name: local,
    ns: lookUp(scope, prefix),
    keys: attributeKeys(attributes, scope, limits),
    own: own.size === 0 ? undefined : own,
  };
}

function checkLength(name: string, limits: Limits): void {
  if (name.length > limits.nameLength) throw new Fault('policy-violation', `a name longer than ${limits.nameLength}`);
}

function splitName(name: string): { prefix: string; local: string } {
  const colon = name.indexOf(':');
  const prefix = colon === -1 ? '' : name.slice(0, colon);
  const local = name.slice(colon + 1);
  if (!isNcName(local) || (colon !== -1 && !isNcName(prefix))) {
    throw new Fault('not-well-formed', `${JSON.stringify(name.slice(0, 64))} is not a name`);
  }
  return { prefix, local };
}

/** "Namespaces in XML" §3: what may be bound to what. */
function checkBindings(own: ReadonlyMap<string, string>): void {
  for (const [prefix, ns] of own) {
    if (prefix !== '' && !isNcName(prefix)) throw new Fault('not-well-formed', `xmlns:${prefix}`);
    if (prefix !== '' && ns === '') throw new Fault('not-well-formed', `prefix ${prefix} is bound to nothing`);
    if (prefix === 'xmlns' || ns === NS_XMLNS) throw new Fault('not-well-formed', 'the xmlns prefix is reserved');
    if ((prefix === 'xml') !== (ns === NS_XML)) throw new Fault('not-well-formed', 'the xml prefix is reserved');
  }
}

function lookUp(scope: Scope, prefix: string): string {
  for (let s: Scope | undefined = scope; s !== undefined; s = s.parent) {
    const ns = s.own.get(prefix);
    if (ns !== undefined) return ns;
  }
  throw new Fault('not-well-formed', `prefix ${prefix} is not declared`);
}

function attributeKeys(attributes: readonly WrittenAttribute[], scope: Scope, limits: Limits): (string | undefined)[] {
  const seen = new Set<string>();
  return attributes.map(({ name, isDeclaration }) => {
    const { prefix, local } = splitName(name);
    if (isDeclaration) return undefined;
    const key = prefix === '' ? local : prefix === 'xml' ? name : `{${lookUp(scope, prefix)}}${local}`;
    // A namespace is declared once, and would be in the key of each attribute.
    if (prefix !== '') checkLength(key, limits);
    if (seen.has(key)) throw new Fault('not-well-formed', `attribute ${key} stands twice`);
    seen.add(key);
    return key;
  });
}

/** The text of a string that has a character for each byte. */
export function utf8(bytes: string): string {
  return WIDE.test(bytes) ? Buffer.from(bytes, 'latin1').toString() : bytes;
}

const WIDE = /[\x80-\xff]/;
