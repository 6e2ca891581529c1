/** Watches messages pass: counts and measures all, and remembers what happened to the latest. */

import { detached } from '../../stanza/detached.ts';
import { bareOf, type Element, type JID } from '../../stanza/index.ts';
import { MAX_ID_LENGTH } from '../guard/guard.ts';
import type { Log } from '../log.ts';
import { withoutText } from '../log-stanza.ts';
import { briefly, inContext } from './context.ts';
import { Metrics, type Outcome, type StanzaKind } from './metrics.ts';
import { now, Trace, traceId } from './trace.ts';

/** What is logged, and where. */
export interface Logged {
  readonly log: Log;
  /** The names of elements whose text is left out. */
  readonly logStripElements: readonly string[];
}

export class Watch {
  readonly metrics = new Metrics();
  readonly #gateway: Logged;
  /** The latest messages: a ring. */
  readonly #traces: (Trace | undefined)[];
  #next = 0;
  /** The stanza that has come last, counted from 1. */
  #arrivals = 0;
  readonly #inProgress = new Set<Trace>();
  /** What the plugin has said and has not gone to the server yet, by user and stanza id. */
  readonly #unsent = new Map<string, Trace>();
  /** Bare JIDs of users of whom everything is logged. */
  readonly #verboseUsers = new Set<string>();

  /** @param capacity how many messages to remember. */
  constructor(gateway: Logged, capacity: number) {
    this.#gateway = gateway;
    this.#traces = new Array(capacity);
  }

  /** A stanza has come. */
  arrived(stanza: Element): void {
    this.#arrivals++;
    this.metrics.received[stanza.name as StanzaKind]++;
    if (this.#isLogged(stanza.attrs.from)) this.#logStanza('received', stanza, traceId(this.#arrivals));
  }

  /** The stanza that has come last is a message from somebody. */
  begin(stanza: Element, from: JID, to: JID): Trace {
    const { id } = stanza.attrs;
    const xmppId = id === undefined ? undefined : detached(id.slice(0, MAX_ID_LENGTH));
    const trace = new Trace(this.#arrivals, 'to-network', from.bare, to.bare, xmppId, undefined);
    this.metrics.messagesReceived++;
    this.#inProgress.add(trace);
    this.#keep(trace);
    return trace;
  }

  /** Runs the handler of a message, when it is its turn. What it logs says which message it is about. */
  handle<T>(trace: Trace, handler: () => T): T {
    trace.startedAt = now();
    this.metrics.steps.wait.observe((trace.startedAt - trace.begunAt) / 1000);
    if (!this.isVerbose(trace.user)) return handler();
    return inContext({ trace: trace.id, isVerbose: true }, handler);
  }

  /** It is known whom a message is for. */
  found(trace: Trace): void {
    trace.calledAt = now();
    this.metrics.steps['look-up'].observe((trace.calledAt - trace.startedAt) / 1000);
  }

  end(trace: Trace, outcome: Outcome, error?: string): void {
    trace.endedAt = now();
    trace.outcome = outcome;
    trace.error = error;
    this.metrics.outcomes[outcome]++;
    this.#inProgress.delete(trace);
    // What was ignored has not been started; what was refused may not have been for anybody.
    if (trace.calledAt !== 0) this.metrics.steps.handle.observe((trace.endedAt - trace.calledAt) / 1000);
    if (this.isVerbose(trace.user)) this.#logEnd(trace);
  }

  /** The plugin has said something that gets this id. */
  say(user: string, chat: string, xmppId: string, legacyId: string): void {
    const trace = new Trace(++this.#arrivals, 'to-user', user, chat, xmppId, legacyId);
    this.#keep(trace);
    // Not everything that gets an id is sent.
    if (this.#unsent.size >= this.#traces.length) this.#unsent.clear();
    this.#unsent.set(`${user} ${xmppId}`, trace);
  }

  /** A stanza goes to the server. */
  sent(stanza: Element): void {
    this.metrics.sent[stanza.name as StanzaKind]++;
    const trace = this.#saidBefore(stanza);
    if (this.#isLogged(stanza.attrs.to)) this.#logStanza('sent', stanza, trace?.id);
  }

  /** The message that a stanza is, if the plugin has said it: it is on its way now. */
  #saidBefore(stanza: Element): Trace | undefined {
    const { id, to } = stanza.attrs;
    if (this.#unsent.size === 0 || stanza.name !== 'message' || id === undefined || to === undefined) return undefined;
    const key = `${bareOf(to)} ${id}`;
    const trace = this.#unsent.get(key);
    if (trace === undefined) return undefined;
    this.#unsent.delete(key);
    trace.endedAt = now();
    trace.outcome = 'sent';
    this.metrics.steps.order.observe((trace.endedAt - trace.begunAt) / 1000);
    return trace;
  }

  /** How many messages of users are being handled or wait for it, and for how many seconds the oldest has. */
  get backlog(): { readonly count: number; readonly age: number } {
    const [oldest] = this.#inProgress;
    return { count: this.#inProgress.size, age: oldest === undefined ? 0 : (now() - oldest.begunAt) / 1000 };
  }

  /** The messages that have this id on either side, or that the log calls so; the oldest first. */
  find(id: string): Trace[] {
    const found = this.#traces.filter(
      (each): each is Trace => each !== undefined && (each.xmppId === id || each.legacyId === id || each.id === id),
    );
    return found.sort((a, b) => a.begunAt - b.begunAt);
  }

  /** Whether everything about somebody is logged. */
  isVerbose(user: string): boolean {
    return this.#gateway.log.level === 'debug' || (this.#verboseUsers.size > 0 && this.#verboseUsers.has(user));
  }

  /** Logs everything about somebody, from now on or no more. */
  setVerbose(user: string, isVerbose: boolean): void {
    if (isVerbose) this.#verboseUsers.add(user);
    else this.#verboseUsers.delete(user);
  }

  get verboseUsers(): Iterable<string> {
    return this.#verboseUsers;
  }

  /** Runs something that may log what went wrong with a message. */
  about<T>(trace: Trace | undefined, task: () => T): T {
    if (trace === undefined) return task();
    return briefly({ trace: trace.id, isVerbose: this.isVerbose(trace.user) }, task);
  }

  /** Asked first: to write stanzas that nobody reads would cost more than to handle them. @param jid a full one. */
  #isLogged(jid = ''): boolean {
    if (this.#gateway.log.level === 'debug') return true;
    return this.#verboseUsers.size > 0 && this.#verboseUsers.has(bareOf(jid));
  }

  #logStanza(what: 'received' | 'sent', stanza: Element, trace: string | undefined): void {
    const { log, logStripElements } = this.#gateway;
    briefly({ trace, isVerbose: true }, () => log.debug({ xml: String(withoutText(stanza, logStripElements)) }, what));
  }

  #logEnd(trace: Trace): void {
    const { xmppId, legacyId, outcome, error } = trace;
    const ms = Math.round((trace.endedAt - trace.begunAt) * 10) / 10;
    this.about(trace, () => this.#gateway.log.debug({ xmppId, legacyId, outcome, error, ms }, 'done'));
  }

  #keep(trace: Trace): void {
    this.#traces[this.#next] = trace;
    this.#next = this.#next + 1 === this.#traces.length ? 0 : this.#next + 1;
  }
}
