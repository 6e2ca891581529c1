/**
 * What start tags have looked like so far: the tree by which the scanner knows them again, and for each tag what the
 * builder needs to make an element. All that can be said of a tag without its values is found out once, here.
 */

import { type AttrMaker, attrMaker } from './attr-maps.ts';
import { type Attrs, attrMapOf, type Element, NO_ATTRS } from './element.ts';
import {
  CHILD,
  ID,
  INSIDE,
  KIND,
  KIND_EMPTY,
  KIND_OPEN,
  KIND_VALUE,
  LABEL,
  LABEL_LENGTH,
  MASK,
  NEXT,
} from './layout.ts';
import type { Limits } from './limits.ts';
import type { Memory } from './scan.ts';
import {
  NO_BINDINGS,
  type ResolvedTag,
  readStartTag,
  resolveTag,
  type Scope,
  type WrittenAttribute,
  type WrittenTag,
} from './start-tag.ts';

/** A start tag with what varies left out. */
export interface Tag {
  /** What stands for it on the tape. */
  readonly id: number;
  /** The name as written, one character for each byte. */
  readonly written: string;
  readonly name: string;
  readonly ns: string;
  /** The names of the attributes. */
  readonly keys: readonly string[];
  /** How many of them vary: their values are on the tape, in this order. */
  readonly varying: number;
  /** Makes a map of the attributes. */
  makeAttrs: AttrMaker;
  /** The attributes themselves, where none of them varies. */
  readonly attrs: Attrs | undefined;
  /** The namespaces in force inside. */
  readonly scope: Scope;
  /** The element itself, where nobody can tell such elements apart: no value that varies, no children. */
  same: Element | undefined;
}

/** A start tag that was looked at by itself. */
export interface LearntTag {
  readonly tag: Tag;
  /** Its last shape in the memory of the scanner; 0 when that was full. */
  readonly at: number;
  readonly written: WrittenTag;
  /** The attributes that vary. */
  readonly varying: readonly WrittenAttribute[];
}

/** A piece of a start tag that is always the same, and how the tag goes on: see layout.ts. */
export class Shape {
  /** Where it is in the memory of the scanner; 0 when that was full. */
  readonly at: number;
  readonly children = new Map<string, Shape>();
  /** The tag that ends here. */
  tag: Tag | undefined;
  /** The siblings that the scanner tries before and after this one. */
  before: Shape | undefined;
  after: Shape | undefined;
  /** The child that the scanner tries first. */
  first: Shape | undefined;

  constructor(at: number) {
    this.at = at;
  }
}

export interface ShapeOptions {
  readonly limits: Limits;
  /** Namespaces to report under another name. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** How many bytes the shapes may take: some 2,000 of them. */
export const SHAPES_BYTES = 262_144;
/** How many tags are remembered, and how many bytes they may have been together. */
const MAX_TAGS = 2048;
const MAX_LEARNT = 1_048_576;
/** Longer labels are not worth remembering. */
const MAX_LABEL = 512;
/** Attributes whose values are words of a protocol, the same again and again. */
const PROTOCOL_WORDS = new Set(
  'type xml:lang hash node ver var category subscription ask affiliation role code action status'.split(' '),
);
/** Where a tag has gone on in so many ways, what looked like a word of the protocol may be none. */
const MAX_WORDS = 32;

const NO_TAG: Tag = {
  id: 0,
  written: '',
  name: '',
  ns: '',
  keys: [],
  varying: 0,
  makeAttrs: () => NO_ATTRS,
  attrs: NO_ATTRS,
  scope: NO_BINDINGS,
  same: undefined,
};

/** What stands for shapes that are not remembered. */
const NO_SHAPE = new Shape(0);

export class Shapes {
  /** The tags by their ids. Elements that nobody has looked into hold on to this list: no shapes can be in it. */
  tags: Tag[] = [NO_TAG];
  /** Which tags may stand inside of each of them. */
  #insides: Shape[] = [NO_SHAPE];
  readonly #memory: Memory;
  readonly #from: number;
  #used = 0;
  #learnt = 0;
  #isFull = false;
  #isEndless = false;
  #options: ShapeOptions;
  /** The shapes that have no parent: for each scope and each parent element, what may begin a child. */
  readonly #roots = new Map<string, Shape>();
  readonly #scopes = new Map<string, Scope>();
  readonly #scopeIds = new Map<Scope, number>([[NO_BINDINGS, 0]]);

