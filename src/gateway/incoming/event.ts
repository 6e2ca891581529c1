/** Something that a user has done in a chat, with what the journal knows of it. */

import { type Element, serialize } from '../../stanza/index.ts';
import type { Journal } from '../store/journal.ts';
import { refuse, whyOf } from './outcome.ts';
import type { Incoming, JournaledEvent } from './route.ts';

export class Event implements JournaledEvent {
  readonly id: number;
  readonly incoming: Incoming;
  readonly #journal: Journal;
  #isHanded: boolean;
  #isSent = false;

  constructor(journal: Journal, id: number, incoming: Incoming, isHanded: boolean) {
    this.#journal = journal;
    this.id = id;
    this.incoming = { ...incoming, event: this };
    this.#isHanded = isHanded;
  }

  get stanza(): Element {
    return this.incoming.stanza;
  }

  /** The same whenever this event is given to the plugin. */
  get key(): string {
    return this.id.toString(36);
  }

  get isSent(): boolean {
    return this.#isSent;
  }

  get isHanded(): boolean {
    return this.#isHanded;
  }

  async hand(): Promise<void> {
    if (this.#isHanded) return;
    await this.#journal.hand(this.id);
    this.#isHanded = true;
  }

  sent(): void {
    if (this.#isSent) return;
    this.#isSent = true;
    this.#journal.sent(this.id);
  }

  /** It is for later. */
  pend(): void {
    if (!this.#isHanded) return;
    this.#isHanded = false;
    this.#journal.end(this.id, 'pending');
  }

  end(state: 'failed' | 'unknown' | 'parked', error: unknown): void {
    const told = refuse(this.incoming, error);
    this.#journal.end(this.id, state, whyOf(told), state === 'parked' ? undefined : '');
  }

  /** The same once more, under the key that it had. */
  reopened(id: number): Event {
    this.#journal.end(id, 'pending', undefined, serialize(this.stanza));
    return new Event(this.#journal, id, this.incoming, false);
  }
}
