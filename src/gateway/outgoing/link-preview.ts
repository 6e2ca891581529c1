/** What a page is about to which a message links. XEP-0511. */

import { type Element, findAll } from '../../stanza/index.ts';
import { description } from '../../xep/0511-link-metadata.ts';

/** What is known about a page that a text links to. */
export interface LinkPreview {
  /** The link, as it stands in the text. */
  readonly about: string;
  /** The title of the page. */
  readonly title?: string;
  /** What it is about, in a sentence or two. */
  readonly description?: string;
  /** The page's own address, where it says another than the link. */
  readonly url?: string;
  /** The URL of a picture. */
  readonly image?: string;
  /** What kind of page it is, by the Open Graph protocol, such as `article`. */
  readonly type?: string;
  /** What the site is called that it is part of. */
  readonly siteName?: string;
}

/** The previews that came with a message; of several pictures the first. */
export function linkPreviewsOf(message: Element): readonly LinkPreview[] {
  return findAll(message, description).map(({ about, title, description: text, url, images, type, siteName }) => ({
    about,
    ...(title !== undefined && { title }),
    ...(text !== undefined && { description: text }),
    ...(url !== undefined && { url }),
    ...(images[0] !== undefined && { image: images[0] }),
    ...(type !== undefined && { type }),
    ...(siteName !== undefined && { siteName }),
  }));
}
