/** How long what is stored is kept. */

import type { Clock } from '../stanza/index.ts';
import type { BaseGateway } from './gateway.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Before this time, in milliseconds since 1970, nothing is kept. `days` is 0 for ever. */
export function keptSince(clock: Clock, days: number): number {
  return days === 0 ? Number.NEGATIVE_INFINITY : clock.now() - days * DAY;
}

/** Forgets what is older than the configuration of a gateway says. */
export async function forgetOld({ clock, config, store, log }: BaseGateway): Promise<void> {
  await store.prune({
    roomMessages: keptSince(clock, config.mamMaxDays),
    messages: keptSince(clock, config.messageMaxDays),
    registrations: clock.now() - config.partialRegistrationTimeout * 1000,
  });
  const before = keptSince(clock, config.journalMaxDays);
  if (!Number.isFinite(before)) return;
  const { outgoing } = await store.journal.stored.purge(new Date(before));
  if (outgoing > 0) log.error({ rows: outgoing }, 'lost: it has waited for too long for the server');
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
