/** Ids that stay with an occupant whatever their nickname is, and say nothing about who it is elsewhere. XEP-0421. */

import { createHmac } from 'node:crypto';

/** The name under which the store keeps the secret. */
export const OCCUPANT_ID_SECRET = 'occupant-id';

/**
 * The id of an occupant of a room. The same each time; without the secret it tells neither who it is nor whether an
 * occupant of another room is the same.
 * @param who what the network calls them, or whatever else tells occupants of the room apart.
 */
export function occupantIdFor(secret: Uint8Array, room: string, who: string): string {
  // U+0000 cannot stand in an address: no other room and occupant have the same text.
  return createHmac('sha256', secret).update(`${room}\0${who}`).digest('base64url');
}
