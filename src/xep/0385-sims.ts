/**
 * Stateless inline media sharing: a file in a message, as it was shared before XEP-0447.
 * XEP-0385 v0.2.1 <https://xmpp.org/extensions/xep-0385.html>
 */

import { type Codec, child, element, findAll, inside, leaf, many, optionalChild } from '../stanza/codec.ts';
import { langText } from '../stanza/lang-text.ts';
import { dateTime, unsigned } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { thumbnail } from './0264-thumbnails.ts';
import { hash } from './0300-hashes.ts';
import { type Reference, reference } from './0372-references.ts';
import type { File } from './0446-file-metadata.ts';

export const NS = 'urn:xmpp:sims:1';
/** The namespace of the file inside. */
export const NS_FILE = 'urn:xmpp:jingle:apps:file-transfer:5';

/** The word of the sender, to be checked against the file. What is newer than this XEP is not in it: no width, no height. */
export type MediaFile = Omit<File, 'width' | 'height' | 'length'>;
const file: Codec<MediaFile> = element(NS_FILE, 'file', {
  mediaType: optionalChild(leaf(NS_FILE, 'media-type')),
  name: optionalChild(leaf(NS_FILE, 'name')),
  date: optionalChild(leaf(NS_FILE, 'date', dateTime)),
  size: optionalChild(leaf(NS_FILE, 'size', unsigned)),
  hashes: many(hash),
  descs: many(langText(NS_FILE, 'desc')),
  thumbnails: many(thumbnail),
});

export interface MediaSharing {
  readonly file: MediaFile;
  /** Where it can be had: the `uri` of each. */
  readonly sources: readonly Reference[];
}
export const mediaSharing: Codec<MediaSharing> = element(NS, 'media-sharing', {
  file: child(file),
  sources: inside(NS, 'sources', many(reference)),
});

export const features: readonly string[] = [NS];

/** The payload of a message that shares a file at these addresses; `part` is where the body speaks of it. */
export function mediaReference(
  file: MediaFile,
  urls: readonly string[],
  part?: { readonly begin: number; readonly end: number },
): Element {
  const sources = urls.map((uri): Reference => ({ type: 'data', uri, payloads: [] }));
  return reference.build({ type: 'data', ...part, payloads: [mediaSharing.build({ file, sources })] });
}

/** The files that a message shares in this way. @throws MalformedError. */
export function sharedMedia(message: Element): readonly MediaSharing[] {
  return findAll(message, reference).flatMap(({ payloads }) =>
    payloads.flatMap((payload) => mediaSharing.parse(payload) ?? []),
  );
}
