/**
 * Data forms media element: pictures and sounds in forms, such as a code to scan.
 * XEP-0221 v1.0 <https://xmpp.org/extensions/xep-0221.html>
 */

import { attr, type Codec, element, many, optionalAttr, text } from '../stanza/codec.ts';
import { string, unsigned } from '../stanza/value.ts';

export const NS = 'urn:xmpp:media-element';

/** One form of the media. */
export interface Uri {
  /** The media type, with parameters: `audio/ogg; codecs=speex`. */
  readonly type: string;
  /** `http:`, `https:`, or `cid:` for data that the sender has (XEP-0231). */
  readonly uri: string;
}
export const uri: Codec<Uri> = element(NS, 'uri', {
  type: attr('type'),
  uri: text({ ...string, parse: (given) => given.trim() }),
});

/** Stands among the `extensions` of a form's field. */
export interface Media {
  readonly width?: number;
  readonly height?: number;
  /** The same in several forms. */
  readonly uris: readonly Uri[];
}
export const media: Codec<Media> = element(NS, 'media', {
  height: optionalAttr('height', unsigned),
  width: optionalAttr('width', unsigned),
  uris: many(uri),
});

export const features: readonly string[] = [NS];
