/** What each person may do, and how often. Persons are bare JIDs, registered or not. */

import type { Clock } from '../../stanza/index.ts';
import { LimitError, type XmppError } from '../errors.ts';
import { TokenBucket } from './token-bucket.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What is counted: the option with the number, the time in which it comes back, and what it is called. */
const COUNTED = {
  messages: { option: 'limitMessages', period: MINUTE, called: 'messages' },
  bytes: { option: 'limitBytes', period: MINUTE, called: 'data' },
  requests: { option: 'limitRequests', period: MINUTE, called: 'requests' },
  joins: { option: 'limitJoins', period: MINUTE, called: 'attempts to join rooms' },
  uploads: { option: 'limitUploads', period: MINUTE, called: 'files' },
  people: { option: 'limitPeople', period: HOUR, called: 'people nobody has heard of' },
  logins: { option: 'limitLogins', period: HOUR, called: 'logins' },
  registrations: { option: 'limitRegistrations', period: HOUR, called: 'attempts to register' },
} as const;

export type Counted = keyof typeof COUNTED;

/** How many there may be at a time. */
const AT_A_TIME = {
  pending: { option: 'limitPending', called: 'requests are being worked on' },
} as const;

/** By the names of the options; 0 for no limit. */
export type Allowances = {
  readonly [K in (typeof COUNTED)[Counted]['option'] | (typeof AT_A_TIME)['pending']['option']]: number;
};

interface Person {
  readonly buckets: Map<Counted, TokenBucket>;
  pending: number;
}

/** Persons to remember at most; those that have done nothing for a while are forgotten first. */
const MAX_PERSONS = 20_000;

export class Allowance {
  readonly #limits: Allowances;
  readonly #clock: Clock;
  /** In the order in which they were seen first. */
  readonly #persons = new Map<string, Person>();

  constructor(limits: Allowances, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** How many persons are remembered. */
  get size(): number {
    return this.#persons.size;
  }

  /** Counts something that a person does. Returns the error for one who does too much of it. */
  refusal(person: string, what: Counted, count = 1): XmppError | undefined {
    const { option, period, called } = COUNTED[what];
    const limit = this.#limits[option];
    if (limit === 0) return undefined;
    const now = this.#clock.now();
    const { buckets } = this.#person(person);
    let bucket = buckets.get(what);
    if (bucket === undefined) {
      bucket = new TokenBucket(limit, period, now);
      buckets.set(what, bucket);
    }
    if (bucket.take(now, count)) return undefined;
    const seconds = Math.ceil(bucket.wait(now, count) / 1000);
    return tooMuch(`That were too many ${called}. Try again in ${seconds} seconds.`);
  }

  /** As `refusal`, thrown. @throws XmppError `resource-constraint`. */
  count(person: string, what: Counted, count = 1): void {
    const refusal = this.refusal(person, what, count);
    if (refusal !== undefined) throw refusal;
  }

  /** Runs a task, unless too many of this person's are running already. @throws XmppError `resource-constraint`. */
  async during<T>(person: string, task: () => T | Promise<T>): Promise<T> {
    const limit = this.#limits.limitPending;
    if (limit === 0) return task();
    const entry = this.#person(person);
    if (entry.pending >= limit) throw tooMuch(`${limit} of your requests ${AT_A_TIME.pending.called} already.`);
    entry.pending++;
    try {
      return await task();
    } finally {
      entry.pending--;
    }
  }

  #person(jid: string): Person {
    const known = this.#persons.get(jid);
    if (known !== undefined) return known;
    if (this.#persons.size >= MAX_PERSONS) this.#forget();
    const person = { buckets: new Map(), pending: 0 };
    this.#persons.set(jid, person);
    return person;
  }

  /** Those who have all their tokens lose nothing; if that is not enough, a tenth of the others. */
  #forget(): void {
    const now = this.#clock.now();
    for (const [jid, { buckets, pending }] of this.#persons) {
      if (pending === 0 && [...buckets.values()].every((bucket) => bucket.isFull(now))) this.#persons.delete(jid);
    }
    for (const [jid, { pending }] of this.#persons) {
      if (this.#persons.size <= MAX_PERSONS * 0.9) return;
      if (pending === 0) this.#persons.delete(jid);
    }
  }
}

function tooMuch(text: string): XmppError {
  return new LimitError(text);
}
