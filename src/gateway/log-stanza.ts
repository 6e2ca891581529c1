/** Stanzas as the log may have them. */

import { Element } from '../stanza/index.ts';

/** The same, without the text of elements with these names, however deep they stand. */
export function withoutText(element: Element, names: readonly string[]): Element {
  const children = names.includes(element.name)
    ? element.children.map((child) => (typeof child === 'string' ? '…' : child))
    : element.children;
  const stripped = children.map((child) => (typeof child === 'string' ? child : withoutText(child, names)));
  return new Element(element.name, element.ns, element.attrs, stripped);
}
