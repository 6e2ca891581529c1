/** What the user publishes: a picture. XEP-0084 over XEP-0163. */

import { has } from '../../stanza/index.ts';
import { event } from '../../xep/0060-pubsub.ts';
import { metadata, NS_METADATA } from '../../xep/0084-avatar.ts';
import { eventValues } from '../../xep/0163-pep.ts';
import { updateUserAvatar } from '../avatar/user-avatar.ts';
import type { Route } from './route.ts';

export const userEvents: Route = {
  takes: (stanza) => has(stanza, event),
  async handle({ gateway, stanza, from }) {
    const session = gateway.sessions.get(from.bare);
    // Only the account itself speaks for the user: its events have no resource.
    if (session === undefined || from.resource !== '' || !session.logged) return;
    for (const { value } of eventValues(stanza, NS_METADATA, metadata)) await updateUserAvatar(session, value.infos);
  },
};
