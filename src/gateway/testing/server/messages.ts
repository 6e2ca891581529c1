/** Delivery of messages to users: RFC 6121 §8.5.2, offline storage, and carbons (XEP-0280). */

import {
  bareOf,
  body,
  type Codec,
  type Element,
  find,
  findAll,
  has,
  type JID,
  message,
  messageType,
  StanzaError,
} from '../../../stanza/index.ts';
import { delay } from '../../../xep/0203-delay.ts';
import { type Carbon, NS as NS_CARBONS, received, sent } from '../../../xep/0280-carbons.ts';
import { forwarded } from '../../../xep/0297-forwarding.ts';
import { hint } from '../../../xep/0334-hints.ts';
import type { Account } from './account.ts';
import type { ClientSession } from './client-session.ts';
import type { XmppServer } from './server.ts';

export function deliverMessage(server: XmppServer, account: Account, stanza: Element, to: JID): void {
  const type = messageType(stanza);
  if (to.resource !== '') {
    const session = account.sessions.get(to.resource);
    if (session !== undefined) {
      session.send(stanza);
      copy(account, received, stanza, [session]);
      return;
    }
    if (type === 'groupchat' || type === 'headline') return;
    if (type === 'error') return;
  }
  if (type === 'groupchat') return server.bounce(stanza, StanzaError.of('service-unavailable'));
  if (type === 'error') return;
  const targets = account.available.filter((session) => session.priority >= 0);
  for (const session of targets) session.send(stanza);
  if (targets.length > 0) return copy(account, received, stanza, targets);
  if (has(stanza, body) && !findAll(stanza, hint).includes('no-store') && type !== 'headline') {
    account.offline.push(stanza);
  }
}

/** What came while nobody was there. XEP-0160. */
export function deliverOffline(server: XmppServer, session: ClientSession): void {
  if (session.priority < 0) return;
  for (const stanza of session.account.offline.splice(0)) {
    const late = delay.build({ from: server.domain, stamp: new Date() });
    const { to, from, id } = stanza.attrs;
    session.send(message({ to, from, id, type: messageType(stanza) }, ...stanza.children, late));
  }
}

/** The sender's other clients see what one of them sends. */
export function copyToSender(server: XmppServer, stanza: Element): void {
  const sender = server.account(bareOf(stanza.attrs.from ?? ''));
  if (sender === undefined) return;
  copy(
    sender,
    sent,
    stanza,
    [...sender.sessions.values()].filter((session) => session.jid.full === stanza.attrs.from),
  );
}

function copy(account: Account, codec: Codec<Carbon>, stanza: Element, except: readonly ClientSession[]): void {
  if (!isEligible(stanza)) return;
  for (const session of account.sessions.values()) {
    if (!session.carbons || except.includes(session)) continue;
    const header = { from: account.jid, to: session.jid.full, type: messageType(stanza) } as const;
    session.send(message(header, codec.build({ forwarded: { stanza } })));
  }
}

/** XEP-0280 §6.1. */
function isEligible(stanza: Element): boolean {
  if (stanza.getChild('private', NS_CARBONS) !== undefined || findAll(stanza, hint).includes('no-copy')) return false;
  if (find(stanza, forwarded) !== undefined) return false;
  const type = messageType(stanza);
  return type === 'chat' || (type === 'normal' && has(stanza, body)) || type === 'error';
}
