/**
 * References: parts of a text that mean somebody or something.
 * XEP-0372 v0.5.0 <https://xmpp.org/extensions/xep-0372.html>
 */

import { attr, type Codec, element, optionalAttr, rest } from '../stanza/codec.ts';
import { oneOf, unsigned } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';

export const NS = 'urn:xmpp:reference:0';

export interface Reference {
  /** `mention` of a person, or `data` that belongs to the text. */
  readonly type: 'mention' | 'data';
  /** Who or what: `xmpp:` and a JID for people. */
  readonly uri?: string;
  /** The part of the body, in code points (XEP-0426), `end` not included; none when it is not in the text. */
  readonly begin?: number;
  readonly end?: number;
  /** The message that the text is in, when it is not this one: `xmpp:` with an id. */
  readonly anchor?: string;
  /** Such as media (XEP-0385). */
  readonly payloads: readonly Element[];
}
export const reference: Codec<Reference> = element(NS, 'reference', {
  type: attr('type', oneOf('mention', 'data')),
  begin: optionalAttr('begin', unsigned),
  end: optionalAttr('end', unsigned),
  uri: optionalAttr('uri'),
  anchor: optionalAttr('anchor'),
  payloads: rest(),
});

export const features: readonly string[] = [NS];

/** Mentions somebody, with the part of the body that does. */
export function mention(jid: string, part?: { readonly begin: number; readonly end: number }): Element {
  // RFC 5122 §2.2: a question mark would begin the query, a number sign the fragment.
  const address = encodeURI(jid).replace(/[?#]/g, encodeURIComponent);
  return reference.build({ type: 'mention', uri: `xmpp:${address}`, ...part, payloads: [] });
}

/** Who is meant by a mention: the address in its URI. */
export function mentioned({ type, uri }: Reference): string | undefined {
  const address = type === 'mention' ? /^xmpp:([^?#]+)/.exec(uri ?? '')?.[1] : undefined;
  if (address === undefined) return undefined;
  try {
    return decodeURIComponent(address);
  } catch {
    // Not percent-encoded well: taken as it is, as some clients send addresses.
    return address;
  }
}
