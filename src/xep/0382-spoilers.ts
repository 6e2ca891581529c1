/**
 * Spoiler messages: the body is not shown until the reader wants it.
 * XEP-0382 v0.2.0 <https://xmpp.org/extensions/xep-0382.html>
 */

import type { Codec } from '../stanza/codec.ts';
import { type LangText, langText } from '../stanza/lang-text.ts';

export const NS = 'urn:xmpp:spoiler:0';

/** The text is a hint at what is hidden, perhaps empty; there may be one for each language. */
export const spoiler: Codec<LangText> = langText(NS, 'spoiler');

export const features: readonly string[] = [NS];
