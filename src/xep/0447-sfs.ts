/**
 * Stateless file sharing: a file in a message, and where to get it.
 * XEP-0447 v0.3.1 <https://xmpp.org/extensions/xep-0447.html>
 */

import { type Codec, child, element, many, optionalAttr, optionalChild, rest } from '../stanza/codec.ts';
import { body } from '../stanza/stanza.ts';
import { oneOf } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { x as oob } from './0066-oob.ts';
import { type UrlData, urlData } from './0103-url-data.ts';
import { allText } from './0428-fallback.ts';
import { type File, file, makeFile } from './0446-file-metadata.ts';

export const NS = 'urn:xmpp:sfs:0';

/** Where a file can be had. In a message of its own, with `attach-to` (XEP-0367), for a file shared before. */
export interface Sources {
  /** The `id` of the file sharing that these are for, when the message before had several. */
  readonly id?: string;
  readonly urls: readonly UrlData[];
  /** Such as encrypted files (XEP-0448) and Jingle sessions. */
  readonly others: readonly Element[];
}
export const sources: Codec<Sources> = element(NS, 'sources', {
  id: optionalAttr('id'),
  urls: many(urlData),
  others: rest(),
});

export interface FileSharing {
  /** To be shown in place, or only on demand. */
  readonly disposition?: 'inline' | 'attachment';
  /** To tell several of a message apart. */
  readonly id?: string;
  /** Without a hash, only sources that the sharer gave are to be believed. */
  readonly file: File;
  readonly sources?: Sources;
}
export const fileSharing: Codec<FileSharing> = element(NS, 'file-sharing', {
  disposition: optionalAttr('disposition', oneOf('inline', 'attachment')),
  id: optionalAttr('id'),
  file: child(file),
  sources: optionalChild(sources),
});

export const features: readonly string[] = [NS];

/** The payloads of a message with one file on the web, for clients that know this XEP, XEP-0066, or only links. */
export function sharePayloads(
  url: string,
  about: Partial<File>,
  disposition: 'inline' | 'attachment' = 'inline',
): readonly Element[] {
  const where = { urls: [{ target: url }], others: [] };
  return [
    body.build(url),
    fileSharing.build({ disposition, file: makeFile(about), sources: where }),
    allText(NS),
    oob.build({ url }),
  ];
}
