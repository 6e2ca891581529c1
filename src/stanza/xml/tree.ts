/**
 * Tape → elements. A tape is a list of numbers, two or more for each element and each text, in the order of the
 * document. Nothing is looked up here but what stands there.
 *
 *     element   id of its tag | where the entry after it is | for each attribute: from, to | entries of its children
 *     text      ~from | to
 *
 * `from` and `to` are where the bytes are, counted from the beginning of the first-level element; the low bits of `from`
 * say what has to be done to make them a string.
 */

import { type Attrs, Element, NO_ATTRS, NO_CHILDREN, type Node } from './element.ts';
import { FLAG_BITS, FLAG_REFERENCES, FLAG_SPACE, FLAG_WIDE } from './layout.ts';
import { attributeSpace, lineEnds, resolveReferences } from './references.ts';
import type { Bytes } from './scanner.ts';
import type { Tag } from './shapes.ts';

const FLAGS = (1 << FLAG_BITS) - 1;

/** A tape and what it tells of. */
export interface Tape {
  readonly words: Int32Array;
  /** Where the tape begins in `words`. */
  readonly base: number;
  readonly tags: readonly Tag[];
  /** The first-level element, one character for each byte. */
  readonly source: string;
  /** The same as bytes, from `start` on. */
  readonly bytes: Bytes;
  readonly start: number;
}

/** The element whose entry is at `at`, without children. */
export function attributesAt(tape: Tape, tag: Tag, at: number): Attrs {
  const { keys, AttrMap } = tag;
  const count = keys.length;
  if (count === 0) return NO_ATTRS;
  const { words } = tape;
  const attrs = new AttrMap();
  for (let i = 0, w = at + 2; i < count; i++, w += 2) {
    const from = words[w] as number;
    const to = words[w + 1] as number;
    attrs[keys[i] as string] =
      (from & FLAGS) === 0 ? tape.source.substring(from >> FLAG_BITS, to) : attributeValue(tape, from, to);
  }
  return attrs;
}

/** The children of the element whose entry is at `at`. */
export function childrenAt(tape: Tape, tag: Tag, at: number): readonly Node[] {
  const from = at + 2 + 2 * tag.keys.length;
  const to = endOf(tape, at);
  if (from === to) return NO_CHILDREN;
  const { words } = tape;
  const second = after(tape, from);
  const first = nodeAt(tape, from);
  if (second === to) return [first];
  const third = after(tape, second);
  if (third === to) return joined([first, nodeAt(tape, second)]);
  const nodes: Node[] = [first];
  for (let i = second; i < to; i = after(tape, i)) {
    // Texts beside each other come from CDATA sections: they are one text.
    const last = nodes.length - 1;
    if ((words[i] as number) < 0 && typeof nodes[last] === 'string') nodes[last] += nodeAt(tape, i) as string;
    else nodes.push(nodeAt(tape, i));
  }
  // A list that has grown has room to grow further; a copy has not.
  return nodes.slice();
}

function joined([a, b]: [Node, Node]): Node[] {
  return typeof a === 'string' && typeof b === 'string' ? [a + b] : [a, b];
}

function elementAt(tape: Tape, at: number): Element {
  const tag = tape.tags[tape.words[at] as number] as Tag;
  if (tag.keys.length === 0) {
    const children = childrenAt(tape, tag, at);
    if (children !== NO_CHILDREN) return Element.of(tag.name, tag.ns, NO_ATTRS, children);
    // An element that is nothing but its name can be the same object wherever it stands: nobody can tell.
    tag.same ??= Element.of(tag.name, tag.ns, NO_ATTRS, NO_CHILDREN);
    return tag.same;
  }
  return Element.of(tag.name, tag.ns, attributesAt(tape, tag, at), childrenAt(tape, tag, at));
}

function nodeAt(tape: Tape, at: number): Node {
  const word = tape.words[at] as number;
  if (word >= 0) return elementAt(tape, at);
  const from = ~word;
  const to = tape.words[at + 1] as number;
  return (from & FLAGS) === 0 ? tape.source.substring(from >> FLAG_BITS, to) : text(tape, from, to);
}

/** Where the entry after the one at `at`, with all that is inside it, begins. */
function after(tape: Tape, at: number): number {
  return (tape.words[at] as number) < 0 ? at + 2 : endOf(tape, at);
}

function endOf(tape: Tape, at: number): number {
  return tape.base + ((tape.words[at + 1] as number) >> 2);
}

function attributeValue(tape: Tape, from: number, to: number): string {
  let value = decoded(tape, from, to);
  if (from & FLAG_SPACE) value = attributeSpace(value);
  if (from & FLAG_REFERENCES) value = resolveReferences(value);
  return value;
}

function text(tape: Tape, from: number, to: number): string {
  let value = decoded(tape, from, to);
  if (from & FLAG_SPACE) value = lineEnds(value);
  if (from & FLAG_REFERENCES) value = resolveReferences(value);
  return value;
}

function decoded({ bytes, start, source }: Tape, from: number, to: number): string {
  const at = from >> FLAG_BITS;
  return from & FLAG_WIDE ? bytes.utf8Slice(start + at, start + to) : source.substring(at, to);
}
