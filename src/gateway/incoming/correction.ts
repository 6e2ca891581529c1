/** The user has changed a message. XEP-0308. */

import { find, has } from '../../stanza/index.ts';
import { replace } from '../../xep/0308-correction.ts';
import { can } from '../capability.ts';
import { linkPreviewsOf } from '../outgoing/link-preview.ts';
import { chatOf, eventOptions, type Route, taken, threadOf } from './route.ts';
import { mentionsIn, replyOptions, sendText } from './text.ts';

export const correction: Route = {
  takes: (stanza) => has(stanza, replace),
  isLasting: true,
  async handle(incoming) {
    const { stanza } = incoming;
    const chat = await chatOf(incoming);
    const { session, recipient } = chat;
    const original = find(stanza, replace)?.id ?? '';
    const legacyId = await recipient.conversation.knownLegacyIdOf(original, 'user');
    const { text } = await replyOptions(chat, incoming);
    if (legacyId !== undefined && text === '' && can(session, recipient, 'retraction')) {
      await session.retract?.(recipient, legacyId, await threadOf(chat, stanza), eventOptions(incoming));
      return taken(chat, incoming);
    }
    // The words must not be lost: as a message of its own, the correction says that it is one.
    if (legacyId === undefined || !can(session, recipient, 'correction')) {
      return sendText(chat, incoming, 'Correction: ');
    }
    const details = {
      ...eventOptions(incoming),
      linkPreviews: linkPreviewsOf(stanza),
      mentions: mentionsIn(chat, stanza, text),
    };
    const newId = await session.correct?.(recipient, text, legacyId, await threadOf(chat, stanza), details);
    taken(chat, incoming, newId ?? (recipient.isGroup ? undefined : legacyId));
  },
};
