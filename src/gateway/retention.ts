/** How long what is stored is kept. */

import type { Clock } from '../stanza/index.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Before this time, in milliseconds since 1970, nothing is kept. `days` is 0 for ever. */
export function keptSince(clock: Clock, days: number): number {
  return days === 0 ? Number.NEGATIVE_INFINITY : clock.now() - days * DAY;
}

export interface RetentionOptions {
  readonly clock: Clock;
  /** Forgets what is too old. */
  readonly forget: () => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export class Retention {
  readonly #options: RetentionOptions;
  #cancel: (() => void) | undefined;
  #forgetting: Promise<void> = Promise.resolve();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Forgets what is too old, now and every day. */
  start(): void {
    const { clock, forget, onError } = this.#options;
    this.#forgetting = forget().catch(onError);
    this.#cancel = clock.after(DAY, () => this.start());
  }

  /** Resolves when nothing is being forgotten any more. */
  async stop(): Promise<void> {
    this.#cancel?.();
    await this.#forgetting;
  }
}
