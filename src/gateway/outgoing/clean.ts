/** Text from foreign networks made fit for XML. */

import { cleanText, Element } from '../../stanza/index.ts';

/** The element without the characters that XML cannot carry, in attributes and text at any depth. */
export function cleanElement(element: Element): Element {
  const attrs: Record<string, string> = {};
  for (const [name, value] of Object.entries(element.attrs)) {
    if (value !== undefined) attrs[name] = cleanText(value);
  }
  const children = element.children.map((each) => (typeof each === 'string' ? cleanText(each) : cleanElement(each)));
  return new Element(element.name, element.ns, attrs, children);
}
