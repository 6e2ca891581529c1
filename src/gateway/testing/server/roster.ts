/** Rosters of users. RFC 6121 §2. */

import { Element, iq, JID, presence, result, StanzaError } from '../../../stanza/index.ts';
import { type Account, isListed, type RosterEntry, subscriptionOf } from './account.ts';
import type { XmppServer } from './server.ts';

export const NS_ROSTER = 'jabber:iq:roster';

export function answerRoster(server: XmppServer, account: Account, stanza: Element): Element | StanzaError | undefined {
  const query = stanza.getChild('query', NS_ROSTER);
  if (query === undefined) return undefined;
  const from = JID.parse(stanza.attrs.from ?? '');
  if (from.bare !== account.jid) return StanzaError.of('forbidden');
  const session = account.sessions.get(from.resource);
  if (stanza.attrs.type === 'get' && session !== undefined) session.interested = true;
  return rosterRequest(server, account, stanza, query);
}

/** Answers a request for a roster, from the user or from a component that may. */
export function rosterRequest(
  server: XmppServer,
  account: Account,
  stanza: Element,
  query: Element,
  isPrivileged = false,
): Element | StanzaError {
  if (stanza.attrs.type === 'get') {
    const items = [...account.roster.values()].filter(isListed).map(itemOf);
    return result(stanza, new Element('query', NS_ROSTER, undefined, items));
  }
  const items = query.getChildren('item', NS_ROSTER);
  if (items.length === 0 || (items.length > 1 && !isPrivileged)) return StanzaError.of('bad-request');
  for (const item of items) {
    const jid = JID.tryParse(item.attrs.jid)?.bare;
    if (jid === undefined) return StanzaError.of('bad-request');
    if (item.attrs.subscription === 'remove') {
      const entry = account.roster.get(jid);
      if (entry === undefined) return StanzaError.of('item-not-found');
      remove(server, account, entry);
      continue;
    }
    const entry = account.entry(jid);
    entry.name = item.attrs.name === '' ? undefined : item.attrs.name;
    entry.groups = [...new Set(item.getChildren('group', NS_ROSTER).map((group) => group.text()))];
    if (isPrivileged) {
      const { subscription } = item.attrs;
      entry.to = subscription === 'both' || subscription === 'to';
      entry.from = subscription === 'both' || subscription === 'from';
      if (entry.to) entry.ask = false;
      if (entry.from) entry.pendingIn = undefined;
    }
    pushRoster(account, entry);
  }
  return result(stanza);
}

export function pushRoster(account: Account, entry: RosterEntry): void {
  const item = account.roster.has(entry.jid)
    ? itemOf(entry)
    : new Element('item', NS_ROSTER, { jid: entry.jid, subscription: 'remove' });
  for (const session of account.sessions.values()) {
    if (!session.interested) continue;
    const header = { type: 'set', id: account.newId(), to: session.jid.full, from: account.jid } as const;
    session.send(iq(header, new Element('query', NS_ROSTER, undefined, [item])));
  }
}

function remove(server: XmppServer, account: Account, entry: RosterEntry): void {
  account.roster.delete(entry.jid);
  pushRoster(account, entry);
  const route = (type: 'unsubscribe' | 'unsubscribed') =>
    server.route(presence({ from: account.jid, to: entry.jid, type }));
  if (entry.to || entry.ask) route('unsubscribe');
  if (entry.from) {
    for (const session of account.available) {
      server.route(presence({ from: session.jid.full, to: entry.jid, type: 'unavailable' }));
    }
    route('unsubscribed');
  }
}

function itemOf(entry: RosterEntry): Element {
  const attrs = {
    jid: entry.jid,
    name: entry.name,
    subscription: subscriptionOf(entry),
    ask: entry.ask ? 'subscribe' : undefined,
  };
  const groups = entry.groups.map((group) => new Element('group', NS_ROSTER, undefined, [group]));
  return new Element('item', NS_ROSTER, attrs, groups);
}
