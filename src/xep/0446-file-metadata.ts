/**
 * File metadata: what is known of a file without having it.
 * XEP-0446 v0.2.0 <https://xmpp.org/extensions/xep-0446.html>
 */

import { type Codec, element, type Field, leaf, many, optionalChild } from '../stanza/codec.ts';
import { type LangText, langText } from '../stanza/lang-text.ts';
import { dateTime, unsigned } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { type Thumbnail, thumbnail } from './0264-thumbnails.ts';
import { type Hash, hash } from './0300-hashes.ts';

export const NS = 'urn:xmpp:file:metadata:0';

/** The word of the sender, to be checked against the file. */
export interface File {
  readonly mediaType?: string;
  /** Not a path: what looks like one must be made harmless. */
  readonly name?: string;
  /** When it was changed last. */
  readonly date?: Date;
  /** In bytes. */
  readonly size?: number;
  /** Of pictures and videos, in pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Of sounds and videos, in milliseconds. */
  readonly length?: number;
  readonly descs: readonly LangText[];
  readonly hashes: readonly Hash[];
  readonly thumbnails: readonly Thumbnail[];
}
export const file: Codec<File> = element(NS, 'file', {
  mediaType: optionalChild(leaf(NS, 'media-type')),
  name: optionalChild(leaf(NS, 'name')),
  date: optionalChild(leaf(NS, 'date', dateTime)),
  size: optionalChild(leaf(NS, 'size', unsigned)),
  width: side('width', 1),
  height: side('height', 2),
  length: optionalChild(leaf(NS, 'length', unsigned)),
  hashes: many(hash),
  descs: many(langText(NS, 'desc')),
  thumbnails: many(thumbnail),
});

export const features: readonly string[] = [NS];

/** A file of which nothing is known but what is given. */
export function makeFile(given: Partial<File>): File {
  return { descs: [], hashes: [], thumbnails: [], ...given };
}

/** COMPAT(XEP-0446 before 0.2): `<dimensions>4096x2160</dimensions>` for both. Read, not written. */
function side(name: string, group: 1 | 2): Field<number, true> {
  const field = optionalChild(leaf(NS, name, unsigned));
  const old = (el: Element) => /^(\d{1,9})x(\d{1,9})$/.exec(el.getChildText('dimensions', NS) ?? '')?.[group];
  return {
    ...field,
    reads: (el) => field.reads?.(el) || el.is('dimensions', NS),
    read: (el, path) => field.read(el, path) ?? unsigned.parse(old(el) ?? ''),
  };
}
