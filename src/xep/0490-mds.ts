/**
 * Message displayed synchronization: how far one has read, for one's other devices.
 * XEP-0490 v1.0.1 <https://xmpp.org/extensions/xep-0490.html>
 */

import { type Codec, child, element } from '../stanza/codec.ts';
import type { IqSender } from '../stanza/iq-tracker.ts';
import { fetchItems, publish, valuesOf } from './0060-pubsub.ts';
import { PRIVATE } from './0163-pep.ts';
import { type StanzaId, stanzaId } from './0359-stanza-ids.ts';

/** Also the node. The id of an item is the JID of the chat. */
export const NS = 'urn:xmpp:mds:displayed:0';
/** Announced by servers that publish what they see in messages: `displayed` beside a marker (XEP-0333). */
export const SERVER_ASSIST = 'urn:xmpp:mds:server-assist:0';

export interface Displayed {
  /** The last message that was displayed, as one's own archive or the room calls it. */
  readonly stanzaId: StanzaId;
}
export const displayed: Codec<Displayed> = element(NS, 'displayed', { stanzaId: child(stanzaId) });

export const features: readonly string[] = [NS];

/** How far one has read in which chat. @throws StanzaError with the answered error. @throws MalformedError. */
export async function fetchDisplayed(iq: IqSender): Promise<ReadonlyMap<string, StanzaId>> {
  const values = valuesOf(await fetchItems(iq, { node: NS }), displayed);
  return new Map(values.flatMap(({ id, value }) => (id === undefined ? [] : [[id, value.stanzaId] as const])));
}

/** Says how far one has read in a chat: a person, a room, or somebody in a room. @throws StanzaError. */
export async function publishDisplayed(iq: IqSender, chat: string, last: StanzaId): Promise<void> {
  await publish(iq, { node: NS }, { id: chat, payload: displayed.build({ stanzaId: last }) }, PRIVATE);
}
