/**
 * The journal of both directions: what users do is stored before the plugin is asked to do it, what the network says is
 * stored before it is written to the server. What comes in a few turns of the event loop goes into one transaction, and
 * with it the ids of the messages.
 */

import type { Kysely } from 'kysely';
import type { Clock } from '../../stanza/index.ts';
import { nextTurn } from '../serial.ts';
import { JournalIds } from './journal-id.ts';
import { JournalQueries } from './journal-queries.ts';
import { JournalStatements } from './journal-statements.ts';
import type { Schema } from './schema.ts';
import {
  type Arrival,
  MAX_TURNS,
  type NewEvent,
  type NewPair,
  type Outgoing,
  type Pair,
  partsOf,
  Turn,
} from './turn.ts';

/** UTF-16 code units of one row at most, unless a single stanza is longer: rows are what is read back at once. */
const ROW_SIZE = 65_536;

export interface JournalOptions {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  /** Hears of what could not be written. */
  readonly onError: (error: unknown) => void;
  /** The number of this process among those that share the database. */
  readonly worker: number;
  /** The greatest key that is in use. */
  readonly last: number;
}

export class Journal {
  /** What is stored; without what waits to be. */
  readonly stored: JournalQueries;
  readonly #clock: Clock;
  readonly #worker: number;
  readonly #ids: JournalIds;
  readonly #statements: JournalStatements;
  readonly #onError: (error: unknown) => void;
  /** Gets what has been stored, in order. */
  #onOutgoing: (outgoing: readonly Outgoing[]) => void = () => {};
  #turn = new Turn();
  /** What is being written. */
  #current: Turn | undefined;
  #writing: Promise<void> | undefined;
  /** Stanzas that have been taken and not yet been passed on. */
  #outgoing = 0;
  #isClosed = false;

  constructor({ db, clock, onError, worker, last }: JournalOptions) {
    this.stored = new JournalQueries(db, worker);
    this.#ids = new JournalIds(clock, worker, last);
    this.#statements = new JournalStatements(db);
    this.#onError = onError;
    this.#clock = clock;
    this.#worker = worker;
  }

  /** Says who writes to the server. */
  connect(onOutgoing: (outgoing: readonly Outgoing[]) => void): void {
    this.#onOutgoing = onOutgoing;
  }

  /** A key for an event. */
  newId(): number {
    return this.#ids.next();
  }

  /** Whether something is to be written to the server before what comes now. */
  get hasOutgoing(): boolean {
    return this.#outgoing > 0;
  }

  /**
   * Remembers which stanza carries which message.
   * @returns `undefined` when that is sent only once, and is on its way already.
   */
  note(pair: NewPair): Pair | undefined {
    const { userId, chat, xmppId, fromUser, sending = 'no' } = pair;
    const key = `${userId} ${fromUser} ${chat} ${xmppId}`;
    const known = this.#turn.pairs.get(key);
    const isKnown = known !== undefined && known.outId !== null && known.legacyId === pair.legacyId;
    if (sending === 'once' && isKnown) return undefined;
    const noted = { ...pair, outId: sending === 'no' ? null : 0 };
    this.#open().pairs.set(key, noted);
    return noted;
  }

  /** Takes a stanza that is for the server. With `xml` it is stored before; without it only keeps its place. */
  send(stanza: Outgoing['stanza'], xml: string, pair: Pair | undefined): void {
    this.#open().outgoing.push({ stanza, xml, pair, outId: 0 });
    this.#outgoing++;
  }

  /** The server has read everything up to this row. */
  read(outId: number): void {
    this.#open().readUpTo = outId;
  }

  /** Stores what a user has done. */
  arrive(event: Omit<NewEvent, 'arrived' | 'worker' | 'error'>): Promise<Arrival> {
    return new Promise((arrived) => {
      this.#open().events.push({ ...event, worker: this.#worker, error: null, arrived });
    });
  }

  /** Notes that the plugin is about to get an event. Resolves when that is stored; rejects when it cannot be. */
  hand(id: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      this.#open().handed.push({ id, done });
    });
  }

  /** The plugin has taken an event. */
  sent(id: number): void {
    this.#open().sent.push(id);
  }

  /** An event has come to an end, or back to its beginning. */
  end(id: number, state: 'pending' | 'failed' | 'unknown' | 'parked', error?: string, xml?: string): void {
    this.#open().ended.push({ id, state, error: error ?? null, xml });
  }

  /** Resolves when everything said so far is stored, and passed on. */
  async flushed(): Promise<void> {
    const last = this.#turn.isEmpty ? this.#current : this.#turn;
    if (last !== undefined) await new Promise<void>((resolve) => last.waiters.push(resolve));
  }

  /** Writes what is left; what comes afterwards is not stored any more. */
  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    this.#isClosed = true;
  }

  #open(): Turn {
    if (!this.#isClosed) this.#writing ??= this.#nextTurns().then(() => this.#write());
    return this.#turn;
  }

  async #write(): Promise<void> {
    const turn = this.#turn;
    this.#current = turn;
    this.#turn = new Turn();
    this.#assignRows(turn.outgoing);
    const known = await this.#store(turn);
    this.#outgoing -= turn.outgoing.length;
    try {
      this.#onOutgoing(
        known.size === 0 ? turn.outgoing : turn.outgoing.filter(({ pair }) => pair === undefined || !known.has(pair)),
      );
    } catch (error) {
      // It is stored: it can still be written later. What comes next must be.
      this.#onError(error);
    }
    this.#current = undefined;
    for (const wake of turn.waiters) wake();
    this.#writing = this.#turn.isEmpty ? undefined : this.#nextTurns().then(() => this.#write());
  }

  /** A few turns, which take no time when there is nothing to do in them; when there is, more is written at once. */
  async #nextTurns(): Promise<void> {
    let turns = 0;
    do await nextTurn();
    while (++turns < MAX_TURNS && !this.#turn.isDue);
  }

  /** Returns the pairs whose messages have been sent before. */
  async #store(turn: Turn): Promise<ReadonlySet<Pair>> {
    try {
      return await this.#statements.write(turn, this.#worker, this.#clock.now());
    } catch (error) {
      return this.#storeApart(turn, error);
    }
  }

  async #storeApart(turn: Turn, cause: unknown): Promise<ReadonlySet<Pair>> {
    const parts = [...partsOf(turn)];
    if (parts.length === 1) {
      this.#onError(cause);
      for (const event of turn.events) event.arrived('lost');
      for (const { done } of turn.handed) done(cause);
      // What cannot be stored is sent all the same, if it can be sent now.
      for (const outgoing of turn.outgoing) outgoing.outId = 0;
      return new Set();
    }
    // What was one row is several now: each stanza is stored, or not, by itself.
    for (const each of turn.outgoing) this.#assignRows([each]);
    const known = new Set<Pair>();
    for (const part of parts) for (const pair of await this.#store(part)) known.add(pair);
    return known;
  }

  #assignRows(outgoing: readonly Outgoing[]): void {
    let outId = 0;
    let size = 0;
    for (const each of outgoing) {
      if (each.xml === '') continue;
      if (outId === 0 || size + each.xml.length > ROW_SIZE) {
        outId = this.#ids.next();
        size = 0;
      }
      size += each.xml.length;
      each.outId = outId;
      if (each.pair !== undefined) each.pair.outId = outId;
    }
  }
}
