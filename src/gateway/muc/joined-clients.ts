/** The user's clients that are in a room: how they come and go, and what is said to them. */

import { type Element, type JID, readdressed } from '../../stanza/index.ts';
import { STATUS } from '../../xep/0045-muc.ts';
import { type Departure, occupantGone } from '../outgoing/room.ts';
import type { Pair } from '../store/turn.ts';
import type { LegacyMUC } from './room.ts';

interface Client {
  readonly jid: JID;
  /** What is said while the client is still being told who is there, and what was said before. */
  held: Element[] | undefined;
}

export class JoinedClients {
  readonly #room: LegacyMUC;
  readonly #save: (jids: readonly string[]) => void;
  readonly #clients = new Map<string, Client>();

  /** @param save stores the full JIDs of those who are there, for the next start. */
  constructor(room: LegacyMUC, save: (jids: readonly string[]) => void) {
    this.#room = room;
    this.#save = save;
  }

  get isEmpty(): boolean {
    return this.#clients.size === 0;
  }

  /** Their full JIDs. */
  get jids(): string[] {
    return [...this.#clients.keys()];
  }

  has(jid: JID): boolean {
    return this.#clients.has(jid.full);
  }

  /**
   * From now on the client gets what is sent to all, but only once it is told that it is `ready`: first comes what it
   * must know to understand the rest. Joining again begins anew.
   */
  add(jid: JID): void {
    this.#clients.set(jid.full, { jid, held: [] });
  }

  /** It could not join after all. */
  cancel(jid: JID): void {
    this.#clients.delete(jid.full);
  }

  /** It has joined. `knows` tells which of what was said meanwhile the client has got already, as history. */
  ready(jid: JID, knows: (stanza: Element) => boolean): void {
    const client = this.#clients.get(jid.full);
    if (client?.held !== undefined) {
      const { held } = client;
      client.held = undefined;
      for (const stanza of held) if (!knows(stanza)) this.#room.session.xmpp.send(stanza);
    }
    this.#changed();
  }

  /** A client has gone. Returns whether it was there. */
  remove(jid: JID): boolean {
    if (!this.#clients.delete(jid.full)) return false;
    this.#changed();
    if (this.isEmpty) this.#room.onLastClientLeft?.().catch((error) => this.#room.session.xmpp.exception(error));
    return true;
  }

  /** Takes all of them out of the room, and tells them why. */
  removeAll(why: Departure): void {
    const statuses = [...(why.statuses ?? []), STATUS.self];
    this.broadcast(occupantGone(this.#room.userParticipant.facts, { ...why, statuses }));
    this.#clients.clear();
    this.#changed();
  }

  /** Tells a client that it is not in the room. */
  tellGone(jid: string, ...statuses: readonly number[]): void {
    this.sendTo(jid, occupantGone(this.#room.userParticipant.facts, { statuses: [STATUS.self, ...statuses] }));
  }

  /**
   * These were here when the gateway ended without a word: they are told that they are not any more, so that they come
   * again.
   */
  dismissStale(jids: readonly string[]): void {
    for (const jid of jids) this.tellGone(jid, STATUS.shutdown);
    if (jids.length > 0) this.#save([]);
  }

  /** Sends a stanza, which has no addressee yet, to one client, whether it is ready or not: it would join again. */
  sendTo(jid: string, stanza: Element): void {
    this.#room.session.xmpp.sendTransient(readdressed(stanza, { to: jid }));
  }

  /**
   * Sends a stanza, which has no addressee yet, to each of them, or to all others. It must not be lost.
   * @param pair the message of the network that it carries.
   */
  broadcast(stanza: Element, except?: string, pair?: Pair): void {
    for (const [jid, client] of this.#clients) {
      if (jid === except) continue;
      const mine = readdressed(stanza, { to: jid });
      if (client.held === undefined) this.#room.session.xmpp.send(mine, pair);
      else client.held.push(mine);
    }
  }

  #changed(): void {
    if (this.isEmpty) this.#room.shown.clear();
    this.#save(this.jids);
  }
}
