/** How long to wait before trying again: longer each time, and never the same for everyone. */

export interface Backoff {
  /** Milliseconds before the first retry. Default 1000. */
  readonly initial: number;
  /** Milliseconds at most. Default 60000. */
  readonly max: number;
  /** A number from 0 to 1, 1 excluded. */
  readonly random: () => number;
}

export const DEFAULT_BACKOFF: Backoff = { initial: 1000, max: 60_000, random: Math.random };

/** The milliseconds to wait before retry number `attempt`, counted from 0: between half and all of a doubled delay. */
export function delayBefore(attempt: number, { initial, max, random }: Backoff): number {
  const full = Math.min(max, initial * 2 ** Math.min(attempt, 30));
  return Math.round(full / 2 + (full / 2) * random());
}
