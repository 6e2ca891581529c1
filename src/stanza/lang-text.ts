/** Text in several languages, as `xml:lang` tells them apart. RFC 6120 §8.1.5, RFC 4647. */

import { type Codec, element, text } from './codec.ts';
import { lang } from './stanza.ts';

/** A text, and the language that it is in. */
export interface LangText {
  /** A BCP 47 tag. Default: the language of what the text stands in. */
  readonly lang?: string;
  readonly text: string;
}

/** A codec for an element that holds text in one language: `<body xml:lang='cs'>…</body>`. */
export function langText(ns: string, name: string): Codec<LangText> {
  return element(ns, name, { lang, text: text() });
}

/**
 * The text for a reader of `wanted`: in that language, else in a broader or narrower form of it, else without a
 * language, else the first.
 * @param inherited the language of what the texts stand in, for those that do not say theirs.
 */
export function pick(texts: readonly LangText[], wanted?: string, inherited?: string): string | undefined {
  const range = wanted?.toLowerCase();
  const langOf = (each: LangText) => (each.lang ?? inherited)?.toLowerCase();
  const found =
    (range !== undefined &&
      (texts.find((each) => langOf(each) === range) ??
        texts.find((each) => isPrefix(langOf(each), range)) ??
        texts.find((each) => isPrefix(range, langOf(each))))) ||
    texts.find((each) => each.lang === undefined) ||
    texts[0];
  return found?.text;
}

/** `de` is the broader form of `de-CH`. */
function isPrefix(broad: string | undefined, narrow: string | undefined): boolean {
  return broad !== undefined && narrow?.startsWith(`${broad}-`) === true;
}
