/**
 * Last user interaction in presence: since when somebody has done nothing.
 * XEP-0319 v1.0.2 <https://xmpp.org/extensions/xep-0319.html>
 */

import { attr, type Codec, element } from '../stanza/codec.ts';
import { dateTime } from '../stanza/value.ts';

export const NS = 'urn:xmpp:idle:1';

/** With any `show`; a presence without it says that the user is there again. */
export interface Idle {
  readonly since: Date;
}
export const idle: Codec<Idle> = element(NS, 'idle', { since: attr('since', dateTime) });

export const features: readonly string[] = [NS];
