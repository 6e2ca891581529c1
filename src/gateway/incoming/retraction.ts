/** The user takes a message back. XEP-0424. */

import { has } from '../../stanza/index.ts';
import { applyTo } from '../../xep/0422-fastening.ts';
import { retract, retractionOf } from '../../xep/0424-retraction.ts';
import { can, notImplemented } from '../capability.ts';
import { XmppError } from '../errors.ts';
import { acknowledge, chatOf, type Route, threadOf } from './route.ts';

export const retraction: Route = {
  takes: (stanza) => has(stanza, retract) || has(stanza, applyTo),
  async handle(incoming) {
    const { stanza } = incoming;
    const id = retractionOf(stanza)?.id;
    if (id === undefined) throw new XmppError('bad-request', 'It is not said what is to be taken back.');
    const chat = await chatOf(incoming);
    const { session, contact } = chat;
    if (!can(session, contact, 'retraction')) throw notImplemented();
    const legacyId = await contact.conversation.legacyIdOf(id, 'user');
    await session.retract?.(contact, legacyId, await threadOf(chat, stanza));
    acknowledge(chat, incoming);
  },
};
