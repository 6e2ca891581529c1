/** Elements → XML text. */

import { isNcName } from './chars.ts';
import type { Element } from './element.ts';
import { escapeAttr, escapeText } from './escape.ts';
import { SerializeError, unfitName } from './serialize-error.ts';
import { XmlWriter } from './writer.ts';

export { escapeAttr, escapeText } from './escape.ts';
export { SerializeError } from './serialize-error.ts';

/**
 * The XML of `element`.
 *
 * @param contextNs the default namespace in force where the text will stand: an element in that namespace needs no
 *   `xmlns`. A stream passes the namespace of its stanzas; the default `''` gives text that stands alone.
 * @throws SerializeError for control characters, lone surrogates, and names that are not XML names.
 */
export function serialize(element: Element, contextNs = ''): string {
  return written(
    contextNs,
    (out) => out.element(element),
    () => element,
  );
}

/**
 * The XML that `write` writes.
 * @param whole the element that this amounts to, to say where an error is.
 */
export function written(contextNs: string, write: (out: XmlWriter) => void, whole: () => Element): string {
  // Writing may call for another text to be made meanwhile.
  const out = idle.pop() ?? new XmlWriter();
  out.begin(contextNs);
  append(out, write, whole);
  const xml = out.toString();
  out.clear();
  idle.push(out);
  return xml;
}

/** Writes to `out`, or throws and leaves nothing in it. Parameters as of `written`. */
export function append(out: XmlWriter, write: (out: XmlWriter) => void, whole: () => Element): void {
  const { length } = out;
  try {
    write(out);
  } catch (error) {
    out.truncate(length);
    if (error instanceof SerializeError) locate(whole(), '');
    throw error;
  }
}

const idle: XmlWriter[] = [];

/** Throws the error that is in the element, with its path. */
function locate({ name, ns, attrs, children }: Element, parentPath: string): void {
  if (!isNcName(name) || name === 'xmlns') throw unfitName(parentPath, name);
  const path = `${parentPath}/${name}`;
  escapeAttr(ns, path);
  for (const key of Object.keys(attrs)) {
    escapeAttr(attrs[key] as string, `${path}@${key}`);
    const end = key.startsWith('{') ? key.lastIndexOf('}') : -1;
    escapeAttr(key.slice(1, Math.max(end, 1)), path);
    const local = end === -1 ? key.replace(/^xml:/, '') : key.slice(end + 1);
    if (!isNcName(local) || local === 'xmlns') throw unfitName(path, key);
  }
  for (const child of children) {
    if (typeof child === 'string') escapeText(child, path);
    else locate(child, path);
  }
}
