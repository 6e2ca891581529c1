/**
 * Blocking command: whom the server keeps away.
 * XEP-0191 v1.3 <https://xmpp.org/extensions/xep-0191.html>
 */

import { attr, type Codec, element, many, mapped, marker } from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { jid } from '../stanza/value.ts';

export const NS = 'urn:xmpp:blocking';
export const NS_ERRORS = 'urn:xmpp:blocking:errors';

/** Addresses: full, bare, `domain/resource` or domain; one stands for all that it includes. */
export interface Jids {
  readonly jids: readonly string[];
}
const item: Codec<string> = mapped(
  element<{ readonly jid: string }>(NS, 'item', { jid: attr('jid', jid) }),
  (value) => value.jid,
  (address) => ({ jid: address }),
);

export const blocklist: Codec<Jids> = element(NS, 'blocklist', { jids: many(item) });
/** In a request, or in what the server tells the other clients of the account. At least one address. */
export const block: Codec<Jids> = element(NS, 'block', { jids: many(item) });
/** No address stands for all. */
export const unblock: Codec<Jids> = element(NS, 'unblock', { jids: many(item) });

/** In the error `not-acceptable` that answers what is sent to somebody whom one has blocked. */
export const blocked: Codec<true> = marker(NS_ERRORS, 'blocked');

export const features: readonly string[] = [NS];

/** Whom the account blocks. From then on the server tells of changes. @throws StanzaError with the answered error. */
export async function fetchBlocklist(iq: IqSender): Promise<readonly string[]> {
  return answered(blocklist, await iq.request({ type: 'get', payload: blocklist.build({ jids: [] }) })).jids;
}

/** Blocks addresses. @throws StanzaError with the answered error. @throws RangeError when none is given. */
export async function blockJids(iq: IqSender, ...jids: readonly string[]): Promise<void> {
  if (jids.length === 0) throw new RangeError('at least one address to block is needed');
  await iq.request({ type: 'set', payload: block.build({ jids }) });
}

/** Unblocks addresses; all when none is given. @throws StanzaError with the answered error. */
export async function unblockJids(iq: IqSender, ...jids: readonly string[]): Promise<void> {
  await iq.request({ type: 'set', payload: unblock.build({ jids }) });
}
