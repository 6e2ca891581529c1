/** Which stanzas became which messages, for plugins that want to know. Stored: it outlives the process. */

import type { MessageIds } from './store/message-ids.ts';

/** Ids are unique only within a chat: the one with a contact, or a room. */
interface Chat {
  readonly jid: { readonly local: string };
}

export class Sent {
  readonly #ids: MessageIds;
  readonly #userId: number;

  constructor(ids: MessageIds, userId: number) {
    this.#ids = ids;
    this.#userId = userId;
  }

  /** The stanza of the user that became this message. */
  async xmppId(chat: Chat, legacyMsgId: string): Promise<string | undefined> {
    return (await this.#ids.xmppIds(this.#userId, chat.jid.local, legacyMsgId, 'user')).at(-1);
  }

  /** The message that this stanza of the user became. */
  legacyId(chat: Chat, xmppMsgId: string): Promise<string | undefined> {
    return this.#ids.legacyId(this.#userId, chat.jid.local, xmppMsgId, 'user');
  }

  /** Says that a stanza of the user became a message, where `sendText` could not return its id. */
  set(chat: Chat, legacyMsgId: string, xmppMsgId: string): void {
    const pair = { xmppId: xmppMsgId, legacyId: legacyMsgId, fromUser: true };
    this.#ids.add(this.#userId, chat.jid.local, pair);
  }
}
