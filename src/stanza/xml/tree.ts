/**
 * Tape → elements. A tape is a list of numbers, two or more for each element and each text, in the order of the
 * document. Nothing is looked up here but what stands there.
 *
 *     first-level    where its values begin | where they end | its length | where it ends | its entry
 *     element        id of its tag | number of nodes inside | where the entry after it is
 *                    | for each attribute that varies: from, to | the entries of its children
 *     text           ~from | to
 *
 * `from` and `to` are where the bytes are among all the values that are on the tape; the low bits of `from` say what has to
 * be done to make them a string.
 */

import type { Values } from './attr-maps.ts';
import { type Attrs, Element, NO_CHILDREN, type Node } from './element.ts';
import { ENTRY, FLAG_BITS, FLAG_REFERENCES, FLAG_SPACE, FLAG_WIDE } from './layout.ts';
import { attributeSpace, lineEnds, resolveReferences } from './references.ts';
import type { Bytes } from './scanner.ts';
import type { Tag } from './shapes.ts';
import type { Run } from './unread.ts';

const FLAGS = (1 << FLAG_BITS) - 1;
const HEAD = ENTRY >> 2;

/** Makes elements of a tape, from one entry to the next. */
export class Builder implements Values {
  words: Int32Array;
  /** The memory of the scanner; `undefined` when it is not at hand. */
  bytes: Bytes | undefined;
  tags: readonly Tag[];
  /** Where the tape begins in `words`. */
  base = 0;
  /** Where the values begin in `bytes`. */
  valuesBase = 0;
  /** The values of what is being built, and perhaps of what stands around it. */
  #run: Run | undefined;
  /** Some of them, one character for each byte, and their offsets. */
  #source = '';
  #sourceFrom = 0;
  #sourceTo = 0;
  /** The next word to read. */
  #at = 0;

  constructor(words: Int32Array, bytes: Bytes | undefined, tags: readonly Tag[]) {
    this.words = words;
    this.bytes = bytes;
    this.tags = tags;
  }

  /** Says where the values are of what is built next: the first of them in `source`, or all. */
  open(run: Run, source: string): void {
    this.#run = run;
    this.#source = source;
    this.#sourceFrom = run.from;
    this.#sourceTo = run.from + source.length;
  }

  tagAt(at: number): Tag {
    return this.tags[this.words[at] as number] as Tag;
  }

  /** The attributes of the element whose entry is at `at`. */
  attributesAt(tag: Tag, at: number): Attrs {
    this.#at = at + HEAD;
    return tag.attrs ?? tag.makeAttrs(this);
  }

  /** The children of the element whose entry is at `at`. */
  childrenAt(at: number): readonly Node[] {
    this.#at = at + HEAD + 2 * this.tagAt(at).varying;
    return this.#nodes(this.words[at + 1] as number, this.base + ((this.words[at + 2] as number) >> 2));
  }

  #element(): Element {
    const { words } = this;
    const at = this.#at;
    const tag = this.tags[words[at] as number] as Tag;
    const count = words[at + 1] as number;
    this.#at = at + HEAD;
    const { attrs } = tag;
    if (attrs !== undefined && count === 0) {
      // Nothing varies: it can be the same object wherever it stands.
      tag.same ??= Element.of(tag.name, tag.ns, attrs, NO_CHILDREN);
      return tag.same;
    }
    return Element.of(
      tag.name,
      tag.ns,
      attrs ?? tag.makeAttrs(this),
      this.#nodes(count, this.base + ((words[at + 2] as number) >> 2)),
    );
  }

  /** As many nodes; `end` is where the last of them ends. */
  #nodes(count: number, end: number): readonly Node[] {
    switch (count) {
      case 0:
        return NO_CHILDREN;
      case 1:
        return [this.#node()];
      case 2:
        return [this.#node(), this.#node()];
      case 3:
        return [this.#node(), this.#node(), this.#node()];
      case 4:
        return [this.#node(), this.#node(), this.#node(), this.#node()];
      case 5:
        return [this.#node(), this.#node(), this.#node(), this.#node(), this.#node()];
      case 6:
        return [this.#node(), this.#node(), this.#node(), this.#node(), this.#node(), this.#node()];
      case 7:
        return [this.#node(), this.#node(), this.#node(), this.#node(), this.#node(), this.#node(), this.#node()];
      default:
        return this.#manyNodes(end);
    }
  }

  #manyNodes(end: number): readonly Node[] {
    const nodes: Node[] = [];
    while (this.#at < end) {
      const isText = (this.words[this.#at] as number) < 0;
      const node = this.#node();
      // Texts beside each other come from CDATA sections: they are one text.
      const last = nodes.length - 1;
      if (isText && typeof nodes[last] === 'string') nodes[last] += node as string;
      else nodes.push(node);
    }
    // A list that has grown has room to grow further; a copy has not.
    return nodes.slice();
  }

  #node(): Node {
    const at = this.#at;
    const word = this.words[at] as number;
    if (word >= 0) return this.#element();
    const to = this.words[at + 1] as number;
    this.#at = at + 2;
    const from = ~word;
    if ((from & FLAGS) !== 0) return this.#decoded(from, to, lineEnds);
    return this.#slice(from >> FLAG_BITS, to);
  }

  /** The attribute value that comes next. */
  value(): string {
    const at = this.#at;
    const from = this.words[at] as number;
    const to = this.words[at + 1] as number;
    this.#at = at + 2;
    if ((from & FLAGS) !== 0) return this.#decoded(from, to, attributeSpace);
    return this.#slice(from >> FLAG_BITS, to);
  }

  #slice(from: number, to: number): string {
    if (to > this.#sourceTo) return this.#sliceBeyond(from, to);
    return this.#source.substring(from - this.#sourceFrom, to - this.#sourceFrom);
  }

  /** What does not end in the segment at hand. */
  #sliceBeyond(from: number, to: number): string {
    if (from >= this.#sourceTo) {
      const at = (this.#run as Run).segmentOf(from);
      this.#source = at.segment;
      this.#sourceFrom = at.from;
      this.#sourceTo = at.from + at.segment.length;
      if (to <= this.#sourceTo) return this.#slice(from, to);
    }
    // Only with the memory of the scanner are there segments.
    return (this.bytes as Bytes).latin1Slice(this.valuesBase + from, this.valuesBase + to);
  }

  #decoded(from: number, to: number, space: (text: string) => string): string {
    const at = from >> FLAG_BITS;
    let text = from & FLAG_WIDE ? this.#wide(at, to) : this.#slice(at, to);
    if (from & FLAG_SPACE) text = space(text);
    if (from & FLAG_REFERENCES) text = resolveReferences(text);
    return text;
  }

  #wide(from: number, to: number): string {
    const { bytes, valuesBase } = this;
    if (bytes !== undefined) return bytes.utf8Slice(valuesBase + from, valuesBase + to);
    return Buffer.from(this.#slice(from, to), 'latin1').toString();
  }
}
