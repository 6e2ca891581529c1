/**
 * Last message correction: a message takes the place of an earlier one.
 * XEP-0308 v1.2.1 <https://xmpp.org/extensions/xep-0308.html>
 */

import { attr, type Codec, element } from '../stanza/codec.ts';

export const NS = 'urn:xmpp:message-correct:0';

export interface Replace {
  /** The id of the first version, however often it has been corrected since. */
  readonly id: string;
}
export const replace: Codec<Replace> = element(NS, 'replace', { id: attr('id') });

export const features: readonly string[] = [NS];
