/** What a page is about to which a message links. XEP-0511. */

import { type Element, findAll } from '../../stanza/index.ts';
import { description } from '../../xep/0511-link-metadata.ts';

/** What is known about a page that a text links to. */
export interface LinkPreview {
  /** The link, as it stands in the text. */
  readonly about: string;
  readonly title?: string;
  readonly description?: string;
  readonly url?: string;
  readonly image?: string;
  readonly type?: string;
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
