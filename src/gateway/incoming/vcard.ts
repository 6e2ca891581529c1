/** What is known about contacts, rooms and the gateway. XEP-0054, XEP-0292, XEP-0486. */

import type { Element } from '../../stanza/index.ts';
import { makeVCard, type VCard, vCard } from '../../xep/0054-vcard-temp.ts';
import { vcard } from '../../xep/0292-vcard4.ts';
import { userPhoto } from '../avatar/user-avatar.ts';
import { notImplemented } from '../capability.ts';
import type { LegacyContact } from '../contact.ts';
import { XmppError } from '../errors.ts';
import type { BaseGateway } from '../gateway.ts';
import type { LegacyMUC } from '../muc/room.ts';
import { vcard4Of, vcardTempOf } from '../outgoing/vcard.ts';
import { type IncomingIq, type IqRoute, knownRoom } from './route.ts';

export const vcardTemp: IqRoute = {
  kind: vCard,
  async handle(incoming) {
    const { gateway, to } = incoming;
    const room = knownRoom(incoming);
    if (room !== undefined) return ofRoom(room, incoming);
    refuseChanges(incoming);
    if (to.local === '') {
      return vcardTempOf({ jid: gateway.jid, nickname: gateway.componentName, photo: gateway.avatar?.png }, {});
    }
    return ofContact(await contactOf(incoming));
  },
};

/** COMPAT(XEP-0292 before 0.12): clients asked directly, not the node. */
export const vcard4: IqRoute = {
  kind: vcard,
  async handle(incoming): Promise<Element> {
    refuseChanges(incoming);
    const contact = await contactOf(incoming);
    return vcard4Of({ jid: contact.jid.bare, nickname: contact.name }, await contact.getVcard());
  },
};

async function ofContact(contact: LegacyContact): Promise<Element> {
  const photo = await photoOf(contact.session.xmpp, contact.avatarHash);
  return vcardTempOf({ jid: contact.jid.bare, nickname: contact.name, photo }, await contact.getVcard());
}

async function ofRoom(room: LegacyMUC, incoming: IncomingIq): Promise<Element | undefined> {
  const { payload, to, type, gateway } = incoming;
  if (to.resource !== '') {
    if (type === 'set') throw new XmppError('bad-request', 'Nobody has a picture in one room only.');
    const occupant = room.occupants.byResource(to.resource);
    if (occupant?.isUser) return pictureOnly(await userPhoto(room.session));
    // Whose address is hidden has no picture either: it would tell who it is.
    if (occupant?.contact === undefined || room.isAnonymous) throw new XmppError('item-not-found');
    return ofContact(occupant.contact);
  }
  if (type === 'get') return pictureOnly(await photoOf(gateway, room.avatarHash));
  if (room.onAvatar === undefined) throw notImplemented();
  const [photo] = (vCard.parse(payload) as VCard).photos;
  const data = photo?.data;
  const id = await room.onAvatar(data, photo?.type);
  if (id !== undefined || data === undefined) {
    await room.setAvatar(data, { ...(id !== undefined && { avatarUniqueId: id }), blocking: true });
  }
  return pictureOnly(undefined);
}

function pictureOnly(data: Uint8Array | undefined): Element {
  return vCard.build(makeVCard({ photos: data === undefined ? [] : [{ type: 'image/png', data }] }));
}

async function photoOf(gateway: BaseGateway, hash: string | undefined): Promise<Uint8Array | undefined> {
  return (await gateway.avatars.get(hash))?.png;
}

function contactOf({ gateway, stanza, to }: IncomingIq) {
  return gateway.getSessionFromStanza(stanza).contacts.byJid(to);
}

function refuseChanges({ type }: IncomingIq): void {
  if (type === 'set') throw new XmppError('forbidden', 'This is not yours to change.');
}
