/** Stanzas as the log may have them. */

import { Element } from '../stanza/index.ts';
import { NS as NS_REGISTER } from '../xep/0077-register.ts';

/** What people write, what they fill in, pictures, and what lets one in. */
export const PRIVATE_ELEMENTS: readonly string[] = [
  ...['body', 'subject', 'value', 'password', 'data', 'BINVAL', 'html', 'reason', 'note', 'header', 'desc', 'url'],
];

const URL_ATTRIBUTES = ['url', 'uri', 'target', 'src', 'href'];

/** The same, without the text of elements with these names, however deep they stand, and with URLs cut short. */
export function withoutText(element: Element, names: readonly string[] = PRIVATE_ELEMENTS): Element {
  return stripped(element, names, false);
}

function stripped(element: Element, names: readonly string[], isInside: boolean): Element {
  // Whatever their names, the fields of a registration are what somebody fills in.
  const isPrivate = isInside || names.includes(element.name) || element.ns === NS_REGISTER;
  const children = element.children.map((child) =>
    typeof child === 'string' ? (isPrivate ? '…' : shortUrl(child)) : stripped(child, names, isPrivate),
  );
  const attrs: Record<string, string> = Object.assign(Object.create(null), element.attrs);
  for (const name of URL_ATTRIBUTES) if (attrs[name] !== undefined) attrs[name] = shortUrl(attrs[name]);
  return new Element(element.name, element.ns, attrs, children);
}

/** Whoever knows the URL of a file can have it, and that of a slot can put another there. */
function shortUrl(text: string): string {
  return text.includes('://') ? text.replace(/(https?:\/\/)(?:[^\s/]*@)?([^\s/?#]+)[^\s"]*/gi, '$1$2/…') : text;
}
