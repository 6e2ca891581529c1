/**
 * Message delivery receipts: a message has arrived at a device.
 * XEP-0184 v1.4.0 <https://xmpp.org/extensions/xep-0184.html>
 */

import { attr, type Codec, element, marker } from '../stanza/codec.ts';

export const NS = 'urn:xmpp:receipts';

/** Asks for a receipt. The message must have an id. */
export const request: Codec<true> = marker(NS, 'request');

/** Says that a message arrived. */
export interface Received {
  /** The id of the message that arrived, not of the message that carries this element. */
  readonly id: string;
}
export const received: Codec<Received> = element(NS, 'received', { id: attr('id') });

export const features: readonly string[] = [NS];
