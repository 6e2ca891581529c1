/** Whether a session can be used, and waiting for it. */

import type { Clock } from '../stanza/index.ts';

/** `gone` is for good: the user has left, or another session has taken its place. */
type State = 'logged-out' | 'logging-in' | 'logged-in' | 'ready' | 'failed' | 'gone';

export class Readiness {
  readonly #clock: Clock;
  #state: State = 'logged-out';
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get state(): State {
    return this.#state;
  }

  /** Whether the session on the network is up, with or without its contacts. */
  get logged(): boolean {
    return this.#state === 'logged-in' || this.#state === 'ready';
  }

  set(state: State): void {
    if (this.#state === 'gone') return;
    this.#state = state;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves with `true` when it is ready; with `false` when that takes longer than `ms`, or the login has failed. */
  async wait(ms: number): Promise<boolean> {
    if (this.#isDecided) return this.#state === 'ready';
    await new Promise<void>((resolve) => {
      const finish = () => {
        cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const wake = () => this.#isDecided && finish();
      const cancel = this.#clock.after(ms, finish);
      this.#waiting.add(wake);
    });
    return this.#state === 'ready';
  }

  /** Nobody needs to wait for a login that has failed: it is tried again in minutes at best. */
  get #isDecided(): boolean {
    return this.#state === 'ready' || this.#state === 'failed' || this.#state === 'gone';
  }
}
