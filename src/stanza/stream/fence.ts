/**
 * Knowing what the other side has read. A component stream acknowledges nothing (XEP-0114), but a server reads in order:
 * when it answers a ping (XEP-0199), it has read everything that was sent before it. Any answer will do, an error too;
 * and so does the ping itself, when it comes back because it was addressed to ourselves.
 */

import type { Clock } from '../clock.ts';
import type { NewId } from '../id.ts';
import { iq } from '../stanza.ts';
import { Element } from '../xml/element.ts';

export interface FenceOptions {
  readonly send: (ping: Element) => void;
  /** The component's own domain: who asks. */
  readonly domain: string;
  /** Milliseconds in which an answer must come. */
  readonly timeout: number;
  /** No answer came in time: the link is half open, or the server hangs. */
  readonly onTimeout: () => void;
  readonly clock: Clock;
  readonly newId: NewId;
}

const PING = new Element('ping', 'urn:xmpp:ping');

/** A ping that may be answered. */
interface Course {
  readonly from: string;
  readonly to: string;
}

/**
 * To ourselves, which needs no knowledge of the server; to the domain above. And where several processes share one
 * domain and what comes is spread over them by its sender (ejabberd's `domain_balancing`): from one of these senders.
 */
function coursesOf(domain: string): readonly Course[] {
  const above = domain.slice(domain.indexOf('.') + 1);
  const others = [1, 2, 3, 4, 5, 6].map((n) => `fence-${n}@${domain}`);
  return [{ from: domain, to: domain }, { from: domain, to: above }, ...others.map((jid) => ({ from: jid, to: jid }))];
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** One ping at a time; who asks meanwhile waits for the next one. */
export class Fence {
  readonly #options: FenceOptions;
  readonly #courses: readonly Course[];
  /** Which of them: the one that was answered, or is being tried. */
  #course = 0;
  /** Whether any ping has ever been answered: before that, silence says nothing about the link. */
  #isProven = false;
  #isPaused = false;
  /** The ping that is on its way. */
  #id: string | undefined;
  /** Before any answer has come: what was asked, and which way. A slow server may answer the first after the last. */
  readonly #tried = new Map<string, number>();
  readonly #crossing: Waiter[] = [];
  readonly #waiting: Waiter[] = [];
  #cancelTimeout: () => void = () => {};

  constructor(options: FenceOptions) {
    this.#options = options;
    this.#courses = coursesOf(options.domain);
  }

  /**
   * Resolves when the server has read what was sent before; at once where the server answers no pings at all, since then
   * nothing better can be known. Rejects when the stream breaks.
   */
  pass(): Promise<void> {
    if (this.#course === this.#courses.length) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#id === undefined) this.#ping();
    });
  }

  /** Takes an iq. Returns whether it was the answer to our ping, or the ping itself. */
  handle({ attrs }: Element): boolean {
    const { id = '' } = attrs;
    const course = this.#tried.get(id) ?? (id === this.#id ? this.#course : undefined);
    if (course === undefined) return false;
    const { from, to } = this.#courses[course] as Course;
    if (attrs.from !== from && attrs.from !== to) return false;
    this.#course = course;
    this.#isProven = true;
    this.#tried.clear();
    this.#settle((waiter) => waiter.resolve());
    if (this.#waiting.length > 0) this.#ping();
    return true;
  }

  /** While we do not read, no answer can come. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (this.#id === undefined) return;
    this.#cancelTimeout();
    if (!isPaused) this.#expectAnswer();
  }

  /** The stream is no more. */
  reset(reason = new Error('the stream broke')): void {
    this.#crossing.push(...this.#waiting.splice(0));
    this.#isPaused = false;
    this.#tried.clear();
    if (!this.#isProven) this.#course = 0;
    this.#settle((waiter) => waiter.reject(reason));
  }

  #ping(): void {
    const { newId, send } = this.#options;
    this.#id = newId();
    if (!this.#isProven) this.#tried.set(this.#id, this.#course);
    this.#crossing.push(...this.#waiting.splice(0));
    send(iq({ type: 'get', ...(this.#courses[this.#course] as Course), id: this.#id }, PING));
    if (!this.#isPaused) this.#expectAnswer();
  }

  #expectAnswer(): void {
    const { clock, timeout } = this.#options;
    const patience = this.#isProven ? timeout : timeout / this.#courses.length;
    this.#cancelTimeout = clock.after(patience, () => this.#expired());
  }

  #expired(): void {
    if (this.#isProven) return this.#options.onTimeout();
    this.#course++;
    if (this.#course < this.#courses.length) return this.#ping();
    this.#crossing.push(...this.#waiting.splice(0));
    this.#settle((waiter) => waiter.resolve());
  }

  #settle(how: (waiter: Waiter) => void): void {
    this.#id = undefined;
    this.#cancelTimeout();
    for (const waiter of this.#crossing.splice(0)) how(waiter);
  }
}
