/** The user has changed a message. XEP-0308. */

import { find, has } from '../../stanza/index.ts';
import { replace } from '../../xep/0308-correction.ts';
import { can } from '../capability.ts';
import { linkPreviewsOf } from '../outgoing/link-preview.ts';
import { acknowledge, chatOf, type Route, remember, threadOf } from './route.ts';
import { replyOptions, sendText } from './text.ts';

export const correction: Route = {
  takes: (stanza) => has(stanza, replace),
  async handle(incoming) {
    const { stanza } = incoming;
    const chat = await chatOf(incoming);
    const { session, contact } = chat;
    const original = find(stanza, replace)?.id ?? '';
    const legacyId = await contact.conversation.knownLegacyIdOf(original, 'user');
    const { text } = await replyOptions(chat, stanza);
    if (legacyId !== undefined && text === '' && can(session, contact, 'retraction')) {
      await session.retract?.(contact, legacyId, await threadOf(chat, stanza));
    } else if (legacyId !== undefined && can(session, contact, 'correction')) {
      const linkPreviews = linkPreviewsOf(stanza);
      const thread = await threadOf(chat, stanza);
      const newId = await session.correct?.(contact, text, legacyId, thread, { linkPreviews });
      remember(chat, stanza, newId ?? legacyId);
    } else {
      // The words must not be lost: as a message of its own, the correction says that it is one.
      return sendText(chat, incoming, 'Correction: ');
    }
    acknowledge(chat, incoming);
  },
};
