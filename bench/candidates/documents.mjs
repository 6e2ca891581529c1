/** Parsers of whole documents: they can not read a stream, and get it as one string instead. */

import { XMLParser } from 'fast-xml-parser';
import * as txmlModule from 'txml';
import { canonical } from './tree.mjs';

/** Collects the chunks; `parse` gets them as one string when the stream has ended. */
function document(parse) {
  const chunks = [];
  return {
    write: (chunk) => chunks.push(chunk),
    end: () => parse(Buffer.concat(chunks).toString()),
  };
}

const common = { note: 'whole documents', namespaces: false };

const FXP_TEXT = '#text';
const FXP_ATTRS = ':@';

/** The name of a node of fast-xml-parser: its only key that is not the attributes. */
function fxpName(node) {
  for (const key in node) if (key !== FXP_ATTRS) return key;
  return '';
}

function touchFxp(node) {
  const name = fxpName(node);
  if (name === FXP_TEXT) return node[FXP_TEXT].length;
  let sum = name.length;
  const attrs = node[FXP_ATTRS];
  for (const key in attrs) sum += key.length + attrs[key].length;
  for (const child of node[name]) sum += touchFxp(child);
  return sum;
}

function plainFxp(node) {
  const name = fxpName(node);
  if (name === FXP_TEXT) return node[FXP_TEXT];
  return { name, ns: '', attrs: node[FXP_ATTRS] ?? {}, children: node[name].map(plainFxp) };
}

export const fastXmlParser = {
  ...common,
  name: 'fast-xml-parser',
  touch: touchFxp,
  canonical: (node) => canonical(plainFxp(node)),
  walk(onStanza) {
    const parser = new XMLParser({
      preserveOrder: true,
      ignoreAttributes: false,
      attributeNamePrefix: '',
      parseTagValue: false,
      parseAttributeValue: false,
      trimValues: false,
      ignoreDeclaration: true,
      processEntities: { enabled: true, maxTotalExpansions: Number.POSITIVE_INFINITY },
    });
    return document((xml) => {
      for (const stanza of parser.parse(xml)[0]['stream:stream']) onStanza(stanza);
    });
  },
};

const { parse: parseTxml } = txmlModule.default ?? txmlModule;

function touchTxml(node) {
  if (typeof node === 'string') return node.length;
  let sum = node.tagName.length;
  for (const key in node.attributes) sum += key.length + node.attributes[key].length;
  for (const child of node.children) sum += touchTxml(child);
  return sum;
}

const plainTxml = (node) =>
  typeof node === 'string'
    ? node
    : { name: node.tagName, ns: '', attrs: node.attributes, children: node.children.map(plainTxml) };

export const txml = {
  ...common,
  name: 'txml',
  note: 'whole documents, no references',
  /** It leaves references as they are, so what it finds is different. */
  inexact: true,
  touch: touchTxml,
  canonical: (node) => canonical(plainTxml(node)),
  walk: (onStanza) =>
    document((xml) => {
      const nodes = parseTxml(xml, { keepWhitespace: true });
      const root = nodes.find((node) => node.tagName === 'stream:stream');
      for (const stanza of root.children) onStanza(stanza);
    }),
};
