/** What actors speak in: it knows ids, keeps the order, and passes stanzas on. */

import type { Element } from '../stanza/index.ts';
import { Serial } from './serial.ts';

/** Somebody who wrote a message: a JID for replies to it, and a name for quotations. */
export interface Author {
  readonly jid: string;
  readonly name: string;
}

/** What is known of a message, by its id. */
export interface Referred {
  readonly author?: Author | undefined;
  readonly body?: string | undefined;
}

/** Ids of XMPP for ids of the network, and what else is known of what they stand for. */
export interface IdLookup {
  /** The stanza that carried a message; what the session's converter makes of the id when none is known. */
  stanzaIdOf(legacyMsgId: string): Promise<string>;
  /** The `id` attribute of that stanza, which corrections name: in a room it may be another. */
  messageIdOf(legacyMsgId: string): Promise<string>;
  /** All stanzas that carried it, if it took several. */
  stanzaIdsOf(legacyMsgId: string): Promise<readonly string[]>;
  /** The thread that the user's client began, or else the network's own. */
  threadOf(legacyThread: string | undefined): Promise<string | undefined>;
  /** What a reply must say of a message, as far as it is known. */
  referred(legacyMsgId: string): Promise<Referred>;
}

/** In whose name something is said; or, in rooms, that it was said and is for the archive only. */
export type Voice = 'actor' | 'user' | 'archive';

/** The conversation that an actor speaks in: it knows ids, keeps the order, and passes stanzas on. */
export interface Conversation {
  /** Sends a stanza after all that was sent before. */
  send(stanza: Element, voice: Voice): void;
  /** Sends, in the same order, a stanza for which something must be looked up first. */
  sendLater(build: (ids: IdLookup) => Promise<Element | undefined>, voice: Voice): void;
  /** The id for the stanza that will carry a message: remembered with the message's own when the stanza is sent. */
  idFor(legacyMsgId: string, voice: Voice): string;
  /** Whether a message of the network has been sent before. */
  isSent(legacyMsgId: string, voice: Voice): Promise<boolean>;
  /** A fresh id. */
  newId(): string;
  /** Remembers a stanza that carries a part of a message, beside the one that has its id. */
  partSent(stanzaId: string, legacyMsgId: string, voice: Voice): void;
  /** The stanzas of such parts; they are forgotten. */
  takeParts(legacyMsgId: string): Promise<readonly string[]>;
  /** `when`, unless it is so recent that it may count as now. */
  delay(when: Date | undefined): Date | undefined;
  /** Who to name as the one that held back what comes late. */
  readonly delayedBy: string;
}

/**
 * Keeps the order in which things were said, also when something must be looked up for one of them.
 *
 * @typeParam V what is known about who says it: a voice, or more where several speak.
 */
export abstract class Ordered<V = Voice> {
  /** Holds stanzas that wait for something to be looked up, and those after them. Made when it is first needed. */
  #waiting: Serial | undefined;

  protected abstract readonly ids: IdLookup;
  protected abstract emit(stanza: Element, voice: V): void;
  /** Called with what went wrong in looking something up. */
  protected abstract failed(error: unknown): void;

  send(stanza: Element, voice: V): void {
    if (this.#waiting === undefined || this.#waiting.idle) this.emit(stanza, voice);
    else this.sendLater(async () => stanza, voice);
  }

  sendLater(build: (ids: IdLookup) => Promise<Element | undefined>, voice: V): void {
    this.#waiting ??= new Serial();
    this.#waiting
      .run(async () => {
        const stanza = await build(this.ids);
        if (stanza !== undefined) this.emit(stanza, voice);
      })
      .catch((error) => this.failed(error));
  }
}
