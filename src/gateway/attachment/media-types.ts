/**
 * Media types by file name, and the other way round, for files that come without one of them. The table is loaded when it
 * is needed.
 */

/** `application/octet-stream` for what is not known. */
export async function typeOf(extension: string): Promise<string> {
  const { default: mime } = await import('mime');
  return mime.getType(extension) ?? 'application/octet-stream';
}

/** The extension that usually goes with a media type, with its dot; `''` for what is not known. */
export async function extensionOf(type: string): Promise<string> {
  if (type === 'application/octet-stream') return '';
  const { default: mime } = await import('mime');
  const known = mime.getExtension(type);
  return known === null ? '' : `.${known}`;
}
