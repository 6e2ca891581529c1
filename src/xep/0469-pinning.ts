/**
 * Bookmark pinning: rooms that are shown first.
 * XEP-0469 v0.1.0 <https://xmpp.org/extensions/xep-0469.html>
 */

import { type Codec, marker } from '../stanza/codec.ts';

export const NS = 'urn:xmpp:bookmarks-pinning:0';

/** Stands among the `extensions` of a bookmark (XEP-0402). */
export const pinned: Codec<true> = marker(NS, 'pinned');

export const features: readonly string[] = [NS];
