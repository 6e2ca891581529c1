/** Which characters XML 1.0 can carry, and which may form names. XML 1.0 §2.2 and §2.3. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: naming the control characters is the point.
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const ILLEGAL_ALL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const NAME_START =
  'A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}-\\u{200D}' +
  '\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const NC_NAME = new RegExp(`^[${NAME_START}][${NAME_START}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}]*$`, 'u');

/** Whether XML 1.0 can carry every character of `text`: no control characters, no lone surrogates, no U+FFFE or U+FFFF. */
export function isXmlText(text: string): boolean {
  return !ILLEGAL.test(text) && text.isWellFormed();
}

/** Whether `code` is a character that a reference such as `&#9;` may name. */
export function isXmlChar(code: number): boolean {
  return (
    (code >= 0x20 && code <= 0xd7ff) ||
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}

/** Whether `name` is a name without a colon (NCName of "Namespaces in XML"). */
export function isNcName(name: string): boolean {
  return NC_NAME.test(name);
}

/**
 * `text` with everything removed that XML cannot carry, and lone surrogates replaced by U+FFFD.
 * For text from networks that allow such characters: one of them in a stanza would end the stream.
 */
export function cleanText(text: string): string {
  return isXmlText(text) ? text : text.replace(ILLEGAL_ALL, '').toWellFormed();
}
