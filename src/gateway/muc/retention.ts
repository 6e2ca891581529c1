/** How long what was said in rooms is kept. */

import type { Clock } from '../../stanza/index.ts';
import type { RoomMessages } from '../store/room-messages.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Before this time, in milliseconds since 1970, nothing is kept. `days` is 0 for ever. */
export function keptSince(clock: Clock, days: number): number {
  return days === 0 ? Number.NEGATIVE_INFINITY : clock.now() - days * DAY;
}

export interface RetentionOptions {
  readonly store: Pick<RoomMessages, 'prune'>;
  readonly clock: Clock;
  /** 0 for ever. */
  readonly days: number;
  readonly onError: (error: unknown) => void;
}

export class Retention {
  readonly #options: RetentionOptions;
  #cancel: (() => void) | undefined;
  #pruning: Promise<void> = Promise.resolve();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Forgets what is too old, now and every day. */
  start(): void {
    const { store, clock, days, onError } = this.#options;
    if (days === 0) return;
    this.#pruning = store.prune(keptSince(clock, days)).catch(onError);
    this.#cancel = clock.after(DAY, () => this.start());
  }

  /** Resolves when nothing is being forgotten any more. */
  async stop(): Promise<void> {
    this.#cancel?.();
    await this.#pruning;
  }
}
