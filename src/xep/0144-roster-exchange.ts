/**
 * Roster item exchange: contacts for the roster of somebody else, who decides what to do with them.
 * XEP-0144 v1.1.1 <https://xmpp.org/extensions/xep-0144.html>
 */

import { attr, type Codec, element, leaf, many, optionalAttr } from '../stanza/codec.ts';
import type { IqSender } from '../stanza/iq-tracker.ts';
import { jid, oneOf } from '../stanza/value.ts';

export const NS = 'http://jabber.org/protocol/rosterx';

export interface Item {
  /** Default `add`. The same for all items of a stanza. */
  readonly action?: 'add' | 'delete' | 'modify';
  readonly jid: string;
  readonly name?: string;
  readonly groups: readonly string[];
}
export const item: Codec<Item> = element(NS, 'item', {
  action: optionalAttr('action', oneOf('add', 'delete', 'modify')),
  jid: attr('jid', jid),
  name: optionalAttr('name'),
  groups: many(leaf(NS, 'group')),
});

/** In a message to a bare JID, or in an iq to a client that is known to support it. */
export interface Exchange {
  readonly items: readonly Item[];
}
export const x: Codec<Exchange> = element(NS, 'x', { items: many(item) });

/** A gateway that sends contacts announces it, so that clients can trust it to. */
export const features: readonly string[] = [NS];

/** Sends contacts to a client that supports this. Not more than some 150 at a time. @throws StanzaError. */
export async function sendContacts(iq: IqSender, jid: string, items: readonly Item[]): Promise<void> {
  await iq.request({ type: 'set', to: jid, payload: x.build({ items }) });
}
