/**
 * Chat states: who is typing.
 * XEP-0085 v2.1 <https://xmpp.org/extensions/xep-0085.html>
 */

import { type Codec, choice } from '../stanza/codec.ts';

export const NS = 'http://jabber.org/protocol/chatstates';

/** A message with content carries `active` or nothing; the others come alone. */
export type ChatState = 'active' | 'composing' | 'paused' | 'inactive' | 'gone';
export const chatState: Codec<ChatState> = choice(NS, 'active', 'composing', 'paused', 'inactive', 'gone');

export const features: readonly string[] = [NS];
