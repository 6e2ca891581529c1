/**
 * What the workers of one component say to each other: LISTEN and NOTIFY of PostgreSQL. What is said to one that is not
 * there is gone.
 */

import { createHash } from 'node:crypto';
import type { NewId } from '../../stanza/index.ts';

/** To whom something is said. */
export type Audience = number | 'all';

export interface BusOptions {
  /** The component's domain. */
  readonly jid: string;
  /** The number of this worker. */
  readonly worker: number;
  readonly listen: (channel: string, hear: (said: string) => void) => Promise<void>;
  /** Says these on a channel, in this order, or none of them. */
  readonly notify: (channel: string, parts: readonly string[]) => Promise<void>;
  readonly newId: NewId;
  readonly onError: (error: unknown) => void;
}

/** Characters of one part at most, all of them ASCII: PostgreSQL takes less than 8000 bytes. */
const PART = 7800;

/** What has been said so far of something that comes in parts. */
interface Incomplete {
  readonly parts: string[];
  readonly count: number;
}

export class Bus {
  readonly #options: BusOptions;
  readonly #handlers = new Map<string, (content: unknown, from: number) => void>();
  readonly #incomplete = new Map<string, Incomplete>();

  constructor(options: BusOptions) {
    this.#options = options;
  }

  /** Says who hears about a topic. */
  on(topic: string, handler: (content: unknown, from: number) => void): void {
    this.#handlers.set(topic, handler);
  }

  async open(): Promise<void> {
    const { worker, listen } = this.#options;
    const hear = (said: string) => this.#hear(said);
    await listen(this.#channel(worker), hear);
    await listen(this.#channel('all'), hear);
  }

  /** Says something: any value of JSON. What is said to all, oneself does not hear. */
  async tell(to: Audience, topic: string, content: unknown): Promise<void> {
    const { worker, notify, newId } = this.#options;
    const text = ascii(JSON.stringify({ topic, content }));
    const id = newId();
    const count = Math.ceil(text.length / PART);
    const parts = Array.from({ length: count }, (_, i) => {
      return `${worker} ${id} ${count} ${text.slice(i * PART, (i + 1) * PART)}`;
    });
    await notify(this.#channel(to), parts);
  }

  #hear(said: string): void {
    const [, from = '', id = '', count = '', part = ''] = /^(\d+) (\S+) (\d+) (.*)$/s.exec(said) ?? [];
    if (Number(from) === this.#options.worker) return;
    const known = this.#incomplete.get(id) ?? { parts: [], count: Number(count) };
    known.parts.push(part);
    if (known.parts.length < known.count) {
      this.#incomplete.set(id, known);
      return;
    }
    this.#incomplete.delete(id);
    try {
      const { topic, content } = JSON.parse(known.parts.join(''));
      this.#handlers.get(topic)?.(content, Number(from));
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Names of channels are short. */
  #channel(audience: Audience): string {
    const name = createHash('sha256').update(this.#options.jid).digest('hex').slice(0, 16);
    return `slipway_${name}_${audience}`;
  }
}

function ascii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
