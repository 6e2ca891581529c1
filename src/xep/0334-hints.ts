/**
 * Message processing hints: whether servers should keep or copy a message.
 * XEP-0334 v1.0.0 <https://xmpp.org/extensions/xep-0334.html>
 */

import { type Codec, choice, has, type Kind } from '../stanza/codec.ts';
import { body, messageType, subject } from '../stanza/stanza.ts';
import type { Element } from '../stanza/xml/element.ts';

export const NS = 'urn:xmpp:hints';

/** `no-copy` is only for messages to a full JID. All are ignored in messages of type `error`. */
export type Hint = 'store' | 'no-store' | 'no-permanent-store' | 'no-copy';
export const hint: Codec<Hint> = choice(NS, 'store', 'no-store', 'no-permanent-store', 'no-copy');

export const features: readonly string[] = [NS];

// What needs a hint, named here rather than imported: this module is not to depend on all of them.
const LASTING: readonly Kind[] = [
  { ns: 'urn:xmpp:reactions:0', names: ['reactions'] },
  { ns: 'urn:xmpp:message-retract:1', names: ['retract'] },
];
const LASTING_WITHOUT_BODY: readonly Kind[] = [
  { ns: 'urn:xmpp:sfs:0', names: ['file-sharing', 'sources'] },
  { ns: 'urn:xmpp:chat-markers:0', names: ['displayed'] },
  { ns: 'urn:xmpp:receipts', names: ['received'] },
];
const PASSING: readonly Kind[] = [
  { ns: 'http://jabber.org/protocol/chatstates', names: ['active', 'composing', 'paused', 'inactive', 'gone'] },
];

/**
 * The hint that a message should carry: `store` for what other devices must learn from the archive although it has no
 * text of its own, `no-store` for what is over in a moment. `undefined` when servers do right without, or when the
 * message has a hint already. XEP-0444 §3.1, XEP-0424 §3, XEP-0447 §3.1; for markers, receipts and states, practice.
 */
export function hintFor(message: Element): Hint | undefined {
  const holds = (kinds: readonly Kind[]) => kinds.some((kind) => has(message, kind));
  if (messageType(message) === 'error' || has(message, hint)) return undefined;
  // Their body, if any, is only there for clients that do not know them.
  if (holds(LASTING)) return 'store';
  if (has(message, body) || has(message, subject)) return undefined;
  if (holds(LASTING_WITHOUT_BODY)) return 'store';
  return holds(PASSING) ? 'no-store' : undefined;
}
