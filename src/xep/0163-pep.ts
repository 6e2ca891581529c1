/**
 * Personal eventing: every account is a pubsub service whose nodes its contacts hear of without subscribing.
 * XEP-0163 v1.2.2 <https://xmpp.org/extensions/xep-0163.html>
 */

import { type Codec, find } from '../stanza/codec.ts';
import { type MessageType, message } from '../stanza/stanza.ts';
import type { Element } from '../stanza/xml/element.ts';
import type { Identity } from './0030-disco.ts';
import { event, type Item, type NodeConfig, valuesOf } from './0060-pubsub.ts';

/** What an account that is such a service says it is, in disco. */
export const IDENTITY: Identity = { category: 'pubsub', type: 'pep' };

/** The id of the item on nodes that hold one only. XEP-0060 §12.21 */
export const CURRENT = 'current';

/** For data of the owner's own: nobody else may see it, all of it is kept, and none is sent unasked. XEP-0223. */
export const PRIVATE: Partial<NodeConfig> = {
  accessModel: 'whitelist',
  maxItems: 'max',
  persistItems: true,
  sendLastPublishedItem: 'never',
};

/** For a service that sends the events of its contacts and answers requests for their items, and no more. */
export const features: readonly string[] = [
  'http://jabber.org/protocol/pubsub#access-presence',
  'http://jabber.org/protocol/pubsub#auto-subscribe',
  'http://jabber.org/protocol/pubsub#filtered-notifications',
  'http://jabber.org/protocol/pubsub#last-published',
  'http://jabber.org/protocol/pubsub#persistent-items',
  'http://jabber.org/protocol/pubsub#presence-notifications',
  'http://jabber.org/protocol/pubsub#retrieve-items',
];

/** The feature by which a client says that it wants the events of a node. */
export function notifyFeature(node: string): string {
  return `${node}+notify`;
}

/** The message that tells of an item. */
export function itemEvent(
  header: { readonly from: string; readonly to: string; readonly type?: MessageType },
  node: string,
  item: Item,
): Element {
  return message({ type: 'headline', ...header }, event.build({ items: { node, items: [item], retracted: [] } }));
}

/**
 * What a message tells of the items of a node, those of this kind; empty when it is about something else.
 * Whose they are says the bare `from` of the message. @throws MalformedError.
 */
export function eventValues<T>(
  stanza: Element,
  node: string,
  codec: Codec<T>,
): readonly { readonly id: string | undefined; readonly value: T }[] {
  const items = find(stanza, event)?.items;
  return items?.node === node ? valuesOf(items.items, codec) : [];
}
