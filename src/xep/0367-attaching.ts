/**
 * Message attaching: a message that belongs to an earlier one.
 * XEP-0367 v0.3 <https://xmpp.org/extensions/xep-0367.html>
 */

import { attr, type Codec, element } from '../stanza/codec.ts';

export const NS = 'urn:xmpp:message-attaching:1';

export interface AttachTo {
  /** The id of the earlier message. */
  readonly id: string;
}
export const attachTo: Codec<AttachTo> = element(NS, 'attach-to', { id: attr('id') });

export const features: readonly string[] = [NS];
