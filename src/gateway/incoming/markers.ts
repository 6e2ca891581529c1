/** How far the user has read. XEP-0333. */

import { find, has } from '../../stanza/index.ts';
import { displayed } from '../../xep/0333-markers.ts';
import { can } from '../capability.ts';
import { chatOf, type Route, taken, threadOf } from './route.ts';

export const markers: Route = {
  takes: (stanza) => has(stanza, displayed),
  async handle(incoming) {
    const { gateway, stanza } = incoming;
    const chat = await chatOf(incoming);
    const { session, recipient } = chat;
    const mark = find(stanza, displayed);
    // Clients mark without asking whether anybody wants to know: no error for those the network has no use for.
    if (mark === undefined || !can(session, recipient, 'markers')) return;
    const thread = await threadOf(chat, stanza);
    const read = gateway.markAllMessages
      ? (await recipient.conversation.takeUnread(mark.id)).map(({ legacyId }) => legacyId)
      : [await recipient.conversation.legacyIdOf(mark.id, 'other')];
    for (const legacyId of new Set(read)) await session.displayed?.(recipient, legacyId, thread);
    // The user's other clients learn it from the room.
    if (recipient.isGroup) taken(chat, incoming);
  },
};
