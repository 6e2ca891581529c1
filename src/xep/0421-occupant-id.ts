/**
 * Occupant identifiers: who somebody in a room is, whatever the nickname, without saying the address.
 * XEP-0421 v1.0.1 <https://xmpp.org/extensions/xep-0421.html>
 */

import { attr, type Codec, element } from '../stanza/codec.ts';
import { nonEmpty } from '../stanza/value.ts';

export const NS = 'urn:xmpp:occupant-id:0';

/** Made by the room, in every message and presence; to be trusted only when the room announces this XEP. */
export interface OccupantId {
  /** At most 128 characters, the same for all devices and visits of a person to this room. */
  readonly id: string;
}
export const occupantId: Codec<OccupantId> = element(NS, 'occupant-id', { id: attr('id', nonEmpty) });

export const features: readonly string[] = [NS];
