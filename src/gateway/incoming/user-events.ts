/** What the user publishes: a picture, and how far rooms have been read. XEP-0084 and XEP-0490 over XEP-0163. */

import { has } from '../../stanza/index.ts';
import { event } from '../../xep/0060-pubsub.ts';
import { metadata, NS_METADATA } from '../../xep/0084-avatar.ts';
import { eventValues } from '../../xep/0163-pep.ts';
import { updateUserAvatar } from '../avatar/user-avatar.ts';
import { readEvents } from '../muc/read-sync.ts';
import type { BaseSession } from '../session.ts';
import type { Route } from './route.ts';

export const userEvents: Route = {
  takes: (stanza) => has(stanza, event),
  async handle({ gateway, stanza, from }) {
    const session = gateway.sessions.get(from.bare);
    // Only the account itself speaks for the user: its events have no resource.
    if (session === undefined || from.resource !== '' || !session.logged) return;
    for (const { room, stanzaId } of readEvents(session, stanza)) await hasRead(session, room, stanzaId);
    for (const { value } of eventValues(stanza, NS_METADATA, metadata)) await updateUserAvatar(session, value.infos);
  },
};

/** As if a client had said so in the room: some say it only here. */
async function hasRead(session: BaseSession, jid: string, stanzaId: string): Promise<void> {
  if (!session.xmpp.groups || session.displayed === undefined) return;
  const room = await session.bookmarks.byJid(jid);
  if (room.marks) await session.displayed(room, await room.conversation.legacyIdOf(stanzaId));
}
