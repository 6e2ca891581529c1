/** Stanzas as people write them. */

import { Element, NS, parse } from '../../src/stanza/index.ts';

/** The element that `xml` holds, in the namespace of stanzas unless it says otherwise. */
export function stanza(xml: string): Element {
  const [first] = parse(`<_ xmlns='${NS}'>${xml}</_>`).getChildElements();
  if (first === undefined) throw new TypeError(`not an element: ${xml}`);
  return first;
}

/** The element with the attributes and children of each element in a fixed order, to compare with. */
export function canonical(element: Element): string {
  return String(sorted(element));
}

function sorted(element: Element): Element {
  const attrs = Object.fromEntries(Object.entries(element.attrs).sort(([a], [b]) => (a < b ? -1 : 1)));
  const children = element.children.map((each) => (typeof each === 'string' ? each : sorted(each)));
  if (children.every((each) => typeof each !== 'string')) {
    children.sort((a, b) => (String(a) < String(b) ? -1 : 1));
  }
  return new Element(element.name, element.ns, attrs, children);
}
