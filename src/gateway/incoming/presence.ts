/** Presence of users, for the gateway and for contacts. RFC 6121 §3 and §4, XEP-0100. */

import { find, type JID, presence, status } from '../../stanza/index.ts';
import { NS_METADATA } from '../../xep/0084-avatar.ts';
import { NS as NS_NICK } from '../../xep/0172-nick.ts';
import { NODE as VCARD_NODE } from '../../xep/0292-vcard4.ts';
import type { BaseGateway } from '../gateway.ts';
import { avatarMetadata, eventOf, nickname } from '../outgoing/publications.ts';
import type { BaseSession } from '../session.ts';
import type { Incoming, Route } from './route.ts';

const PEP_NODES = [NS_NICK, NS_METADATA, VCARD_NODE];

export const gatewayPresence: Route = {
  takes: (stanza) => !(stanza.attrs.to ?? '').includes('@'),
  async handle(incoming) {
    const { gateway, stanza, from } = incoming;
    const session = gateway.sessions.get(from.bare);
    const address = { from: gateway.jid, to: from.bare };
    switch (stanza.attrs.type) {
      case 'subscribe':
        // Also for strangers: they learn how to register.
        gateway.send(presence({ ...address, type: 'subscribed' }));
        session?.sendLastStatus(from.full);
        return;
      case 'probe':
        if (session === undefined) gateway.send(presence({ ...address, type: 'unsubscribed' }));
        else session.sendLastStatus(from.full);
        return;
      case 'unsubscribe':
        gateway.send(presence({ ...address, type: 'unsubscribed' }));
        if (session !== undefined) await gateway.unregisterUser(session.user);
        return;
      case 'unavailable':
      case undefined:
        if (session !== undefined) await clientChanged(session, incoming);
        return;
    }
  },
};

export const contactPresence: Route = {
  takes: () => true,
  async handle(incoming) {
    const { gateway, stanza, from, to } = incoming;
    const { type } = stanza.attrs;
    const session = gateway.sessions.get(from.bare);
    if (session === undefined) {
      if (type === 'probe' || type === 'subscribe') {
        gateway.send(presence({ from: to.bare, to: from.bare, type: 'unsubscribed' }));
      }
      return;
    }
    if (type === 'unavailable') return session.clients.remove(from.resource);
    if (type === 'error') return;
    const contact = await session.contacts.byJid(to);
    const text = find(stanza, status) ?? '';
    switch (type) {
      case 'probe':
        session.clients.ask(from.resource, contact);
        return contact.sendLastPresence(from.full);
      case 'subscribe':
        await session.onSubscribe?.(stanza);
        return contact.handleSubscribe(text);
      case 'subscribed':
        await session.onSubscribed?.(stanza);
        return contact.handleSubscribed();
      case 'unsubscribe':
      case 'unsubscribed':
        return contact.handleUnsubscribe(type, text);
      case undefined:
        if (!contact.isFriend) return;
        session.clients.update(from, stanza, gateway);
        // Not awaited: a client may take its time to say what it wants, and what it does next must not wait for that.
        session.clients
          .wanted(from.resource, PEP_NODES, contact)
          .then((nodes) => contact.tellClient(from, nodes))
          .catch((error) => gateway.exception(error));
        return;
    }
  },
};

/** A client of the user has come, gone, or changed its state. */
async function clientChanged(session: BaseSession, { gateway, stanza, from }: Incoming): Promise<void> {
  // RFC 6121 §4.3.2: what a server says in the place of a user who is not there is about no client.
  const isGone = stanza.attrs.type === 'unavailable';
  if (from.resource === '') return isGone ? session.clients.deny() : undefined;
  if (isGone) {
    session.clients.remove(from.resource);
  } else {
    session.clients.update(from, stanza, gateway);
    session.clients
      .wanted(from.resource, PEP_NODES, gateway)
      .then((nodes) => tellAboutGateway(gateway, from, nodes))
      .catch((error) => gateway.exception(error));
  }
  if (!isGone) gateway.presenceRecovery.heard(session, from);
  await session.clientChanged(from.resource);
}

function tellAboutGateway(gateway: BaseGateway, client: JID, nodes: readonly string[]): void {
  const address = { from: gateway.jid, to: client.full };
  const { componentName, avatar } = gateway;
  if (nodes.includes(NS_NICK)) gateway.send(eventOf(address, nickname(componentName)));
  if (nodes.includes(NS_METADATA) && avatar !== undefined) gateway.send(eventOf(address, avatarMetadata(avatar)));
}
