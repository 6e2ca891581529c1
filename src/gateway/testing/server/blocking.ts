/** Whom users keep away. XEP-0191. */

import { type Element, iq, JID, newId, result, StanzaError } from '../../../stanza/index.ts';
import { block, blocklist, unblock } from '../../../xep/0191-blocking.ts';
import type { Account } from './account.ts';

export function answerBlocking(account: Account, stanza: Element): Element | StanzaError | undefined {
  const [payload] = stanza.getChildElements();
  if (payload === undefined || payload.ns !== blocklist.ns) return undefined;
  const from = JID.parse(stanza.attrs.from ?? '');
  if (from.bare !== account.jid) return StanzaError.of('forbidden');
  if (stanza.attrs.type === 'get') return result(stanza, blocklist.build({ jids: [...account.blocked] }));
  const toBlock = block.parse(payload);
  if (toBlock?.jids.length === 0) return StanzaError.of('bad-request');
  const toUnblock = unblock.parse(payload);
  for (const jid of toBlock?.jids ?? []) account.blocked.add(jid);
  if (toUnblock?.jids.length === 0) account.blocked.clear();
  for (const jid of toUnblock?.jids ?? []) account.blocked.delete(jid);
  for (const session of account.sessions.values()) {
    session.send(iq({ type: 'set', id: newId(), to: session.jid.full, from: account.jid }, payload));
  }
  return result(stanza);
}

/** §2: an address stands for all that it includes. */
export function isBlocked(account: Account, from: string | undefined): boolean {
  if (account.blocked.size === 0) return false;
  const jid = JID.tryParse(from);
  if (jid === undefined) return false;
  const { domain, resource } = jid;
  return [jid.full, jid.bare, domain, `${domain}/${resource}`].some((each) => account.blocked.has(each));
}
