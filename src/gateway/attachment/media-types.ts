/** Media types by file name, and the other way round, for files that come without one of them. */

import mime from 'mime';

/** `application/octet-stream` for what is not known. */
export function typeOf(extension: string): string {
  return mime.getType(extension) ?? 'application/octet-stream';
}

/** The extension that usually goes with a media type, with its dot; `''` for what is not known. */
export function extensionOf(type: string): string {
  const known = type === 'application/octet-stream' ? null : mime.getExtension(type);
  return known === null ? '' : `.${known}`;
}
