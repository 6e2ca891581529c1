/** Messages of type `error`: never answered. RFC 6120 §8.3.1. */

import type { Route } from './route.ts';

export const ignoredErrors: Route = {
  takes: (stanza) => stanza.attrs.type === 'error',
  handle({ gateway, stanza, from, to }) {
    gateway.log.debug({ from: from.full, to: to.full, id: stanza.attrs.id }, 'a client returned a message');
  },
};
