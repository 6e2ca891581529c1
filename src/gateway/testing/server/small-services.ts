/** The services that take a few lines: ping, version, time, vCards, carbons on and off. */

import { bareOf, Element, has, JID, payloadOf, result, StanzaError } from '../../../stanza/index.ts';
import { ping } from '../../../xep/0199-ping.ts';
import { disable, enable } from '../../../xep/0280-carbons.ts';
import type { Account } from './account.ts';
import type { XmppServer } from './server.ts';

export const NS_VERSION = 'jabber:iq:version';
export const NS_TIME = 'urn:xmpp:time';
export const NS_VCARD = 'vcard-temp';
const NS_SESSION = 'urn:ietf:params:xml:ns:xmpp-session';

/** @param account the user who is asked, when it is a user. */
export function answerSmall(_: XmppServer, stanza: Element, account?: Account): Element | StanzaError | undefined {
  const payload = payloadOf(stanza);
  if (payload === undefined) return undefined;
  const isGet = stanza.attrs.type === 'get';
  const from = JID.parse(stanza.attrs.from ?? '');
  const isOwn = account !== undefined && bareOf(from.full) === account.jid;
  if (isGet && has(stanza, ping)) return result(stanza);
  if (isGet && payload.is('query', NS_VERSION)) {
    return result(stanza, wrap('query', NS_VERSION, { name: 'Slipway development server', version: '1' }));
  }
  if (isGet && payload.is('time', NS_TIME)) {
    return result(stanza, wrap('time', NS_TIME, { tzo: '+00:00', utc: new Date().toISOString() }));
  }
  if (payload.is('vCard', NS_VCARD) && account !== undefined) {
    if (isGet) return result(stanza, account.vcard ?? new Element('vCard', NS_VCARD));
    if (!isOwn) return StanzaError.of('forbidden');
    account.vcard = payload;
    return result(stanza);
  }
  if (!isGet && isOwn && payload.is('session', NS_SESSION)) return result(stanza);
  if (!isGet && isOwn && (has(stanza, enable) || has(stanza, disable))) {
    const session = account.sessions.get(from.resource);
    if (session !== undefined) session.carbons = has(stanza, enable);
    return result(stanza);
  }
  return undefined;
}

function wrap(name: string, ns: string, children: Readonly<Record<string, string>>): Element {
  const elements = Object.entries(children).map(([child, text]) => new Element(child, ns, undefined, [text]));
  return new Element(name, ns, undefined, elements);
}
