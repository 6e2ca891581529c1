/**
 * Link metadata: a preview of a page that a message links to, as its sender saw it.
 * XEP-0511 v0.1.1 <https://xmpp.org/extensions/xep-0511.html>
 */

import { type Codec, element, type Field, leaf, MalformedError, many, optionalChild } from '../stanza/codec.ts';
import { lang } from '../stanza/stanza.ts';

export const NS = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
/** The namespace of OpenGraph. */
export const NS_OG = 'https://ogp.me/ns#';
export const NS_OG_IMAGE = 'https://ogp.me/ns#image:';

/** Not to be trusted: the page may say something else. */
export interface Description {
  /** The link, as it stands in the body. */
  readonly about: string;
  readonly lang?: string;
  readonly title?: string;
  readonly description?: string;
  /** The address that the page itself prefers. */
  readonly url?: string;
  /** The same picture, at several addresses: the web, the sender (`cid:`), or in place (`data:`). */
  readonly images: readonly string[];
  /** What the picture shows. */
  readonly imageAlt?: string;
  readonly videos: readonly string[];
  readonly type?: string;
  readonly siteName?: string;
}

/** COMPAT(Cheogram, slidge): send the attribute without its namespace. */
const about: Field<string> = {
  optional: false,
  read(el, path) {
    const given = el.attrs[`{${NS}}about`] ?? el.attrs.about;
    if (given === undefined) throw new MalformedError('missing-attribute', `${path}@about`, 'is missing');
    return given;
  },
  write(value, draft) {
    draft.attrs[`{${NS}}about`] = value;
  },
};
const og = (name: string): Field<string, true> => optionalChild(leaf(NS_OG, name));

export const description: Codec<Description> = element(NS, 'Description', {
  about,
  lang,
  title: og('title'),
  description: og('description'),
  url: og('url'),
  images: many(leaf(NS_OG, 'image')),
  imageAlt: optionalChild(leaf(NS_OG_IMAGE, 'alt')),
  videos: many(leaf(NS_OG, 'video')),
  type: og('type'),
  siteName: og('site_name'),
});

export const features: readonly string[] = [];
