/**
 * MUC avatars: pictures of rooms, in their vCards.
 * XEP-0486 v0.1.0 <https://xmpp.org/extensions/xep-0486.html>
 */

import type { IqSender } from '../stanza/iq-tracker.ts';
import type { Info } from './0030-disco.ts';
import { type Image, makeVCard, publishVCard } from './0054-vcard-temp.ts';
import { multi, type Shape, shape } from './0068-form-types.ts';
import { extension } from './0128-disco-extensions.ts';

/** What the information of a room says about its pictures. */
export interface RoomAvatar {
  /** The SHA-1 hash of each picture in hexadecimal. */
  readonly hashes: readonly string[];
}
export const roomAvatar: Shape<RoomAvatar> = shape('http://jabber.org/protocol/muc#roominfo', {
  hashes: multi('muc#roominfo_avatarhash'),
});

/** For rooms: it is the vCard that they announce. */
export const features: readonly string[] = ['vcard-temp'];

/** The hashes of the pictures of a room, of which disco told. When they change, the room sends status 104. */
export function avatarHashes(info: Info): readonly string[] {
  return extension(info, roomAvatar)?.hashes ?? [];
}

/** Gives a room this picture, or none. For its owners. @throws StanzaError with the answered error. */
export async function publishRoomAvatar(iq: IqSender, room: string, image: Image | undefined): Promise<void> {
  await publishVCard(iq, makeVCard({ photos: image === undefined ? [] : [image] }), room);
}