  /** @param from where the shapes begin in `memory`. */
  constructor(memory: Memory, from: number, options: ShapeOptions) {
    this.#memory = memory;
    this.#from = from;
    this.#options = options;
  }

  /** Whether there was more to remember than there is room for: time to begin anew. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Whether that has been so before: what is known now will not be known for long either. */
  get isEndless(): boolean {
    return this.#isEndless;
  }

  /** Prepares for a stream with these options: what was learnt with the same ones stays known. */
  use(options: ShapeOptions): void {
    const isSame = key(options) === key(this.#options);
    this.#options = options;
    if (!isSame || this.#isFull) this.reset();
  }

  /** Forgets everything. Nothing may be open, and nothing on the tape that is still to be read. */
  reset(): void {
    this.#used = 0;
    this.#learnt = 0;
    this.#isEndless ||= this.#isFull;
    this.#isFull = false;
    // Who has kept a tape needs the old ones.
    this.tags = [NO_TAG];
    this.#insides = [NO_SHAPE];
    this.#roots.clear();
    this.#scopes.clear();
    this.#scopeIds.clear();
    this.#scopeIds.set(NO_BINDINGS, 0);
  }

  /** The scope with the same bindings that these shapes know. */
  adopt(scope: Scope): Scope {
    if (scope.parent === undefined || this.#scopeIds.has(scope)) return scope;
    return this.#scope(scope.own, this.adopt(scope.parent));
  }

  /** The tags that may stand inside an element with this tag. */
  insideOf({ id }: Tag): Shape {
    return this.#insides[id] as Shape;
  }

  /** The tags that may stand inside an element called `name` (as written), where `scope` is in force. */
  inside(scope: Scope, name: string): Shape {
    const key = `${this.#scopeIds.get(scope)} ${name}`;
    let root = this.#roots.get(key);
    if (root === undefined) {
      if (this.#isFull) return NO_SHAPE;
      root = new Shape(this.#allocate(`</${name}>`, KIND_OPEN));
      this.#roots.set(key, root);
    }
    return root;
  }

  /**
   * Looks at a start tag, and remembers it.
   * @param bytes the tag, one character for each byte.
   * @param inside what may stand where it stands.
   * @param above the scope there.
   * @throws Fault when it is not a right one.
   */
  learn(bytes: string, inside: Shape, above: Scope): LearntTag {
    const written = readStartTag(bytes, this.#options.limits);
    // First of all: there is no shape of a tag that is wrong.
    const resolved = resolveTag(written, above, this.#options.limits);
    const varying: WrittenAttribute[] = [];
    let shape = inside;
    let from = 0;
    for (const attribute of written.attributes) {
      if (attribute.isDeclaration || (shape.children.size < MAX_WORDS && isWord(attribute, bytes))) continue;
      shape = this.#child(shape, bytes.slice(from, attribute.from), KIND_VALUE);
      from = attribute.to;
      varying.push(attribute);
    }
    shape = this.#child(shape, bytes.slice(from), written.isEmpty ? KIND_EMPTY : KIND_OPEN);
    if (shape.tag !== undefined) return { tag: shape.tag, at: shape.at, written, varying };
    this.#learnt += bytes.length;
    if (this.#learnt > MAX_LEARNT) this.#fill();
    const tag = this.#tag(written, resolved, new Set(varying), above, shape.at);
    if (shape !== NO_SHAPE) shape.tag = tag;
    return { tag, at: shape.at, written, varying };
  }

  /** The child with this label, put where the scanner looks first. */
  #child(parent: Shape, label: string, kind: number): Shape {
    let child = parent.children.get(label);
    if (child === undefined) {
      // A stanza in which all tags are different takes as much memory as its tags do, not as a tree of them would.
      if (this.#isFull) return NO_SHAPE;
      child = new Shape(parent.at === 0 ? 0 : this.#allocate(label, kind));
      parent.children.set(intern(label), child);
    } else if (parent.first === child || child.at === 0) return child;
    if (child.at !== 0) this.#toFront(parent, child);
    return child;
  }

  #toFront(parent: Shape, child: Shape): void {
    const { words } = this.#memory;
    const { before, after } = child;
    if (before !== undefined) {
      before.after = after;
      words[(before.at + NEXT) >> 2] = after?.at ?? 0;
      if (after !== undefined) after.before = before;
    }
    const second = parent.first;
    child.before = undefined;
    child.after = second;
    if (second !== undefined) second.before = child;
    parent.first = child;
    words[(child.at + NEXT) >> 2] = second?.at ?? 0;
    words[(parent.at + CHILD) >> 2] = child.at;
  }

  #tag(
    written: WrittenTag,
    { name, ns, keys: allKeys, own }: ResolvedTag,
    varying: ReadonlySet<WrittenAttribute>,
    above: Scope,
    at: number,
  ): Tag {
    const scope = own === undefined ? above : this.#scope(own, above);
    const writtenName = intern(written.label.slice(1));
    const keys = allKeys.filter((key) => key !== undefined).map(intern);
    const values = written.attributes
      .filter(({ isDeclaration }) => !isDeclaration)
      .map((attribute) => (varying.has(attribute) ? undefined : intern(attribute.value)));
    const isConstant = varying.size === 0;
    const tag: Tag = {
      id: this.tags.length,
      written: writtenName,
      name: intern(name),
      ns: intern(this.#options.aliases[ns] ?? ns),
      keys,
      varying: varying.size,
      makeAttrs: NO_TAG.makeAttrs,
      attrs: isConstant ? constantAttrs(keys, values) : undefined,
      scope,
      same: undefined,
    };
    if (!isConstant) tag.makeAttrs = attrMaker(keys, values, tag);
    const inside = this.inside(scope, writtenName);
    this.tags.push(tag);
    this.#insides.push(inside);
    if (this.tags.length > MAX_TAGS) this.#fill();
    if (at !== 0) {
      const { words } = this.#memory;
      words[(at + INSIDE) >> 2] = inside.at;
      words[(at + ID) >> 2] = tag.id;
    }
    return tag;
  }

  /** The same scope each time that the same is declared in the same scope. */
  #scope(own: ReadonlyMap<string, string>, parent: Scope): Scope {
    const key = `${this.#scopeIds.get(parent)} ${JSON.stringify([...own])}`;
    let scope = this.#scopes.get(key);
    if (scope === undefined) {
      scope = { own: new Map([...own].map(([prefix, ns]) => [intern(prefix), intern(ns)])), parent };
      if (this.#isFull) return scope;
      this.#scopes.set(key, scope);
      this.#scopeIds.set(scope, this.#scopeIds.size);
    }
    return scope;
  }

  /** There is more to remember than there is room for. */
  #fill(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    // What was handed over before needs none of the tags that are still to come in this stanza.
    this.tags = this.tags.slice();
  }

  /** A new shape in the memory of the scanner: where it is, or 0 when there is no room. */
  #allocate(label: string, kind: number): number {
    const { length } = label;
    const size = LABEL + Math.max(16, (length + 15) & ~15);
    if (length > MAX_LABEL) return 0;
    if (this.#used + size > SHAPES_BYTES) {
      this.#fill();
      return 0;
    }
    const at = this.#from + this.#used;
    this.#used += size;
    const { bytes, words } = this.#memory;
    bytes.fill(0, at, at + size);
    words[(at + LABEL_LENGTH) >> 2] = length;
    words[(at + KIND) >> 2] = kind;
    bytes.fill(0xff, at + MASK, at + MASK + Math.min(16, length));
    for (let i = 0; i < length; i++) bytes[at + LABEL + i] = label.charCodeAt(i);
    return at;
  }
}

function constantAttrs(keys: readonly string[], values: readonly (string | undefined)[]): Attrs {
  if (keys.length === 0) return NO_ATTRS;
  const attrs = new (attrMapOf(keys.length))();
  for (const [i, key] of keys.entries()) attrs[key] = values[i] as string;
  return attrs;
}

/** Whether the value is likely to come again, and needs nothing done to become a string. */
function isWord({ name, value, from, to }: WrittenAttribute, bytes: string): boolean {
  return PROTOCOL_WORDS.has(name) && value.length <= 64 && value === bytes.slice(from, to);
}

/** What of the options a tag depends on. */
function key({ limits, aliases }: ShapeOptions): string {
  return JSON.stringify([limits.attributes, limits.nameLength, Object.entries(aliases)]);
}

/** The same string, in the form in which names of properties are found fastest, and free of what it was cut from. */
function intern(text: string): string {
  return Object.keys({ [text]: 0 })[0] as string;
}
