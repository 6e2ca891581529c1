/**
 * What the gateway sends, on its way to the server.
 *
 * What people say is stored first, and kept until the server has read it: a fence after it proves that. While the server
 * is away, or slow, it stays in the journal and is read from there when there is room; what was written and not
 * acknowledged when the link broke is written again, with the same ids, before anything newer. All else is state: of
 * presences only the last one counts, which is told again as well when the server may not have read it; and what somebody
 * is typing is not worth waiting for.
 */

import {
  type Clock,
  type ComponentStream,
  type Element,
  NS as NS_CLIENT,
  SerializeError,
  serialize,
} from '../stanza/index.ts';
import { NS as NS_CHAT_STATES } from '../xep/0085-chat-states.ts';
import { NS as NS_HINTS } from '../xep/0334-hints.ts';
import { cleanElement } from './outgoing/clean.ts';
import { isAboutSubscription } from './outgoing/presence.ts';
import { nextTurn } from './serial.ts';
import type { Journal } from './store/journal.ts';
import type { Outgoing, Pair } from './store/turn.ts';

/** Milliseconds that a fence waits for more to be behind it; when there are only some presences, which nobody waits for. */
const FENCE_DELAY = 5;
const STATE_FENCE_DELAY = 1000;

/** Presences of which so many are not kept for longer than needed: what lives for long is dear to collect. */
const MANY_STATES = 500;

/** Milliseconds after which what is stored is read again when it could not be. */
const PUMP_AGAIN = 1000;

/**
 * Stanzas that are not stored and wait for a server that is slow: beyond, the gateway stops reading, since most of them
 * are answers.
 */
const MAX_HELD = 10_000;

type Link = Pick<ComponentStream, 'online' | 'writable' | 'send' | 'sendRaw' | 'drained' | 'fence' | 'pause'>;

export interface OutboxOptions {
  readonly link: Link;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** A presence, and the how many-th it is. */
interface Written {
  readonly presence: Element;
  readonly number: number;
}

export class Outbox {
  readonly #link: Link;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  /** What is not stored, in the order in which it was sent. A presence takes the place of the one before. */
  readonly #held = new Map<string | number, Element | string>();
  #count = 0;
  /** Presences that were written and not read yet, as far as is known, in that order: what was lost is written again. */
  #unread: Written[] = [];
  #presences = 0;
  /** The last row that is stored, the last one written to this stream, and the last one that the server has read. */
  #stored = 0;
  #written = 0;
  #read = 0;
  /** Whether more is stored than was written: then what comes now must wait. */
  #isBehind = false;
  /** How many stanzas are stored that are to be written later. */
  #late = 0;
  #isPumping = false;
  #isFencing = false;
  /** The fence that is to come: after how many milliseconds, and how to prevent it. */
  #nextFence: { readonly delay: number; readonly cancel: () => void } | undefined;
  #isReadingPaused = false;

