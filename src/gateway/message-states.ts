/** What became of a message, by what the journal knows: also after a restart, for as long as it is kept. */

import type { Outbox } from './outbox.ts';
import type { Store } from './store/store.ts';

/**
 * How far a message got. From the user to the network: `pending` until the plugin gets it, `handed` until it answers,
 * then `sent`, `failed`, `unknown` where nobody can say, or `parked` for an administrator. To the user: `pending` until
 * it is written to the server, `sent`, and `acknowledged` once the server has read it; `failed` when it returned it;
 * `archived` for what only went to the history of a room.
 */
export type DeliveryState =
  | 'pending'
  | 'handed'
  | 'sent'
  | 'failed'
  | 'unknown'
  | 'parked'
  | 'acknowledged'
  | 'archived';

export interface MessageState {
  readonly direction: 'to-network' | 'to-user';
  /** The localpart of the chat's JID. */
  readonly chat: string;
  readonly stanzaId: string;
  /** The id on the network, where it has one. */
  readonly legacyId: string | undefined;
  readonly state: DeliveryState;
  /** When it came, or was sent; where that is still known. */
  readonly at: Date | undefined;
  /** What the sender was told; or, to the user, why it was returned. */
  readonly error: string | undefined;
}

export class MessageStates {
  readonly #store: Store;
  readonly #outbox: Pick<Outbox, 'written'>;

  constructor(store: Store, outbox: Pick<Outbox, 'written'>) {
    this.#store = store;
    this.#outbox = outbox;
  }

  /** The messages of a user that have this id on either side. */
  async find(userId: number, id: string): Promise<readonly MessageState[]> {
    const { journal, messageIds } = this.#store;
    await journal.flushed();
    const pairs = await messageIds.find(userId, id);
    const found: MessageState[] = [];
    for (const { chat, xmppId, legacyId, outId, at, error } of pairs.filter(({ fromUser }) => !fromUser)) {
      const isRead = outId === null || !(await journal.stored.isOutgoing(outId));
      const isWritten = outId !== null && outId <= this.#outbox.written;
      const way = outId === null ? 'archived' : isRead ? 'acknowledged' : isWritten ? 'sent' : 'pending';
      const state = error === undefined ? way : 'failed';
      found.push({ direction: 'to-user', chat, stanzaId: xmppId, legacyId, state, at, error });
    }
    const own = pairs.filter(({ fromUser }) => fromUser);
    for (const stanzaId of new Set([id, ...own.map(({ xmppId }) => xmppId)])) {
      for (const { chat, state, error, at } of await journal.stored.eventsWith(userId, stanzaId)) {
        const legacyId = own.find((pair) => pair.chat === chat && pair.xmppId === stanzaId)?.legacyId;
        found.push({ direction: 'to-network', chat, stanzaId, legacyId, state, at, error });
      }
    }
    return found;
  }
}
