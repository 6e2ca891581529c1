/** JXT of stanza.js: elements as its stream parser builds them, before they are mapped to its objects. */

import { createRequire } from 'node:module';
import { decoded } from './saxes.mjs';
import { canonical } from './tree.mjs';

// stanza's package has no entry for these files as ES modules.
const require = createRequire(import.meta.url);
const JxtElement = require('stanza/jxt/Element').default;
const JxtParser = require('stanza/jxt/Parser').default;

function touch(element) {
  let sum = element.name.length;
  const { attributes, children } = element;
  for (const key in attributes) sum += key.length + attributes[key].length;
  for (const child of children) sum += typeof child === 'string' ? child.length : touch(child);
  return sum;
}

const plain = (element) =>
  typeof element === 'string'
    ? element
    : { name: element.name, ns: '', attrs: element.attributes, children: element.children.map(plain) };

function walk(onStanza) {
  const parser = new JxtParser({ allowComments: false });
  let depth = 0;
  let element;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('startElement', (name, attrs) => {
    if (++depth === 1) return;
    const child = new JxtElement(name, attrs);
    element = element === undefined ? child : element.appendChild(child);
  });
  parser.on('text', (text) => element?.children.push(text));
  parser.on('endElement', () => {
    if (--depth > 1) element = element.parent;
    else if (depth === 1) {
      onStanza(element);
      element = undefined;
    }
  });
  return decoded(parser);
}

export const jxt = {
  name: "stanza.js' JXT",
  namespaces: false,
  note: 'no checks',
  touch,
  canonical: (element) => canonical(plain(element)),
  walk,
  route: (onRoute) => walk(({ attributes: { to, from, type, id } }) => onRoute(to, from, type, id)),
};
