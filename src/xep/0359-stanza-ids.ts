/**
 * Unique and stable stanza ids: ids that archives and rooms give.
 * XEP-0359 v0.7.0 <https://xmpp.org/extensions/xep-0359.html>
 */

import { attr, type Codec, element, findAll } from '../stanza/codec.ts';
import { messageType } from '../stanza/stanza.ts';
import type { Element } from '../stanza/xml/element.ts';

export const NS = 'urn:xmpp:sid:0';

/** The id that `by` gave. To be trusted only when `by` announces this XEP, since it then removes forged ones. */
export interface StanzaId {
  readonly id: string;
  /** The bare JID of the account or the room. */
  readonly by: string;
}
export const stanzaId: Codec<StanzaId> = element(NS, 'stanza-id', { id: attr('id'), by: attr('by') });

/** The id that the sender gave, kept where the stanza's own id may be changed on the way. */
export interface OriginId {
  readonly id: string;
}
export const originId: Codec<OriginId> = element(NS, 'origin-id', { id: attr('id') });

export const features: readonly string[] = [NS];

/** What refers to a message. */
export type Purpose =
  | 'correction'
  | 'displayed-sync'
  | 'marker'
  | 'moderation'
  | 'reactions'
  | 'receipt'
  | 'reply'
  | 'retraction';

/** The id that the sender gave to a message; none also when what stands there is broken, which harms nothing else. */
export function originIdOf(message: Element): string | undefined {
  return message.getChild('origin-id', NS)?.attrs.id;
}

/** The id that the archive or the room `by` gave to a message. Only to be asked about those who announce this XEP. */
export function stanzaIdBy(message: Element, by: string): string | undefined {
  return findAll(message, stanzaId).find((each) => each.by === by)?.id;
}

/**
 * The id by which to refer to a message: which one it is depends on what refers to it, and on the kind of chat.
 * @param by the room, or for `displayed-sync` in other chats one's own account, by bare JID; `undefined` when it does
 *   not announce this XEP, so that its ids may be forged.
 * @returns `undefined` when the message cannot be referred to.
 */
export function idFor(purpose: Purpose, message: Element, by?: string): string | undefined {
  const given = by === undefined ? undefined : stanzaIdBy(message, by);
  const isRoom = messageType(message) === 'groupchat';
  switch (purpose) {
    case 'receipt': // XEP-0184 §7
    case 'correction': // XEP-0308 §3
      return message.attrs.id;
    case 'marker': // XEP-0333 §4.3
      return isRoom && by !== undefined ? given : message.attrs.id;
    case 'retraction': // XEP-0424 §5.1
      if (!isRoom) return message.attrs.id;
      return by === undefined ? originIdOf(message) : given;
    case 'reactions': // XEP-0444 §4.2
    case 'reply': // XEP-0461 §4.1
      return isRoom ? given : (originIdOf(message) ?? message.attrs.id);
    case 'moderation': // XEP-0425 §3
      return isRoom ? given : undefined;
    case 'displayed-sync': // XEP-0490 §4.2
      return given;
  }
}