  constructor({ link, journal, clock, onError }: OutboxOptions) {
    this.#link = link;
    this.#journal = journal;
    this.#clock = clock;
    this.#onError = onError;
    journal.connect((outgoing) => this.#take(outgoing));
  }

  /** How many stanzas wait for the server, as far as this process has sent them. */
  get size(): number {
    return this.#held.size + this.#late;
  }

  /** Looks what is left from the last time. */
  async load(): Promise<void> {
    this.#stored = await this.#journal.stored.lastOutgoing();
    this.#isBehind = this.#stored > 0;
  }

  /** Sends a stanza. What people say, and what changes who sees whom, outlives the link and the process. */
  send(stanza: Element, pair?: Pair): void {
    if (isLasting(stanza)) this.#journal.send(stanza, textOf(stanza), pair);
    else this.sendTransient(stanza);
  }

  /** Sends what is of no use later: answers to questions, state; or XML as it is. */
  sendTransient(stanza: Element | string): void {
    if (this.#journal.hasOutgoing) this.#journal.send(stanza, '', undefined);
    else this.#pass(stanza);
  }

  /** The stream is up: what it was not told comes first. */
  online(): void {
    this.#written = this.#read;
    this.#isBehind = this.#stored > this.#read;
    if (this.#isReadingPaused) this.#link.pause(true);
    this.#holdUnread();
    this.#pump();
  }

  /** Stops reading from the server: the rest of the gateway has enough to do. */
  pauseReading(paused: boolean): void {
    this.#pause(this.#held.size >= MAX_HELD, paused);
  }

  #pause(isFull: boolean, isReadingPaused: boolean): void {
    this.#isReadingPaused = isReadingPaused;
    this.#link.pause(isFull || isReadingPaused);
  }

  /** Resolves when everything has been stored, and the server keeps up. */
  async drained(): Promise<void> {
    await this.#journal.flushed();
    if (this.#link.online) await this.#link.drained();
  }

  /** Resolves when the server has read all there is. Rejects when it cannot. */
  async finish(): Promise<void> {
    await this.#journal.flushed();
    while (this.#isBehind && this.#link.online) await this.#link.drained().then(() => nextTurn());
    // What is written while the fence is on its way is behind it.
    const [upTo, presences] = [this.#written, this.#presences];
    await this.#link.fence();
    this.#acknowledge(upTo, presences);
    if (this.#written > this.#read || this.#unread.length > 0) return;
    this.#nextFence?.cancel();
    this.#nextFence = undefined;
  }

  /**
   * Writes what another process has stored and could not write any more. Resolves when the server has read it; rejects
   * when it cannot.
   */
  async sendFor(xml: readonly string[]): Promise<void> {
    for (const each of xml) {
      if (this.#link.online && !this.#link.writable) await this.#link.drained();
      this.#link.sendRaw(each);
    }
    await this.#link.fence();
  }

  /** What has been stored, in order; and between it what is not. */
  #take(outgoing: readonly Outgoing[]): void {
    for (const { stanza, xml, outId } of outgoing) {
      if (xml === '' || outId === 0) {
        this.#pass(stanza);
        continue;
      }
      // A new row: only between them there can be a break, since they are read back as a whole.
      if (outId !== this.#stored) {
        this.#stored = outId;
        this.#isBehind ||= !this.#link.online || !this.#link.writable;
      }
      if (this.#isBehind) {
        this.#late++;
        continue;
      }
      this.#link.sendRaw(xml);
      this.#written = outId;
    }
    if (this.#isBehind) this.#pump();
    this.#fenceSoon();
  }

  #pass(stanza: Element | string): void {
    if (this.#link.online && this.#link.writable && !this.#isBehind) this.#write(stanza);
    else this.#hold(stanza);
  }

  #write(stanza: Element | string): void {
    if (typeof stanza === 'string') return this.#link.sendRaw(stanza);
    this.#noteUnread(stanza);
    try {
      this.#link.send(stanza);
    } catch (error) {
      if (!(error instanceof SerializeError)) throw error;
      // A character from the foreign network that XML cannot carry must not cost the message, nor the stream.
      this.#link.send(cleanElement(stanza));
    }
  }

  #noteUnread(stanza: Element): void {
    if (!isState(stanza)) return;
    this.#unread.push({ presence: stanza, number: ++this.#presences });
    // Which are outdated is only looked for when it matters: there are very many, and most are read at once.
    if (this.#unread.length >= 2 * MAX_HELD) this.#unread = lastOfEach(this.#unread).slice(-MAX_HELD);
    this.#fenceSoon();
  }

  /** What the server may not have read comes before what has been said since; unless that tells the same state. */
  #holdUnread(): void {
    const newer = [...this.#held];
    this.#held.clear();
    for (const { presence } of lastOfEach(this.#unread)) this.#held.set(stateOf(presence), presence);
    for (const [key] of newer) this.#held.delete(key);
    for (const [key, stanza] of newer) this.#held.set(key, stanza);
    this.#unread = [];
    if (this.#held.size >= MAX_HELD) this.#pause(true, this.#isReadingPaused);
  }

  #hold(stanza: Element | string): void {
    if (typeof stanza !== 'string' && isChatState(stanza)) return;
    const key = typeof stanza !== 'string' && isState(stanza) ? stateOf(stanza) : this.#count++;
    this.#held.delete(key);
    this.#held.set(key, stanza);
    if (this.#held.size === MAX_HELD) this.#pause(true, this.#isReadingPaused);
    this.#pump();
  }

  /** Writes what waits, as fast as the server takes it. */
  #pump(): void {
    if (this.#isPumping || !this.#link.online) return;
    this.#isPumping = true;
    this.#pumpAll().catch((error) => {
      this.#onError(error);
      // The database may be away for a moment; what is stored there would wait until something else is to be sent.
      this.#clock.after(PUMP_AGAIN, () => this.#pump());
    });
  }

  async #pumpAll(): Promise<void> {
    try {
      while (this.#link.online) {
        if (!this.#link.writable) await this.#link.drained();
        this.#release();
        if (this.#isBehind) await this.#writePage();
        else if (this.#held.size === 0) return;
      }
    } finally {
      // At once, not in a later turn: what comes now must find that nobody pumps.
      this.#isPumping = false;
    }
  }

  async #writePage(): Promise<void> {
    const after = this.#written;
    const rows = await this.#journal.stored.outgoingAfter(after);
    // The link may have broken and come back in the meantime.
    if (!this.#link.online || this.#written !== after) return;
    for (const { id, xml } of rows) {
      this.#link.sendRaw(xml);
      this.#written = id;
    }
    this.#isBehind = rows.length > 0 && this.#written < this.#stored;
    if (!this.#isBehind) this.#late = 0;
    this.#fenceSoon();
  }

  /** Writes what was held back. */
  #release(): void {
    const wasFull = this.#held.size >= MAX_HELD;
    for (const [key, stanza] of this.#held) {
      if (!this.#link.online || !this.#link.writable) return;
      this.#held.delete(key);
      this.#write(stanza);
    }
    if (wasFull) this.#pause(false, this.#isReadingPaused);
  }

  #fenceSoon(): void {
    if (this.#isFencing || !this.#link.online) return;
    const isAllRead = this.#written <= this.#read;
    const states = this.#unread.length;
    if (isAllRead && states === 0) return;
    const delay = isAllRead && states < MANY_STATES ? STATE_FENCE_DELAY : FENCE_DELAY;
    if (this.#nextFence !== undefined) {
      if (this.#nextFence.delay <= delay) return;
      this.#nextFence.cancel();
    }
    this.#nextFence = { delay, cancel: this.#clock.after(delay, () => this.#fence()) };
  }

  #fence(): void {
    this.#nextFence = undefined;
    this.#isFencing = true;
    const [upTo, presences] = [this.#written, this.#presences];
    this.#link
      .fence()
      .then(
        () => this.#acknowledge(upTo, presences),
        // The link is broken: what it was to prove is written again.
        () => undefined,
      )
      .then(() => {
        this.#isFencing = false;
        this.#fenceSoon();
      });
  }

  #acknowledge(upTo: number, presences: number): void {
    const next = this.#unread.findIndex(({ number }) => number > presences);
    this.#unread = next === -1 ? [] : this.#unread.slice(next);
    if (upTo <= this.#read) return;
    this.#read = upTo;
    this.#journal.read(upTo);
  }
}

/** What must not be lost: what is said, and who may see whom. */
function isLasting(stanza: Element): boolean {
  if (stanza.name === 'presence') return isAboutSubscription(stanza.attrs.type);
  if (stanza.name !== 'message' || stanza.attrs.type === 'headline') return false;
  return !stanza.children.some(
    (child) => typeof child !== 'string' && child.ns === NS_HINTS && child.name === 'no-store',
  );
}

/** Whether it is a presence that tells a state: only the last one counts. */
function isState({ name, attrs: { type } }: Element): boolean {
  return name === 'presence' && (type === undefined || type === 'unavailable');
}

/** Whose state towards whom a presence tells. */
function stateOf({ attrs: { from, to } }: Element): string {
  return `${from} ${to}`;
}

function lastOfEach(written: readonly Written[]): Written[] {
  const last = new Map<string, Written>();
  for (const each of written) {
    const state = stateOf(each.presence);
    last.delete(state);
    last.set(state, each);
  }
  return [...last.values()];
}

function isChatState(stanza: Element): boolean {
  return (
    stanza.name === 'message' &&
    stanza.getChild('body') === undefined &&
    stanza.children.some((child) => typeof child !== 'string' && child.ns === NS_CHAT_STATES)
  );
}

/** As the journal has it: what stands in a stream of clients, whatever stream it will go on. */
function textOf(stanza: Element): string {
  try {
    return serialize(stanza, NS_CLIENT);
  } catch (error) {
    if (!(error instanceof SerializeError)) throw error;
    return serialize(cleanElement(stanza), NS_CLIENT);
  }
}
