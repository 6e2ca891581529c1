/**
 * Message reactions: emoji for a message.
 * XEP-0444 v0.2.1 <https://xmpp.org/extensions/xep-0444.html>
 */

import { attr, type Codec, element, leaf, many } from '../stanza/codec.ts';
import { unsigned } from '../stanza/value.ts';
import { multi, optionalSingle, type Shape, shape } from './0068-form-types.ts';

export const NS = 'urn:xmpp:reactions:0';
/** The FORM_TYPE of the form in disco that says which reactions an entity takes. */
export const RESTRICTIONS = 'urn:xmpp:reactions:0:restrictions';

export interface Reactions {
  /** The message reacted to: in rooms its stanza-id by the room, else its origin-id or id. */
  readonly id: string;
  /** All reactions of the sender to that message, taking the place of earlier ones; none takes them back. */
  readonly emojis: readonly string[];
}
export const reactions: Codec<Reactions> = element(NS, 'reactions', {
  id: attr('id'),
  emojis: many(leaf(NS, 'reaction')),
});

/** Which reactions an entity takes. §2.2 */
export interface Restrictions {
  readonly maxReactionsPerUser?: number;
  /** Only these; none means any. */
  readonly allowlist: readonly string[];
}
export const restrictions: Shape<Restrictions> = shape(RESTRICTIONS, {
  maxReactionsPerUser: optionalSingle('max_reactions_per_user', unsigned),
  allowlist: multi('allowlist'),
});

export const features: readonly string[] = [NS];

/** The reactions without those that are there twice, which receivers ignore. */
export function distinct({ emojis }: Pick<Reactions, 'emojis'>): readonly string[] {
  return [...new Set(emojis)];
}

/**
 * Whether an entity with these restrictions takes these reactions; if not, the answer is `not-acceptable`.
 * An emoji with and without the variation selector is the same: clients do not agree on when to send it.
 */
export function isAcceptable(
  reactions: Pick<Reactions, 'emojis'>,
  { maxReactionsPerUser, allowlist }: Restrictions,
): boolean {
  const emojis = distinct(reactions);
  if (maxReactionsPerUser !== undefined && emojis.length > maxReactionsPerUser) return false;
  const allowed = new Set(allowlist.map(withoutSelector));
  return allowlist.length === 0 || emojis.every((emoji) => allowed.has(withoutSelector(emoji)));
}

function withoutSelector(emoji: string): string {
  return emoji.replaceAll('\ufe0f', '');
}
