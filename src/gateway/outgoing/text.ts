/** A text, new or corrected. */

import { body, type Element, message, thread } from '../../stanza/index.ts';
import { chatState } from '../../xep/0085-chat-states.ts';
import { delay } from '../../xep/0203-delay.ts';
import { replace } from '../../xep/0308-correction.ts';
import { markable } from '../../xep/0333-markers.ts';
import { type Hint, hint } from '../../xep/0334-hints.ts';
import { replyPayloads } from '../../xep/0461-replies.ts';
import { description } from '../../xep/0511-link-metadata.ts';
import type { Envelope } from './envelope.ts';
import type { LinkPreview } from './link-preview.ts';

/** What every message with content may have besides. */
export interface ContentFacts {
  /** The stanza id; without one the message cannot be referred to. */
  readonly id?: string | undefined;
  /** When it was written, if that is not now. */
  readonly when?: Date | undefined;
  /** Who held it back until now. */
  readonly delayedBy: string;
  readonly thread?: string | undefined;
  readonly hints?: readonly Hint[] | undefined;
  /** The stanza id of the message that this one takes the place of. */
  readonly replaces?: string | undefined;
  readonly reply?: ReplyFacts | undefined;
}

/** The message that is answered. */
export interface ReplyFacts {
  readonly id: string;
  /** The JID of its author. */
  readonly to?: string | undefined;
  /** Its text, for clients that do not know replies. */
  readonly quoted?: Parameters<typeof replyPayloads>[2];
}

export interface TextFacts extends ContentFacts {
  readonly body: string;
  readonly linkPreviews?: readonly LinkPreview[] | undefined;
}

export function textMessage(envelope: Envelope, facts: TextFacts): Element {
  const { reply } = facts;
  const text =
    reply === undefined
      ? [body.build(facts.body)]
      : replyPayloads({ id: reply.id, ...(reply.to !== undefined && { to: reply.to }) }, facts.body, reply.quoted);
  const previews = (facts.linkPreviews ?? []).map(({ image, ...rest }) =>
    description.build({ ...rest, images: image === undefined ? [] : [image], videos: [] }),
  );
  return message({ ...envelope, id: facts.id }, ...text, ...contentPayloads(facts), ...previews);
}

// What nearly all messages have.
const ACTIVE = chatState.build('active');
const MARKABLE = markable.build(true);
const STORE = hint.build('store');

/** What comes with the content of a message: state, marker, hints, thread, correction, delay. */
export function contentPayloads(facts: ContentFacts): Element[] {
  const payloads = [ACTIVE];
  // XEP-0333 §4.1: only a message with an id can be marked.
  if (facts.id !== undefined) payloads.push(MARKABLE);
  if (facts.hints === undefined) payloads.push(STORE);
  else for (const each of facts.hints) payloads.push(hint.build(each));
  if (facts.thread !== undefined) payloads.push(thread.build({ id: facts.thread }));
  if (facts.replaces !== undefined) payloads.push(replace.build({ id: facts.replaces }));
  if (facts.when !== undefined) payloads.push(delay.build({ stamp: facts.when, from: facts.delayedBy }));
  return payloads;
}
