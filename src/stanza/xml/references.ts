/** What stands in text and attribute values for something else: references, line ends, white space. XML 1.0 §2.11, §3.3.3, §4.1. */

import { isNcName, isXmlChar } from './chars.ts';
import { Fault } from './fault.ts';

const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', apos: "'", quot: '"' };

/** Text with its references resolved. Throws Fault. */
export function resolveReferences(text: string): string {
  let resolved = '';
  let from = 0;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', from)) {
    const end = text.indexOf(';', at);
    if (end === -1) throw new Fault('not-well-formed', 'a bare "&"');
    resolved += text.slice(from, at) + characterOf(text.slice(at + 1, end));
    from = end + 1;
  }
  return resolved + text.slice(from);
}

function characterOf(name: string): string {
  const predefined = Object.hasOwn(PREDEFINED, name) ? PREDEFINED[name] : undefined;
  if (predefined !== undefined) return predefined;
  const number = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name);
  if (number === null) {
    if (!isNcName(name)) throw new Fault('not-well-formed', 'a malformed reference');
    // RFC 6120 §11.1: no entities but the five predefined ones.
    throw new Fault('restricted-xml', `entity ${name.slice(0, 64)}`);
  }
  const code = number[1] !== undefined ? Number.parseInt(number[1], 16) : Number.parseInt(number[2] as string, 10);
  if (!isXmlChar(code)) throw new Fault('not-well-formed', `a reference to the character ${code}`);
  return String.fromCodePoint(code);
}

/** Line ends of all kinds as LF. */
export function lineEnds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** An attribute value with white space as XML wants it: each character, and CR LF together, is one space. */
export function attributeSpace(value: string): string {
  return value.replace(/\r\n|[\t\n\r]/g, ' ');
}
