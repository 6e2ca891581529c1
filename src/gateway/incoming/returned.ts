/** Messages of type `error`: never answered. RFC 6120 §8.3.1. */

import { StanzaError } from '../../stanza/index.ts';
import { whyOf } from './outcome.ts';
import type { Route } from './route.ts';

/** As much as an operator has to know. */
const MAX_WHY = 500;

export const ignoredErrors: Route = {
  takes: (stanza) => stanza.attrs.type === 'error',
  handle({ gateway, stanza, from, to }) {
    gateway.log.debug({ from: from.full, to: to.full, id: stanza.attrs.id }, 'a message was returned');
  },
};

/**
 * What a contact has said and the server could not deliver: it says so in the name of the account (RFC 6121 §8.5.2). One
 * client that returns a message says nothing of the others.
 */
export const returned: Route = {
  takes: ignoredErrors.takes,
  async handle(incoming) {
    const { gateway, stanza, from, to } = incoming;
    const { id } = stanza.attrs;
    const session = gateway.sessions.get(from.bare);
    if (session === undefined || id === undefined || from.resource !== '') return ignoredErrors.handle(incoming);
    const error = whyOf(StanzaError.fromStanza(stanza)).slice(0, MAX_WHY);
    gateway.log.info({ user: from.bare, from: to.bare, id, error }, "the user's server has returned a message");
    await gateway.store.messageIds.returned(session.userId, to.local, id, error);
  },
};
