/**
 * JID escaping: foreign names as localparts.
 * XEP-0106 v1.1.1 <https://xmpp.org/extensions/xep-0106.html>
 */

/** A gateway whose localparts are escaped must say so: clients assume the opposite. */
export const features: readonly string[] = ['jid\\20escaping'];

const ESCAPES: Readonly<Record<string, string>> = {
  ' ': '\\20',
  '"': '\\22',
  '&': '\\26',
  "'": '\\27',
  '/': '\\2f',
  ':': '\\3a',
  '<': '\\3c',
  '>': '\\3e',
  '@': '\\40',
  '\\': '\\5c',
};
const CHARS: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(ESCAPES).map(([c, e]) => [e, c]));

/**
 * `name` with the ten characters escaped that a localpart cannot hold. A backslash is escaped only where it would be
 * read as the beginning of an escape. Upper case is not preserved: localparts have none.
 * @throws RangeError when the name is empty, or begins or ends with a space, which cannot be expressed.
 */
export function escapeLocal(name: string): string {
  if (name === '' || name.startsWith(' ') || name.endsWith(' ')) {
    throw new RangeError(`not a name that can be escaped: ${JSON.stringify(name)}`);
  }
  return name.replace(/\\(?=20|22|26|27|2f|3a|3c|3e|40|5c)|[ "&'/:<>@]/g, (c) => ESCAPES[c] as string);
}

/** The name that `escapeLocal` made a localpart of. For showing, and for the foreign network; never for comparing. */
export function unescapeLocal(local: string): string {
  return local.replace(/\\(?:20|22|26|27|2f|3a|3c|3e|40|5c)/g, (code) => CHARS[code] as string);
}
