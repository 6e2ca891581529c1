/** A text for a contact. */

import { body, type Element, find, findAll, has } from '../../stanza/index.ts';
import { slice } from '../../xep/0426-character-counting.ts';
import { fallback, realBody } from '../../xep/0428-fallback.ts';
import { NS as NS_REPLY, reply } from '../../xep/0461-replies.ts';
import { can, notImplemented } from '../capability.ts';
import { linkPreviewsOf } from '../outgoing/link-preview.ts';
import type { ReplyOptions } from '../session.ts';
import { acknowledge, type ChatEvent, chatOf, type Incoming, type Route, remember, threadOf } from './route.ts';

export const text: Route = {
  takes: (stanza) => has(stanza, body),
  async handle(incoming) {
    const chat = await chatOf(incoming);
    await sendText(chat, incoming);
  },
};

/** `prefix` says what the text is, where the network cannot. */
export async function sendText(chat: ChatEvent, incoming: Incoming, prefix = ''): Promise<void> {
  const { session, contact } = chat;
  const { stanza } = incoming;
  if (session.sendText === undefined) throw notImplemented();
  const { text: words, options } = await replyOptions(chat, stanza);
  const linkPreviews = linkPreviewsOf(stanza);
  const legacyId = await session.sendText(contact, prefix + words, { ...options, linkPreviews });
  remember(chat, stanza, legacyId);
  acknowledge(chat, incoming);
}

/** What the message answers, and its text without the quotation of that, if the network knows replies. */
export async function replyOptions(
  chat: ChatEvent,
  stanza: Element,
): Promise<{ readonly text: string; readonly options: ReplyOptions }> {
  const { session, contact } = chat;
  const whole = find(stanza, body) ?? '';
  const thread = await threadOf(chat, stanza);
  const to = find(stanza, reply);
  const known = to === undefined ? undefined : await contact.conversation.knownLegacyIdOf(to.id);
  // The reader must see what is answered: with a reply that is one, or else with the quotation.
  if (known === undefined || !can(session, contact, 'replies')) return { text: whole, options: { thread } };
  const isToUser = to?.to?.split('/')[0] === session.user.jid.bare;
  return {
    text: realBody(stanza, NS_REPLY) ?? '',
    options: {
      replyToMsgId: known,
      replyToFallbackText: quotationIn(stanza, whole),
      replyTo: isToUser ? undefined : contact,
      thread,
    },
  };
}

function quotationIn(stanza: Element, whole: string): string | undefined {
  const regions = findAll(stanza, fallback)
    .filter((each) => each.for === NS_REPLY)
    .flatMap((each) => each.bodies);
  const [region] = regions;
  if (region === undefined) return undefined;
  const quoted = slice(whole, region.start ?? 0, region.end);
  return quoted.replace(/^> ?/gm, '').trimEnd();
}
