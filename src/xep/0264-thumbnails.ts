/**
 * Thumbnails: a small picture that stands for a file.
 * XEP-0264 v0.4.2 <https://xmpp.org/extensions/xep-0264.html>
 */

import { attr, type Codec, element, optionalAttr } from '../stanza/codec.ts';
import { unsigned } from '../stanza/value.ts';

export const NS = 'urn:xmpp:thumbs:1';

export interface Thumbnail {
  /** `cid:` for data that the sender has (XEP-0231), `https:`, or `data:`. */
  readonly uri: string;
  readonly mediaType?: string;
  /** Hints: nothing may be allocated by them. */
  readonly width?: number;
  readonly height?: number;
}
export const thumbnail: Codec<Thumbnail> = element(NS, 'thumbnail', {
  uri: attr('uri'),
  mediaType: optionalAttr('media-type'),
  width: optionalAttr('width', unsigned),
  height: optionalAttr('height', unsigned),
});

export const features: readonly string[] = [NS];
