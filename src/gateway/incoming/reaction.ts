/** The user reacts to a message. XEP-0444. */

import { find, has } from '../../stanza/index.ts';
import { type Reactions, reactions } from '../../xep/0444-reactions.ts';
import { can, notImplemented } from '../capability.ts';
import { XmppError } from '../errors.ts';
import { reactionMessage } from '../outgoing/notices.ts';
import { type ChatEvent, chatOf, eventOptions, type Route, taken, threadOf } from './route.ts';

export const reaction: Route = {
  takes: (stanza) => has(stanza, reactions),
  isLasting: true,
  async handle(incoming) {
    const { stanza } = incoming;
    const chat = await chatOf(incoming);
    const { session, recipient } = chat;
    if (!can(session, recipient, 'reaction')) throw notImplemented();
    const given = find(stanza, reactions) as Reactions;
    const legacyId = await recipient.conversation.legacyIdOf(given.id);
    const emojis = await allowed(recipient, legacyId, [...new Set(given.emojis)]);
    await session.react?.(recipient, legacyId, emojis, await threadOf(chat, stanza), eventOptions(incoming));
    taken(chat, incoming);
    await mirror(chat, given, legacyId);
  },
};

/** The emoji as the network writes them. @throws XmppError `not-acceptable`: the client then undoes what it shows. */
async function allowed(
  recipient: ChatEvent['recipient'],
  legacyId: string,
  emojis: readonly string[],
): Promise<readonly string[]> {
  if (recipient.reactionsSingleEmoji && emojis.length > 1) {
    throw new XmppError('not-acceptable', 'You can react to a message with one emoji only.');
  }
  const known = await recipient.availableEmojis(legacyId);
  if (known === undefined) return emojis;
  // Clients differ in whether they add the selector that asks for a coloured emoji.
  const plain = (emoji: string) => emoji.replaceAll('\ufe0f', '');
  const spelling = new Map([...known].map((emoji) => [plain(emoji), emoji]));
  return emojis.map((emoji) => {
    const found = known.has(emoji) ? emoji : spelling.get(plain(emoji));
    if (found !== undefined) return found;
    throw new XmppError('not-acceptable', `You can react with these only: ${[...known].join(' ')}`);
  });
}

/** A message that took several stanzas is one on the network: the user sees the reaction on all of them. */
async function mirror({ session, recipient }: ChatEvent, { id, emojis }: Reactions, legacyId: string): Promise<void> {
  const others = (await recipient.conversation.stanzaIdsOf(legacyId)).filter((each) => each !== id);
  for (const other of others) {
    if (recipient.isGroup) recipient.conversation.react(emojis, other);
    else {
      const stanza = reactionMessage(recipient.envelope('user'), emojis, other, session.xmpp.newId());
      session.xmpp.privileges.sendAsUser(session.user.jid, stanza);
    }
  }
}
