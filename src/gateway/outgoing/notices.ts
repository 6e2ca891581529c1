/** Small messages about messages: chat states, receipts, markers, reactions. */

import { type Element, message, thread } from '../../stanza/index.ts';
import { type ChatState, chatState } from '../../xep/0085-chat-states.ts';
import { received as receipt } from '../../xep/0184-receipts.ts';
import { acknowledged, displayed, received } from '../../xep/0333-markers.ts';
import { hint } from '../../xep/0334-hints.ts';
import { reactions } from '../../xep/0444-reactions.ts';
import type { Envelope } from './envelope.ts';

export function chatStateMessage(envelope: Envelope, state: ChatState, threadId?: string): Element {
  const payloads = [chatState.build(state), hint.build('no-store')];
  if (threadId !== undefined) payloads.push(thread.build({ id: threadId }));
  return message(envelope, ...payloads);
}

/** `messageId` is the id of the message that arrived; `id` that of the stanza that says so. */
export function receiptMessage(envelope: Envelope, messageId: string, id: string): Element {
  return message({ ...envelope, id }, receipt.build({ id: messageId }), hint.build('store'));
}

const MARKERS = { received, displayed, acknowledged };

export type MarkerKind = keyof typeof MARKERS;

/** `messageId` is the id of the message that is marked; `id` that of the stanza that marks it. */
export function markerMessage(envelope: Envelope, kind: MarkerKind, messageId: string, id: string): Element {
  return message({ ...envelope, id }, MARKERS[kind].build({ id: messageId }), hint.build('store'));
}

/** `messageId` is the id of the message reacted to; `id` that of the stanza with the reaction. */
export function reactionMessage(envelope: Envelope, emojis: readonly string[], messageId: string, id: string): Element {
  return message({ ...envelope, id }, reactions.build({ id: messageId, emojis }), hint.build('store'));
}
