/** A node of an XML tree: what the parser reports, the codecs read and build, and the serializer writes. */

import { serialize } from './serialize.ts';

/** What stands in an element: other elements, and text. */
export type Node = Element | string;

/**
 * The attributes of an element by name.
 *
 * An attribute in a namespace is named `{namespace}local`, whatever prefix it had on the wire; only `xml:lang` and the
 * other `xml:` attributes keep their fixed prefix. Namespace declarations are not attributes.
 */
export interface Attrs {
  readonly [name: string]: string | undefined;
}

/** What maps of attributes inherit from: nothing, so that `__proto__` and `constructor` are names like any others. */
export const NOTHING = Object.create(null);

type AttrMap = new () => Record<string, string>;

function newAttrMap(): AttrMap {
  const AttrMap = function AttrMap() {} as unknown as AttrMap;
  AttrMap.prototype = NOTHING;
  return AttrMap;
}

const AnyAttrMap = newAttrMap();

export function attrMap(): Record<string, string> {
  return new AnyAttrMap();
}

const bySize: AttrMap[] = [];

/** A constructor of maps with room for `size` attributes: no more memory than needed, no moving when they come. */
export function attrMapOf(size: number): AttrMap {
  if (size > 16) return AnyAttrMap;
  let AttrMap = bySize[size];
  if (AttrMap === undefined) {
    AttrMap = newAttrMap();
    bySize[size] = AttrMap;
    // V8 leaves as much room as the first few objects have needed.
    for (let i = 0; i < 16; i++) {
      const map = new AttrMap();
      for (let n = 0; n < size; n++) map[`${n}-`] = '';
    }
  }
  return AttrMap;
}

export const NO_ATTRS: Attrs = Object.freeze(attrMap());
export const NO_CHILDREN: readonly Node[] = Object.freeze([]);

/** Where the children of an element come from that nobody has asked for yet. */
export interface ChildSource {
  read(): readonly Node[];
}

/**
 * An immutable element: local name, namespace, attributes, children.
 *
 * The methods with `get` in their names follow ltx, so that libraries written for ltx work on this class.
 */
export class Element {
  /** The local name, without a prefix. */
  readonly name: string;
  /** The namespace name; `''` for none. */
  readonly ns: string;
  /** By name; those in a namespace are called `{namespace}local`. */
  readonly attrs: Attrs;
  // Not `#content`: the children are part of what makes two elements equal, and comparing looks at properties.
  private content: readonly Node[] | ChildSource;

  /** `attrs` may hold `undefined` for attributes to leave out. */
  constructor(name: string, ns: string, attrs?: Attrs, children?: readonly Node[]) {
    this.name = name;
    this.ns = ns;
    this.attrs = attrs === undefined ? NO_ATTRS : ownAttrs(attrs);
    this.content = children ?? NO_CHILDREN;
  }

  /** What is inside, in order: elements, and strings for text. */
  get children(): readonly Node[] {
    const { content } = this;
    if (Array.isArray(content)) return content;
    const children = (content as ChildSource).read();
    this.content = children;
    return children;
  }

  /** For the parser: `attrs` are already as they must be, and the children may come later. */
  static of(name: string, ns: string, attrs: Attrs, content: readonly Node[] | ChildSource): Element {
    const element = new Element(name, ns);
    (element as { attrs: Attrs }).attrs = attrs;
    element.content = content;
    return element;
  }

  /** Whether the local name, and the namespace when one is given, are these. */
  is(name: string, ns?: string): boolean {
    return this.name === name && (ns === undefined || this.ns === ns);
  }

  getName(): string {
    return this.name;
  }

  getNS(): string {
    return this.ns;
  }

  /** The child elements, without the text between them. */
  getChildElements(): Element[] {
    return this.children.filter((child) => typeof child !== 'string');
  }

  /** The child elements with this local name, in any namespace unless `ns` is given. */
  getChildren(name: string, ns?: string): Element[] {
    return this.getChildElements().filter((child) => child.is(name, ns));
  }

  /** The first child element with this local name, in any namespace unless `ns` is given. */
  getChild(name: string, ns?: string): Element | undefined {
    for (const child of this.children) {
      if (typeof child !== 'string' && child.is(name, ns)) return child;
    }
    return undefined;
  }

  /** The text of the first such child; `null`, as in ltx, when there is none. */
  getChildText(name: string, ns?: string): string | null {
    return this.getChild(name, ns)?.text() ?? null;
  }

  /** The text directly inside this element, without that of its child elements. */
  text(): string {
    const { children } = this;
    if (children.length === 1 && typeof children[0] === 'string') return children[0];
    return children.filter((child) => typeof child === 'string').join('');
  }

  getText(): string {
    return this.text();
  }

  /** The XML of this element, complete on its own. */
  toString(): string {
    return serialize(this);
  }

  /** Always `null`: a child that knew its parent would keep the whole stanza in memory. Setting it does nothing. */
  get parent(): null {
    return null;
  }

  set parent(_: unknown) {}
}

function ownAttrs(attrs: Attrs): Attrs {
  if (Object.getPrototypeOf(attrs) === NOTHING) return attrs;
  const own = attrMap();
  for (const name of Object.keys(attrs)) {
    const value = attrs[name];
    if (value !== undefined) own[name] = value;
  }
  return own;
}
