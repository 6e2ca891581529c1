/** A message is taken back. XEP-0424. */

import { type Element, message, thread } from '../../stanza/index.ts';
import { chatState } from '../../xep/0085-chat-states.ts';
import { replace } from '../../xep/0308-correction.ts';
import { retractPayloads } from '../../xep/0424-retraction.ts';
import type { Envelope } from './envelope.ts';

/** `messageId` is the id of the message that is taken back; `id` that of the stanza that does it. */
export function retractionMessage(envelope: Envelope, messageId: string, id: string, threadId?: string): Element {
  const payloads = [
    ...retractPayloads({ id: messageId }),
    // Clients that know corrections but not retractions show at least the text that says so.
    replace.build({ id: messageId }),
    chatState.build('active'),
  ];
  if (threadId !== undefined) payloads.push(thread.build({ id: threadId }));
  return message({ ...envelope, id }, ...payloads);
}
