/** Messages of type `error`: never answered. RFC 6120 §8.3.1. */

import { StanzaError } from '../../stanza/index.ts';
import { carriedBy } from '../privileges.ts';
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

/** What a user wrote elsewhere, and the server has not let us say in the user's name. XEP-0356. */
export const returnedCarbon: Route = {
  takes: (stanza, { from }) => stanza.attrs.type === 'error' && from.local === '' && from.resource === '',
  async handle(incoming) {
    const { gateway, stanza, from } = incoming;
    const { store, log } = gateway;
    const carried = carriedBy(stanza.attrs.id ?? '');
    const user = carried === undefined ? undefined : await store.users.jidOf(carried.userId);
    // A server answers for its own users only.
    if (carried === undefined || user?.domain !== from.domain) return ignoredErrors.handle(incoming);
    const { userId, chat, xmppId } = carried;
    const error = whyOf(StanzaError.fromStanza(stanza)).slice(0, MAX_WHY);
    log.warn({ user: user.bare, chat, id: xmppId, error }, 'the server has returned a message in the name of a user');
    await store.messageIds.returned(userId, chat, xmppId, error, true);
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
