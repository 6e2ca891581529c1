/** The user's clients that are in a room. */

import { Element, type JID } from '../../stanza/index.ts';
import type { Pair } from '../store/turn.ts';

interface Client {
  readonly jid: JID;
  /** What is said while the client is still being told who is there, and what was said before. */
  held: Element[] | undefined;
}

export class JoinedClients {
  readonly #clients = new Map<string, Client>();
  readonly #send: (stanza: Element, pair?: Pair) => void;
  readonly #sendTransient: (stanza: Element) => void;

  /**
   * @param send sends what must not be lost.
   * @param sendTransient sends what a client learns when it joins: it would join again.
   */
  constructor(send: (stanza: Element, pair?: Pair) => void, sendTransient: (stanza: Element) => void) {
    this.#send = send;
    this.#sendTransient = sendTransient;
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

  /** `knows` tells which of what was said meanwhile the client has got already, as history. */
  ready(jid: JID, knows: (stanza: Element) => boolean): void {
    const client = this.#clients.get(jid.full);
    if (client?.held === undefined) return;
    const { held } = client;
    client.held = undefined;
    for (const stanza of held) if (!knows(stanza)) this.#send(stanza);
  }

  /** Returns whether it was there. */
  remove(jid: JID): boolean {
    return this.#clients.delete(jid.full);
  }

  clear(): void {
    this.#clients.clear();
  }

  /** Sends a stanza, which has no addressee yet, to one of them, whether it is ready or not. */
  sendTo(jid: string, stanza: Element): void {
    this.#sendTransient(addressed(stanza, jid));
  }

  /**
   * Sends a stanza, which has no addressee yet, to each of them, or to all others.
   * @param pair the message of the network that it carries.
   */
  broadcast(stanza: Element, except?: string, pair?: Pair): void {
    for (const [jid, client] of this.#clients) {
      if (jid === except) continue;
      const mine = addressed(stanza, jid);
      if (client.held === undefined) this.#send(mine, pair);
      else client.held.push(mine);
    }
  }
}

function addressed(stanza: Element, to: string): Element {
  return new Element(stanza.name, stanza.ns, { ...stanza.attrs, to }, stanza.children);
}
