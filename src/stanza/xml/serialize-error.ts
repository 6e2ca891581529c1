/** What is wrong with text or a name that XML cannot express. */

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

/** `text` holds a character that XML cannot carry. */
export function unfitText(path: string, text: string): SerializeError {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  const at = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u);
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  return new SerializeError('invalid-character', path, `XML cannot carry U+${code} (at character ${at})`);
}

export function unfitName(path: string, name: string): SerializeError {
  return new SerializeError('invalid-name', path, `${JSON.stringify(name)} is not an XML name`);
}
