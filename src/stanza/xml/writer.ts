/** XML text from typed values, without elements in between. */

import type { Element } from './element.ts';
import { escapeAttr, escapeText, serialize } from './serialize.ts';

/** What is the same in all start and end tags of a kind. */
export interface WrittenTag {
  readonly ns: string;
  /** `<name` */
  readonly start: string;
  /** `<name xmlns='…'` */
  readonly declared: string;
  /** `</name>` */
  readonly end: string;
}

export function writtenTag(ns: string, name: string): WrittenTag {
  return { ns, start: `<${name}`, declared: `<${name} xmlns='${escapeAttr(ns)}'`, end: `</${name}>` };
}

/** Text to which elements are appended. An error leaves it useless: see `toXml`. */
export class XmlWriter {
  xml = '';
  /** The default namespace in force. */
  #ns: string;
  /** Whether the last start tag has no `>` yet: it ends with `/>` when nothing comes. */
  #isOpen = false;

  /** @param contextNs the default namespace in force where the text will stand, as for `serialize`. */
  constructor(contextNs = '') {
    this.#ns = contextNs;
  }

  /** Begins an element. Its attributes come next. Returns the namespace outside, which `end` needs. */
  start(tag: WrittenTag): string {
    const outside = this.#ns;
    this.#inside();
    this.xml += tag.ns === outside ? tag.start : tag.declared;
    this.#ns = tag.ns;
    this.#isOpen = true;
    return outside;
  }

  /** @param label the name as it is written before the value: ` name='` */
  attribute(label: string, value: string): void {
    this.xml += `${label}${escapeAttr(value)}'`;
  }

  end(tag: WrittenTag, outside: string): void {
    this.xml += this.#isOpen ? '/>' : tag.end;
    this.#isOpen = false;
    this.#ns = outside;
  }

  text(text: string): void {
    if (text === '') return;
    this.#inside();
    this.xml += escapeText(text);
  }

  /** An element with nothing in it but its name. */
  empty(tag: WrittenTag): void {
    this.#inside();
    this.xml += tag.ns === this.#ns ? `${tag.start}/>` : `${tag.declared}/>`;
  }

  element(element: Element): void {
    this.#inside();
    this.xml += serialize(element, this.#ns);
  }

  #inside(): void {
    if (!this.#isOpen) return;
    this.xml += '>';
    this.#isOpen = false;
  }
}
