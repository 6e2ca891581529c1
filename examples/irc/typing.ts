/** Who is typing: IRCv3 typing. What users do is told not too often; what is told is forgotten after a while. */

import type { Actor } from 'slipway';
import type { Clock } from 'slipway/stanza';

export type TypingState = 'active' | 'paused' | 'done';

/** All in milliseconds. */
const BETWEEN = 3_000;
/** It is said again while it lasts: others assume the end of it after 6 s. */
const AGAIN = 4_000;
const FORGOTTEN = 6_000;
/** XMPP's clients say once that the user is typing: one that says no more has gone perhaps. XEP-0085 §5.1. */
const LONGEST = 30_000;

interface Notice {
  wanted: TypingState;
  wantedAt: number;
  told: TypingState;
  toldAt: number;
  cancel?: () => void;
}

/** That the user is typing, to each channel and person. */
export class TypingNotices {
  readonly #clock: Clock;
  readonly #tell: (target: string, state: TypingState) => void;
  readonly #notices = new Map<string, Notice>();

  constructor(clock: Clock, tell: (target: string, state: TypingState) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  set(target: string, wanted: TypingState): void {
    const wantedAt = this.#clock.now();
    const notice = this.#notices.get(target);
    if (notice !== undefined) Object.assign(notice, { wanted, wantedAt });
    // Who has not begun cannot stop.
    else if (wanted !== 'active') return;
    else this.#notices.set(target, { wanted, wantedAt, told: 'done', toldAt: Number.NEGATIVE_INFINITY });
    this.#run(target);
  }

  /** The user has said something: that is the end of typing it. */
  said(target: string): void {
    const notice = this.#notices.get(target);
    if (notice !== undefined) Object.assign(notice, { wanted: 'done', told: 'done' });
  }

  clear(): void {
    for (const { cancel } of this.#notices.values()) cancel?.();
    this.#notices.clear();
  }

  #run(target: string): void {
    const notice = this.#notices.get(target) as Notice;
    const now = this.#clock.now();
    if (notice.wanted === 'active' && now >= notice.wantedAt + LONGEST) notice.wanted = 'paused';
    const isOver = notice.wanted !== 'active' && notice.wanted === notice.told;
    const next = notice.toldAt + (notice.wanted === 'active' && notice.told === 'active' ? AGAIN : BETWEEN);
    notice.cancel?.();
    if (now < next) {
      notice.cancel = this.#clock.after(next - now, () => this.#run(target));
    } else if (isOver) {
      this.#notices.delete(target);
    } else {
      notice.told = notice.wanted;
      notice.toldAt = now;
      this.#tell(target, notice.told);
      this.#run(target);
    }
  }
}

/** That others are typing. */
export class TypingPeople {
  readonly #clock: Clock;
  readonly #ends = new Map<Actor, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param isThere whether anybody would see that it has ended. */
  told(actor: Actor, state: string, isThere: () => boolean): void {
    this.said(actor);
    if (state === 'done') actor.active();
    if (state === 'paused') actor.paused();
    if (state !== 'active') return;
    actor.composing();
    this.#ends.set(
      actor,
      this.#clock.after(FORGOTTEN, () => {
        this.#ends.delete(actor);
        if (isThere()) actor.paused();
      }),
    );
  }

  /** Has said something, or is not there any more. */
  said(actor: Actor): void {
    this.#ends.get(actor)?.();
    this.#ends.delete(actor);
  }

  clear(): void {
    for (const cancel of this.#ends.values()) cancel();
    this.#ends.clear();
  }
}
