/** What the gateway sends, held back while the stream to the server is down. */

import { type ComponentStream, type Element, SerializeError } from '../stanza/index.ts';
import { cleanElement } from './outgoing/clean.ts';

/** Stanzas to hold at most while the stream is down. */
const MAX_HELD = 100_000;

export class Outbox {
  readonly #link: Pick<ComponentStream, 'online' | 'send'>;
  readonly #onLost: (stanza: Element) => void;
  /** In the order in which they were sent. A presence takes the place of the one before between the same two. */
  readonly #held = new Map<string | number, Element>();
  #count = 0;

  /** `onLost` hears of stanzas that found no room. */
  constructor(link: Pick<ComponentStream, 'online' | 'send'>, onLost: (stanza: Element) => void) {
    this.#link = link;
    this.#onLost = onLost;
  }

  /** How many stanzas are held back. */
  get size(): number {
    return this.#held.size;
  }

  send(stanza: Element): void {
    if (this.#link.online) this.#write(stanza);
    else this.#hold(stanza);
  }

  /** Sends what was held back. */
  flush(): void {
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const stanza of held) this.send(stanza);
  }

  #write(stanza: Element): void {
    try {
      this.#link.send(stanza);
    } catch (error) {
      if (!(error instanceof SerializeError)) throw error;
      // A character from the foreign network that XML cannot carry must not cost the message, nor the stream.
      this.#link.send(cleanElement(stanza));
    }
  }

  #hold(stanza: Element): void {
    const { from, to, type } = stanza.attrs;
    const isState = stanza.name === 'presence' && (type === undefined || type === 'unavailable');
    const key = isState ? `${from} ${to}` : this.#count++;
    this.#held.delete(key);
    if (this.#held.size >= MAX_HELD) return this.#onLost(stanza);
    this.#held.set(key, stanza);
  }
}
