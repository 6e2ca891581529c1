/** What the user's clients send to rooms besides what is said in them. XEP-0045 §7.5, §7.8, §8.1. */

import { find, has, StanzaError } from '../../stanza/index.ts';
import { subjectChange, user } from '../../xep/0045-muc.ts';
import { x as directInvite } from '../../xep/0249-direct-invite.ts';
import { notImplemented } from '../capability.ts';
import { XmppError } from '../errors.ts';
import type { LegacyMUC } from '../muc/room.ts';
import { isGone } from './room-presence.ts';
import { chatOf, knownRoom, type Route, roomAt, roomOf } from './route.ts';

/** A client could not be reached: it is not in the room any more. */
export const roomErrors: Route = {
  takes: (stanza) => stanza.attrs.type === 'error',
  handle(incoming) {
    if (isGone(incoming)) knownRoom(incoming)?.clients.remove(incoming.from);
  },
};

export const roomSubject: Route = {
  takes: (stanza) => subjectChange(stanza) !== undefined,
  isLasting: true,
  async handle(incoming) {
    const { recipient } = await chatOf(incoming);
    const room = recipient as LegacyMUC;
    if (!room.hasSubject) throw new XmppError('bad-request', 'This group has no subject.');
    if (room.onSetSubject === undefined) throw notImplemented();
    await room.onSetSubject(subjectChange(incoming.stanza) as string);
  },
};

/** The user asks a contact into a room, through the room. */
export const mediatedInvitation: Route = {
  takes: (stanza) => (find(stanza, user)?.invites.length ?? 0) > 0,
  isLasting: true,
  async handle(incoming) {
    const room = await roomOf(incoming);
    for (const { to = '', reason } of find(incoming.stanza, user)?.invites ?? []) await invite(room, to, reason);
  },
};

/** The user asks a contact into a room, directly. XEP-0249. */
export const directInvitation: Route = {
  takes: (stanza) => has(stanza, directInvite),
  isLasting: true,
  async handle({ gateway, stanza, to }) {
    const invitation = find(stanza, directInvite);
    const session = gateway.getSessionFromStanza(stanza);
    if (invitation === undefined || invitation.password !== undefined) {
      throw new XmppError('bad-request', 'Rooms of this gateway have no passwords.');
    }
    await session.waitForReady();
    await invite(await roomAt(session, invitation.jid), to.bare, invitation.reason);
  },
};

/** Messages to one occupant: on the network there are chats with people, and groups. */
export const privateMessage: Route = {
  takes: () => true,
  async handle(incoming) {
    const { to } = incoming;
    if (to.resource === '') throw new XmppError('bad-request', 'What is said in a room has the type "groupchat".');
    const contact = await knownRoom(incoming)?.occupants.byResource(to.resource)?.getContact();
    const instead = contact === undefined ? '' : ` Write to ${contact.jid.bare} instead.`;
    throw new StanzaError('cancel', 'not-allowed', `There are no private messages in this room.${instead}`);
  },
};

async function invite(room: LegacyMUC, whom: string, reason: string | undefined): Promise<void> {
  const { session } = room;
  if (session.onInvitation === undefined) throw notImplemented();
  await session.onInvitation(await session.contacts.byJid(whom), room, reason);
}
