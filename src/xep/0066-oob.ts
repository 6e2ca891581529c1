/**
 * Out of band data: the address of something outside XMPP.
 * XEP-0066 v1.5 <https://xmpp.org/extensions/xep-0066.html>
 */

import { type Codec, child, element, leaf, optionalAttr, optionalChild } from '../stanza/codec.ts';
import type { IqSender } from '../stanza/iq-tracker.ts';

export const NS = 'jabber:x:oob';
export const NS_IQ = 'jabber:iq:oob';

/** For a file in a message, clients show it in place when the body is exactly the URL. */
export interface Oob {
  readonly url: string;
  readonly desc?: string;
}
export const x: Codec<Oob> = element(NS, 'x', {
  url: child(leaf(NS, 'url')),
  desc: optionalChild(leaf(NS, 'desc')),
});

/** In an iq: the answer comes when the file has been fetched. */
export interface Transfer extends Oob {
  readonly sid?: string;
}
export const query: Codec<Transfer> = element(NS_IQ, 'query', {
  sid: optionalAttr('sid'),
  url: child(leaf(NS_IQ, 'url')),
  desc: optionalChild(leaf(NS_IQ, 'desc')),
});

export const features: readonly string[] = [NS];

/**
 * Has somebody fetch a file. Resolves when that is done: mind the timeout of the sender.
 * @throws StanzaError `not-acceptable` when it is not wanted, `item-not-found` when it is not there.
 */
export async function offerFile(iq: IqSender, jid: string, file: Transfer): Promise<void> {
  await iq.request({ type: 'set', to: jid, payload: query.build(file) });
}
