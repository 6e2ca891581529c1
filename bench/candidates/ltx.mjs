/** ltx, and @xmpp/xml which builds on it: what xmpp.js reads stanzas with. */

import XmppParser from '@xmpp/xml/lib/Parser.js';
import Element from 'ltx/lib/Element.js';
import LtxParser from 'ltx/lib/parsers/ltx.js';
import { decoded } from './saxes.mjs';
import { canonical } from './tree.mjs';

/** As `touch` of tree.mjs; names are as written, and a namespace declaration is an attribute. */
function touch(element) {
  const { name, attrs, children } = element;
  let sum = name.length;
  for (const key in attrs) sum += key.length + attrs[key].length;
  for (let i = 0; i < children.length; i++) {
    const child = children[i];
    sum += typeof child === 'string' ? child.length : touch(child);
  }
  return sum;
}

const plain = (element) =>
  typeof element === 'string'
    ? element
    : { name: element.name, ns: '', attrs: element.attrs, children: element.children.map(plain) };

const route = (walk) => (onRoute) => walk(({ attrs: { to, from, type, id } }) => onRoute(to, from, type, id));

const common = { namespaces: false, note: 'no checks', touch, canonical: (element) => canonical(plain(element)) };

function walkLtx(onStanza) {
  const parser = new LtxParser();
  let depth = 0;
  let element;
  parser.on('startElement', (name, attrs) => {
    if (++depth === 1) return;
    const child = new Element(name, attrs);
    element = element === undefined ? child : element.cnode(child);
  });
  parser.on('text', (text) => element?.t(text));
  parser.on('endElement', () => {
    if (--depth === 1) {
      onStanza(element);
      element = undefined;
    } else if (depth > 1) element = element.parent;
  });
  return decoded(parser);
}

function walkXmpp(onStanza) {
  const parser = new XmppParser();
  parser.on('element', onStanza);
  parser.on('error', (error) => {
    throw error;
  });
  return decoded(parser);
}

export const ltx = { ...common, name: 'ltx', walk: walkLtx, route: route(walkLtx) };
export const xmppXml = { ...common, name: '@xmpp/xml', walk: walkXmpp, route: route(walkXmpp) };
