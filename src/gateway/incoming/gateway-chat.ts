/** A message to the gateway itself: a command, or the answer to a question. */

import { body, find, has } from '../../stanza/index.ts';
import * as receipts from '../../xep/0184-receipts.ts';
import { receiptMessage } from '../outgoing/notices.ts';
import type { Route } from './route.ts';

export const gatewayChat: Route = {
  takes: (stanza) => has(stanza, body) && stanza.attrs.type !== 'groupchat',
  handle({ gateway, stanza, from, to }) {
    const { id } = stanza.attrs;
    if (id !== undefined && has(stanza, receipts.request)) {
      gateway.send(receiptMessage({ from: to.full, to: from.full, type: 'chat' }, id, gateway.newId()));
    }
    // Not awaited: a command that asks something would wait for a message behind it.
    gateway.chatCommands
      .handle({ from, session: gateway.sessions.get(from.bare) }, find(stanza, body) ?? '')
      .catch((error) => gateway.exception(error));
  },
};
