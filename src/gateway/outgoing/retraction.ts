/** A message is taken back. XEP-0424, XEP-0425. */

import { type Element, message, thread } from '../../stanza/index.ts';
import { chatState } from '../../xep/0085-chat-states.ts';
import { replace } from '../../xep/0308-correction.ts';
import { hint } from '../../xep/0334-hints.ts';
import { applyTo } from '../../xep/0422-fastening.ts';
import { retract, retractPayloads } from '../../xep/0424-retraction.ts';
import { moderatedV0 } from '../../xep/0425-moderation.ts';
import type { Envelope } from './envelope.ts';
import type { OccupantFacts } from './room.ts';

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

/** A moderator has taken back the message `messageId`: the room says so. */
export function moderationMessage(
  room: string,
  moderator: OccupantFacts,
  messageId: string,
  id: string,
  reason?: string,
): Element {
  const by = { by: moderator.jid, occupantId: { id: moderator.occupantId } };
  const why = reason === undefined ? {} : { reason };
  return message(
    { from: room, type: 'groupchat', id },
    retract.build({ id: messageId, moderated: by, ...why }),
    // COMPAT(XEP-0425 before 0.3): clients read one or the other.
    applyTo.build({ id: messageId, payloads: [moderatedV0.build({ ...by, retract: true, ...why })], externals: [] }),
    hint.build('store'),
  );
}
