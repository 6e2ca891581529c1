/** Elements → XML text. Everything is escaped here and nowhere else; what XML cannot carry is refused. */

import { isNcName, isXmlText } from './chars.ts';
import type { Element } from './element.ts';

/** An element holds something that XML cannot express. `path` says where, as in `/message/body`. */
export class SerializeError extends TypeError {
  override readonly name = 'SerializeError';
  readonly code: 'invalid-character' | 'invalid-name';
  readonly path: string;

  constructor(code: 'invalid-character' | 'invalid-name', path: string, message: string) {
    super(`${path}: ${message}`);
    this.code = code;
    this.path = path;
  }
}

/**
 * The XML of `element`.
 *
 * @param contextNs the default namespace in force where the text will stand: an element in that namespace needs no
 *   `xmlns`. A stream passes the namespace of its stanzas; the default `''` gives text that stands alone.
 * @throws SerializeError for control characters, lone surrogates, and names that are not XML names.
 */
export function serialize(element: Element, contextNs = ''): string {
  return write(element, contextNs, '');
}

/** `text` escaped for element content. Throws SerializeError. */
export function escapeText(text: string, path = ''): string {
  if (!NEEDS_CARE_TEXT.test(text)) return text;
  if (!isXmlText(text)) throw unfit(path, text);
  return text.replace(/[&<>\r]/g, (c) => ENTITIES[c] as string);
}

/** `value` escaped for an attribute in single or double quotes. Throws SerializeError. */
export function escapeAttr(value: string, path = ''): string {
  if (!NEEDS_CARE_ATTR.test(value)) return value;
  if (!isXmlText(value)) throw unfit(path, value);
  return value.replace(/[&<>'"\t\n\r]/g, (c) => ENTITIES[c] as string);
}

// Surrogates are in both, to be looked at: a pair is fine, a lone one is not.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const NEEDS_CARE_TEXT = /[\u0000-\u0008\u000b-\u001f&<>\ud800-\udfff\ufffe\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const NEEDS_CARE_ATTR = /[\u0000-\u001f&<>'"\ud800-\udfff\ufffe\uffff]/;

// A raw CR would be read as LF, a raw tab or line end in an attribute as a space. XML 1.0 §2.11, §3.3.3.
const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Prefixes that readers of these namespaces are used to; others get `ns0`, `ns1`, … */
const USUAL_PREFIX: Record<string, string> = { 'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'rdf' };

const knownNames = new Set<string>();
const MAX_KNOWN_NAMES = 4096;

function write(element: Element, contextNs: string, parentPath: string): string {
  const { name, ns, attrs, children } = element;
  checkName(name, parentPath, name);
  const path = `${parentPath}/${name}`;
  let xml = `<${name}`;
  if (ns !== contextNs) xml += ` xmlns='${escapeAttr(ns, path)}'`;
  let foreign = 0;
  for (const key of Object.keys(attrs)) {
    const value = escapeAttr(attrs[key] as string, `${path}@${key}`);
    if (key.charCodeAt(0) === 0x7b /* { */) {
      const end = key.lastIndexOf('}');
      const attrNs = key.slice(1, end);
      const local = key.slice(end + 1);
      checkName(local, path, key);
      const prefix = USUAL_PREFIX[attrNs] ?? `ns${foreign++}`;
      xml += ` xmlns:${prefix}='${escapeAttr(attrNs, path)}' ${prefix}:${local}='${value}'`;
    } else {
      checkName(key.startsWith('xml:') ? key.slice(4) : key, path, key);
      xml += ` ${key}='${value}'`;
    }
  }
  if (children.length === 0) return `${xml}/>`;
  xml += '>';
  for (const child of children) {
    xml += typeof child === 'string' ? escapeText(child, path) : write(child, ns, path);
  }
  return `${xml}</${name}>`;
}

function checkName(name: string, path: string, shown: string): void {
  if (knownNames.has(name)) return;
  if (!isNcName(name) || name === 'xmlns') {
    throw new SerializeError('invalid-name', path, `${JSON.stringify(shown)} is not an XML name`);
  }
  if (knownNames.size < MAX_KNOWN_NAMES) knownNames.add(name);
}

function unfit(path: string, text: string): SerializeError {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  const at = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u);
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  return new SerializeError('invalid-character', path, `XML cannot carry U+${code} (at character ${at})`);
}
