/**
 * Delayed delivery: when a stanza was sent that comes late.
 * XEP-0203 v2.0 <https://xmpp.org/extensions/xep-0203.html>
 */

import { attr, type Codec, element, find, optionalAttr, optionalText } from '../stanza/codec.ts';
import { dateTime } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { legacyDateTime } from './0082-date-time.ts';

export const NS = 'urn:xmpp:delay';
// COMPAT(XEP-0091): old servers send this one beside the other, or alone.
export const NS_LEGACY = 'jabber:x:delay';

export interface Delay {
  /** When the stanza was sent first. */
  readonly stamp: Date;
  /** Who held it back: a room for its history, a server for offline messages. Do not trust a foreign one. */
  readonly from?: string;
  readonly reason?: string;
}
export const delay: Codec<Delay> = element(NS, 'delay', {
  stamp: attr('stamp', dateTime),
  from: optionalAttr('from'),
  reason: optionalText(),
});

export const legacyDelay: Codec<Delay> = element(NS_LEGACY, 'x', {
  stamp: attr('stamp', legacyDateTime),
  from: optionalAttr('from'),
  reason: optionalText(),
});

export const features: readonly string[] = [NS];

/** When a stanza was sent first, in the current form or in the one before. @throws MalformedError. */
export function delayOf(stanza: Element): Delay | undefined {
  return find(stanza, delay) ?? find(stanza, legacyDelay);
}
