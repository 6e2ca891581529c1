/** A text for a contact, or in a room. */

import { bareOf, body, type Element, find, findAll, has, JID } from '../../stanza/index.ts';
import { slice } from '../../xep/0426-character-counting.ts';
import { fallback, realBody } from '../../xep/0428-fallback.ts';
import { NS as NS_REPLY, reply } from '../../xep/0461-replies.ts';
import { can, notImplemented } from '../capability.ts';
import { type Mention, mentionsFromReferences, withoutOverlaps } from '../muc/mentions.ts';
import type { LegacyParticipant } from '../muc/participant.ts';
import type { LegacyMUC } from '../muc/room.ts';
import { linkPreviewsOf } from '../outgoing/link-preview.ts';
import type { ReplyOptions } from '../session.ts';
import { type ChatEvent, chatOf, eventOptions, type Incoming, type Route, taken, threadOf } from './route.ts';

export const text: Route = {
  takes: (stanza) => has(stanza, body),
  isLasting: true,
  async handle(incoming) {
    const chat = await chatOf(incoming);
    await sendText(chat, incoming);
  },
};

/** `prefix` says what the text is, where the network cannot. */
export async function sendText(chat: ChatEvent, incoming: Incoming, prefix = ''): Promise<void> {
  const { session, recipient } = chat;
  const { stanza } = incoming;
  if (session.sendText === undefined) throw notImplemented();
  const { text: words, options } = await replyOptions(chat, incoming);
  const text = prefix + words;
  const details = { linkPreviews: linkPreviewsOf(stanza), mentions: mentionsIn(chat, stanza, text) };
  taken(chat, incoming, await session.sendText(recipient, text, { ...options, ...details }));
}

/** What the message answers, and its text without the quotation of that, if the network knows replies. */
export async function replyOptions(
  chat: ChatEvent,
  incoming: Incoming,
): Promise<{ readonly text: string; readonly options: ReplyOptions }> {
  const { session, recipient } = chat;
  const { stanza } = incoming;
  const common = eventOptions(incoming);
  const whole = find(stanza, body) ?? '';
  const thread = await threadOf(chat, stanza);
  const to = find(stanza, reply);
  const known = to === undefined ? undefined : await recipient.conversation.knownLegacyIdOf(to.id);
  // The reader must see what is answered: with a reply that is one, or else with the quotation.
  if (known === undefined || !can(session, recipient, 'replies'))
    return { text: whole, options: { ...common, thread } };
  return {
    text: realBody(stanza, NS_REPLY) ?? '',
    options: {
      ...common,
      replyToMsgId: known,
      replyToFallbackText: quotationIn(stanza, whole),
      replyTo: authorOf(chat, to?.to),
      thread,
    },
  };
}

/** Whom the text names, in a room: as the client has marked it, and by nicknames where it has not. */
export function mentionsIn(
  { recipient: room }: ChatEvent,
  stanza: Element,
  text: string,
): readonly Mention<LegacyParticipant>[] {
  if (!room.isGroup) return [];
  const marked = mentionsFromReferences(stanza, text, (jid) => participantAt(room, jid));
  return withoutOverlaps(marked, room.parseMentions(text));
}

/** Who has this address: one in the room, or that of a contact. Not the user. */
function participantAt(room: LegacyMUC, address: string): LegacyParticipant | undefined {
  const jid = JID.tryParse(address);
  if (jid === undefined) return undefined;
  const { contacts } = room.session;
  const contact = jid.domain === room.jid.domain ? contacts.ifKnownLocal(jid.local) : undefined;
  const found =
    jid.bare === room.jid.bare ? room.occupants.byResource(jid.resource) : contact && room.occupants.byContact(contact);
  return found?.isUser ? undefined : found;
}

/** Who wrote what is answered; nobody when it was the user. */
function authorOf({ session, recipient }: ChatEvent, jid: string | undefined): ReplyOptions['replyTo'] {
  if (!recipient.isGroup) return jid !== undefined && bareOf(jid) === session.user.jid.bare ? undefined : recipient;
  const author = recipient.occupants.byResource(jid?.slice(jid.indexOf('/') + 1) ?? '');
  return author?.isUser ? undefined : author;
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
