/** Presence and subscriptions of users. RFC 6121 §3 and §4. */

import { bareOf, type Element, JID, presence, readdressed } from '../../../stanza/index.ts';
import { type Account, isListed, subscriptionOf } from './account.ts';
import type { ClientSession } from './client-session.ts';
import { pushRoster } from './roster.ts';
import type { XmppServer } from './server.ts';

/** A presence that a client sends. Returns whether it is the client's first available one. */
export function fromUser(server: XmppServer, session: ClientSession, stanza: Element): boolean {
  const { to, type } = stanza.attrs;
  const { account } = session;
  if (to === undefined) {
    if (type === 'unavailable') {
      withdraw(server, session, stanza);
      return false;
    }
    if (type !== undefined) return false;
    const isFirst = session.presence === undefined;
    session.presence = stanza;
    broadcast(server, session, stanza);
    if (isFirst) greet(server, session);
    return isFirst;
  }
  const contact = JID.tryParse(to);
  if (contact === undefined) return false;
  switch (type) {
    case 'subscribe':
    case 'subscribed':
    case 'unsubscribe':
    case 'unsubscribed':
      changeSubscription(server, account, type, readdressed(stanza, { from: account.jid, to: contact.bare }));
      return false;
    case 'unavailable':
      session.directed.delete(contact.full);
      break;
    case undefined:
      session.directed.add(contact.full);
      break;
  }
  server.route(stanza);
  return false;
}

/** The client is gone, or says that it is unavailable: all who know of it are told. */
export function withdraw(
  server: XmppServer,
  session: ClientSession,
  stanza = presence({ from: session.jid.full, type: 'unavailable' }),
): void {
  if (session.presence !== undefined) {
    session.presence = undefined;
    broadcast(server, session, stanza);
  }
  for (const to of session.directed) server.route(readdressed(stanza, { from: session.jid.full, to }));
  session.directed.clear();
}

/** A presence that arrives for a user. */
export function toUser(server: XmppServer, account: Account, stanza: Element): void {
  const { from = '', to = '', type } = stanza.attrs;
  const contact = bareOf(from);
  const entry = account.roster.get(contact);
  switch (type) {
    case 'probe':
      if (entry?.from || contact === account.jid) {
        for (const session of account.available) {
          server.route(readdressed(session.presence as Element, { from: session.jid.full, to: from }));
        }
      }
      return;
    case 'subscribe': {
      if (entry?.from) return server.route(presence({ from: account.jid, to: contact, type: 'subscribed' }));
      const wanted = account.entry(contact);
      wanted.pendingIn = stanza;
      return toSessions(account, stanza);
    }
    case 'subscribed':
      if (entry === undefined || !entry.ask) return;
      entry.to = true;
      entry.ask = false;
      pushRoster(account, entry);
      return toSessions(account, stanza);
    case 'unsubscribe':
      if (entry === undefined) return;
      entry.pendingIn = undefined;
      if (entry.from) {
        entry.from = false;
        pushRoster(account, entry);
      }
      return toSessions(account, stanza);
    case 'unsubscribed':
      if (entry === undefined || !(entry.to || entry.ask)) return;
      entry.to = false;
      entry.ask = false;
      pushRoster(account, entry);
      return toSessions(account, stanza);
    default: {
      const resource = JID.parse(to).resource;
      if (resource !== '') return account.sessions.get(resource)?.send(stanza);
      return toSessions(account, stanza);
    }
  }
}

/** RFC 6121 §3, the user's side. */
function changeSubscription(
  server: XmppServer,
  account: Account,
  type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed',
  stanza: Element,
): void {
  // Only who asks for a subscription puts somebody into the roster. RFC 6121 §3.1.2.
  if (type !== 'subscribe' && !account.roster.has(bareOf(stanza.attrs.to ?? ''))) {
    if (type !== 'subscribed') server.route(stanza);
    return;
  }
  const entry = account.entry(stanza.attrs.to ?? '');
  const before = `${subscriptionOf(entry)} ${entry.ask} ${isListed(entry)}`;
  const hadAccess = entry.from;
  switch (type) {
    case 'subscribe':
      entry.ask = !entry.to;
      break;
    case 'subscribed':
      if (entry.pendingIn === undefined) return;
      entry.pendingIn = undefined;
      entry.from = true;
      break;
    case 'unsubscribe':
      entry.to = false;
      entry.ask = false;
      break;
    case 'unsubscribed':
      entry.from = false;
      entry.pendingIn = undefined;
      break;
  }
  if (`${subscriptionOf(entry)} ${entry.ask} ${isListed(entry)}` !== before) pushRoster(account, entry);
  server.route(stanza);
  if (entry.from === hadAccess) return;
  for (const session of account.available) {
    const shown = entry.from ? (session.presence as Element) : presence({ type: 'unavailable' });
    server.route(readdressed(shown, { from: session.jid.full, to: entry.jid }));
  }
}

function broadcast(server: XmppServer, session: ClientSession, stanza: Element): void {
  const { account } = session;
  const from = session.jid.full;
  for (const other of account.available) other.send(readdressed(stanza, { from, to: other.jid.full }));
  if (!account.available.includes(session)) session.send(readdressed(stanza, { from, to: from }));
  for (const entry of account.roster.values()) {
    if (entry.from) server.route(readdressed(stanza, { from, to: entry.jid }));
  }
}

/** What a client gets when it comes online: who else is there, and who has asked to be. */
function greet(server: XmppServer, session: ClientSession): void {
  const { account } = session;
  for (const other of account.available) {
    if (other !== session) {
      session.send(readdressed(other.presence as Element, { from: other.jid.full, to: session.jid.full }));
    }
  }
  for (const entry of account.roster.values()) {
    if (entry.to) server.route(presence({ from: account.jid, to: entry.jid, type: 'probe' }));
    if (entry.pendingIn !== undefined) session.send(entry.pendingIn);
  }
}

function toSessions(account: Account, stanza: Element): void {
  for (const session of account.available) session.send(stanza);
}
