/** XML from typed values and from elements. Everything is escaped here; what XML cannot carry is refused. */

import { type Constant, constant } from './constant.ts';
import type { Element } from './element.ts';
import { escapeAttr } from './escape.ts';
import { knownAttribute, knownName, knownNamespace } from './names.ts';
import { CONTENT, Output } from './output.ts';
import { unfitName } from './serialize-error.ts';

/** What is the same in all start and end tags of a kind, made ready once. */
export interface WrittenTag {
  readonly ns: string;
  /** `<name`, and what else always stands at the beginning. */
  readonly start: Constant;
  /** The same with `xmlns='…'`. */
  readonly declared: Constant;
  /** `</name>` */
  readonly end: Constant;
}

/**
 * The tags of an element, made ready to be written.
 * @param more what else always stands at the beginning, such as `/>`.
 */
export function writtenTag(ns: string, name: string, more = ''): WrittenTag {
  return {
    ns,
    start: constant(`<${name}${more}`),
    declared: constant(`<${name} xmlns='${escapeAttr(ns)}'${more}`),
    end: constant(`</${name}>`),
  };
}

/** Prefixes that readers of these namespaces are used to; others get `ns0`, `ns1`, … */
const USUAL_PREFIX: Record<string, string> = { 'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'rdf' };

const SLASH = 0x2f;
const GREATER = 0x3e;

/** Bytes to which elements are appended. What is refused with an error is there in part: see `toXml` and `append`. */
export class XmlWriter extends Output {
  /** The default namespace in force. */
  #ns: string;
  /** Whether the last start tag has no `>` yet: it ends with `/>` when nothing comes. */
  #isOpen = false;

  /** @param contextNs the default namespace in force where the text will stand, as for `serialize`. */
  constructor(contextNs = '') {
    super();
    this.#ns = contextNs;
  }

  /** Writes on where `contextNs` is in force, as after `new XmlWriter(contextNs)`. */
  begin(contextNs: string): void {
    this.#ns = contextNs;
    this.#isOpen = false;
  }

  /** Begins an element. Its attributes come next. Returns the namespace outside, which `end` needs. */
  start(tag: WrittenTag): string {
    const outside = this.#ns;
    this.#inside();
    this.constant(tag.ns === outside ? tag.start : tag.declared);
    this.#ns = tag.ns;
    this.#isOpen = true;
    return outside;
  }

  /** @param label the name as it is written before the value: `constant(" name='")`. */
  attribute(label: Constant, value: string): void {
    this.constant(label);
    this.value(value);
  }

  end(tag: { readonly end: Constant }, outside: string): void {
    if (this.#isOpen) {
      this.ascii(SLASH);
      this.ascii(GREATER);
      this.#isOpen = false;
    } else this.constant(tag.end);
    this.#ns = outside;
  }

  text(text: string): void {
    if (text === '') return;
    this.#inside();
    this.escaped(text, CONTENT);
  }

  /** An element of which nothing ever changes: its tag holds all of it. */
  whole(tag: WrittenTag): void {
    this.#inside();
    this.constant(tag.ns === this.#ns ? tag.start : tag.declared);
  }

  /** An element with nothing in it but text. `tag` has the `>` of its start tag, `empty` is all of it without text. */
  leaf(tag: WrittenTag, empty: WrittenTag, text: string): void {
    if (text === '') return this.whole(empty);
    this.whole(tag);
    this.escaped(text, CONTENT);
    this.constant(tag.end);
  }

  element(element: Element): void {
    const { name, ns, attrs, children } = element;
    const outside = this.#ns;
    const tag = knownName(name);
    if (tag === undefined) throw unfitName('', name);
    this.#inside();
    this.constant(tag.start);
    if (ns !== outside) this.constant(knownNamespace(ns));
    let foreign = 0;
    for (const key in attrs) {
      const known = knownAttribute(key);
      if (known === undefined) throw unfitName('', key);
      if (known.label !== undefined) this.constant(known.label);
      else {
        const prefix = USUAL_PREFIX[known.ns] ?? `ns${foreign++}`;
        this.raw(` xmlns:${prefix}='${escapeAttr(known.ns)}' ${prefix}:${known.local}='`);
      }
      this.value(attrs[key] as string);
    }
    this.#ns = ns;
    this.#isOpen = true;
    for (let i = 0; i < children.length; i++) {
      const child = children[i] as Element | string;
      if (typeof child === 'string') this.text(child);
      else this.element(child);
    }
    this.end(tag, outside);
  }

  #inside(): void {
    if (!this.#isOpen) return;
    this.ascii(GREATER);
    this.#isOpen = false;
  }
}
