/** The user takes a message back. XEP-0424. */

import { has } from '../../stanza/index.ts';
import { applyTo } from '../../xep/0422-fastening.ts';
import { retract, retractionOf } from '../../xep/0424-retraction.ts';
import { can, notImplemented } from '../capability.ts';
import { XmppError } from '../errors.ts';
import { chatOf, eventOptions, type Route, taken, threadOf } from './route.ts';

export const retraction: Route = {
  takes: (stanza) => has(stanza, retract) || has(stanza, applyTo),
  isLasting: true,
  async handle(incoming) {
    const { stanza } = incoming;
    const id = retractionOf(stanza)?.id;
    if (id === undefined) throw new XmppError('bad-request', 'It is not said what is to be taken back.');
    const chat = await chatOf(incoming);
    const { session, recipient } = chat;
    if (!can(session, recipient, 'retraction')) throw notImplemented();
    const legacyId = await recipient.conversation.legacyIdOf(id, 'user');
    await session.retract?.(recipient, legacyId, await threadOf(chat, stanza), eventOptions(incoming));
    taken(chat, incoming);
  },
};
