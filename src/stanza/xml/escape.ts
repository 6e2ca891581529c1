/** Escaping of single texts. Whole elements are escaped while they are written: see output.ts. */

import { isXmlText } from './chars.ts';
import { unfitText } from './serialize-error.ts';

/** `text` escaped for element content. Throws SerializeError. */
export function escapeText(text: string, path = ''): string {
  if (!NEEDS_CARE_TEXT.test(text)) return text;
  if (!isXmlText(text)) throw unfitText(path, text);
  return text.replace(/[&<>\r]/g, (c) => ENTITIES[c] as string);
}

/** `value` escaped for an attribute in single or double quotes. Throws SerializeError. */
export function escapeAttr(value: string, path = ''): string {
  if (!NEEDS_CARE_ATTR.test(value)) return value;
  if (!isXmlText(value)) throw unfitText(path, value);
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
