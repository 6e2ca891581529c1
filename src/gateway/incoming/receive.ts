/** The way of a stanza from the server to the plugin: which route it takes, and what becomes of errors. */

import { type Element, errorReply, JID, result, StanzaError } from '../../stanza/index.ts';
import type { BaseGateway } from '../gateway.ts';
import { ended, handle, refuse } from './outcome.ts';
import { type Incoming, knownRoom, type Route } from './route.ts';
import {
  CHAT_ROUTES,
  GATEWAY_MESSAGE_ROUTES,
  IQ_ROUTES,
  PRESENCE_ROUTES,
  ROOM_ROUTES,
  ROOM_SIDE_ROUTES,
} from './routes.ts';

/**
 * Never throws: whatever somebody sends, the stream goes on.
 * @param isPlaced whether it is known that its sender has no session in another process.
 */
export function receive(gateway: BaseGateway, stanza: Element, isPlaced = false): void {
  try {
    take(gateway, stanza, isPlaced);
  } catch (error) {
    // Looking where it belongs, it was seen to be malformed.
    const reason = gateway.asStanzaError(error);
    if (stanza.name === 'message' && stanza.attrs.type !== 'error') gateway.send(errorReply(stanza, reason));
  }
}

function take(gateway: BaseGateway, stanza: Element, isPlaced: boolean): void {
  const from = JID.tryParse(stanza.attrs.from);
  const to = JID.tryParse(stanza.attrs.to);
  if (from === undefined || to === undefined || to.domain !== gateway.jid) return;
  if (!isPlaced && gateway.workers?.takes(stanza, from)) return;
  if (!gateway.guard.admits(stanza, from, to)) return notAdmitted(gateway, stanza, from, to);
  if (stanza.name === 'iq') return answer({ gateway, stanza, from, to });
  // What comes from our own domain is an echo. Only requests are meant: looking for services, we find ourselves.
  if (from.domain === gateway.jid) return;
  if (stanza.name === 'presence') return dispatch(PRESENCE_ROUTES, { gateway, stanza, from, to });
  if (stanza.name !== 'message') return;
  if (gateway.privileges.handle(stanza)) return gateway.workers?.tellPrivileges(stanza);
  const { watch } = gateway;
  const trace = watch.begin(stanza, from, to);
  // What we say in the name of a user comes back from the bare JID: no client sends from there.
  if (to.local !== '' && from.resource === '' && stanza.attrs.type !== 'error') return watch.end(trace, 'ignored');
  const incoming = { gateway, stanza, from, to, trace };
  dispatch(messageRoutes(incoming), incoming);
}

/** It has been answered; it is counted all the same. */
function notAdmitted({ watch }: BaseGateway, stanza: Element, from: JID, to: JID): void {
  if (stanza.name === 'message')
    watch.end(watch.begin(stanza, from, to), 'refused', 'not allowed, or too much at once');
}

/** The route of a message. */
export function messageRoute(incoming: Incoming): Route | undefined {
  return messageRoutes(incoming).find((each) => each.takes(incoming.stanza, incoming));
}

function messageRoutes(incoming: Incoming): readonly Route[] {
  if (incoming.to.local === '') return GATEWAY_MESSAGE_ROUTES;
  if (incoming.stanza.attrs.type === 'groupchat') return ROOM_ROUTES;
  return knownRoom(incoming) === undefined ? CHAT_ROUTES : ROOM_SIDE_ROUTES;
}

/** Messages and presences: the first route that takes it. Those of one sender to one address keep their order. */
function dispatch(routes: readonly Route[], incoming: Incoming): void {
  const { gateway, stanza, from, trace } = incoming;
  const { watch } = gateway;
  const route = routes.find((each) => each.takes(stanza, incoming));
  if (route === undefined) {
    if (trace !== undefined) watch.end(trace, 'ignored');
    return;
  }
  const session = gateway.sessions.get(from.bare);
  if (session !== undefined) return gateway.inbox.take(route, incoming, session);
  Promise.resolve()
    .then(() => handle(route, incoming))
    .then(
      () => ended(incoming),
      (error) => refuse(incoming, error),
    );
}

/** Every request is answered, once. RFC 6120 §8.2.3. */
function answer(incoming: Incoming): void {
  const { gateway, stanza } = incoming;
  const { type } = stanza.attrs;
  if (type !== 'get' && type !== 'set') return;
  const [payload, ...more] = stanza.getChildElements();
  Promise.resolve()
    .then(() => {
      if (payload === undefined || more.length > 0) throw StanzaError.of('bad-request');
      const route = IQ_ROUTES.find((each) => each.kind.ns === payload.ns && each.kind.names.includes(payload.name));
      if (route === undefined) throw StanzaError.of('service-unavailable');
      return gateway.guard.allowance.during(incoming.from.bare, () =>
        gateway.inbox.limitRequest(() => route.handle({ ...incoming, payload, type })),
      );
    })
    .then(
      (reply) => gateway.send(result(stanza, reply ?? undefined)),
      (error) => gateway.send(errorReply(stanza, gateway.asStanzaError(error))),
    );
}
