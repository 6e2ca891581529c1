/**
 * Displayed markers: how far somebody has read.
 * XEP-0333 v1.0.0 <https://xmpp.org/extensions/xep-0333.html>
 */

import { attr, type Codec, element, marker } from '../stanza/codec.ts';

export const NS = 'urn:xmpp:chat-markers:0';

/** Asks to be told when the message is displayed. The message must have an id. */
export const markable: Codec<true> = marker(NS, 'markable');

export interface Mark {
  /** The id of the message; in rooms with stable ids its stanza-id by the room. */
  readonly id: string;
}
/** Everything up to this message has been displayed. */
export const displayed: Codec<Mark> = element(NS, 'displayed', { id: attr('id') });

// COMPAT(XEP-0333 before 0.6): some clients still send and show these two. The XEP has dropped them.
export const received: Codec<Mark> = element(NS, 'received', { id: attr('id') });
export const acknowledged: Codec<Mark> = element(NS, 'acknowledged', { id: attr('id') });

export const features: readonly string[] = [NS];
