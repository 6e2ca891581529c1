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
  /** How many processes share the domain, what comes for it being spread over them by its sender. */
  readonly sharers: number;
  readonly clock: Clock;
  readonly newId: NewId;
}

const PING = new Element('ping', 'urn:xmpp:ping');

/** A ping that may be answered. */
interface Course {
  readonly from: string;
  readonly to: string;
}

/** What is asked at the same time; where that is not answered, the next. */
type Step = readonly Course[];

/** To ourselves, which needs no knowledge of the server; then to the domain above. */
function stepsAlone(domain: string): readonly Step[] {
  return [[{ from: domain, to: domain }], [{ from: domain, to: domain.slice(domain.indexOf('.') + 1) }]];
}

/**
 * Of many senders, one will be among those that the server has chosen this process for: that each of so many belongs to
 * others happens once in ten million times.
 */
function stepsAmong(sharers: number, domain: string): readonly Step[] {
  const jids = Array.from({ length: 16 * sharers }, (_, i) => `fence-${i + 1}@${domain}`);
  return [jids.map((jid) => ({ from: jid, to: jid }))];
}

/** The part of the time that a first answer may take: it decides about nothing but the way. */
const FIRST = 2;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** One ping at a time; who asks meanwhile waits for the next one. */
export class Fence {
  readonly #options: FenceOptions;
  readonly #steps: readonly Step[];
  #step = 0;
  /** The one that was answered. */
  #course: Course | undefined;
  /** Whether nothing was answered on a whole stream: when that happens again, the server does not answer pings at all. */
  #wasSilent = false;
  #isPaused = false;
  /** The ping that is on its way; while no course is known, the last one. */
  #id: string | undefined;
  /** Before any answer has come: what was asked, and which way. A slow server may answer the first after the last. */
  readonly #tried = new Map<string, Course>();
  readonly #crossing: Waiter[] = [];
  readonly #waiting: Waiter[] = [];
  #cancelTimeout: () => void = () => {};

  constructor(options: FenceOptions) {
    this.#options = options;
    const { sharers, domain } = options;
    this.#steps = sharers === 1 ? stepsAlone(domain) : stepsAmong(sharers, domain);
  }

  /**
   * Resolves when the server has read what was sent before; at once where the server answers no pings at all, which two
   * streams must have shown, since then nothing better can be known. Rejects when the stream breaks.
   */
  pass(): Promise<void> {
    if (this.#course === undefined && this.#step === this.#steps.length) return Promise.resolve();
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
    if (attrs.from !== course.from && attrs.from !== course.to) return false;
    this.#course = course;
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
    // On the next stream the server may have chosen this process for other senders.
    if (this.#options.sharers > 1) this.#course = undefined;
    if (this.#course === undefined) this.#step = 0;
    this.#settle((waiter) => waiter.reject(reason));
  }

  #ping(): void {
    this.#crossing.push(...this.#waiting.splice(0));
    if (this.#course !== undefined) this.#ask(this.#course);
    else for (const course of this.#steps[this.#step] as Step) this.#tried.set(this.#ask(course), course);
    if (!this.#isPaused) this.#expectAnswer();
  }

  #ask(course: Course): string {
    const id = this.#options.newId();
    this.#id = id;
    this.#options.send(iq({ type: 'get', ...course, id }, PING));
    return id;
  }

  #expectAnswer(): void {
    const { clock, timeout } = this.#options;
    const patience = this.#course === undefined ? timeout / FIRST : timeout;
    this.#cancelTimeout = clock.after(patience, () => this.#expired());
  }

  #expired(): void {
    if (this.#course !== undefined) return this.#options.onTimeout();
    this.#step++;
    if (this.#step < this.#steps.length) return this.#ping();
    // With sharers there was no place for this process when it connected: the server sends it nothing until it connects
    // anew. Alone, the link is dead or the server answers no pings: the next stream will tell.
    const isKnown = this.#wasSilent;
    this.#wasSilent = true;
    if (this.#options.sharers > 1 || !isKnown) return this.#options.onTimeout();
    this.#crossing.push(...this.#waiting.splice(0));
    this.#settle((waiter) => waiter.resolve());
  }

  #settle(how: (waiter: Waiter) => void): void {
    this.#id = undefined;
    this.#cancelTimeout();
    for (const waiter of this.#crossing.splice(0)) how(waiter);
  }
}
