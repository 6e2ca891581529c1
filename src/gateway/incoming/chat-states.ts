/** What the user is doing in a chat. XEP-0085. */

import { find, has } from '../../stanza/index.ts';
import { chatState } from '../../xep/0085-chat-states.ts';
import { chatOf, type Route, threadOf } from './route.ts';

export const chatStates: Route = {
  takes: (stanza) => has(stanza, chatState),
  async handle(incoming) {
    const { stanza } = incoming;
    const state = find(stanza, chatState);
    // That a client is gone says nothing about the user, who has others.
    if (state === undefined || state === 'gone') return;
    const chat = await chatOf(incoming);
    const { session, recipient } = chat;
    // Like markers, states are sent without asking: what the network has no use for is dropped.
    if (recipient.chatStates) await session[state]?.(recipient, await threadOf(chat, stanza));
  },
};
