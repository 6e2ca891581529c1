/** What is to be written at the end of one turn of the event loop. */

import type { Element } from '../../stanza/index.ts';
import type { EventState, JournalInRow } from './schema.ts';

/** That a stanza carries, or carried, a message of the network. */
export interface NewPair {
  readonly userId: number;
  readonly chat: string;
  readonly xmppId: string;
  readonly legacyId: string;
  readonly fromUser: boolean;
  /**
   * Whether the user gets it: `once` only if it was not sent before, `always` in any case. Default `no`: it only is to be
   * remembered.
   */
  readonly sending?: 'no' | 'once' | 'always';
}

/** A pair on its way to the store. */
export interface Pair extends NewPair {
  /** The row of the journal that holds the stanza; 0 when no stanza is sent; null for what is not for the user now. */
  outId: number | null;
}

/** A stanza on its way to the wire. */
export interface Outgoing {
  readonly stanza: Element | string;
  /** As it is stored; empty for what is only passed on in its place. */
  readonly xml: string;
  /** The message that it carries. It goes nowhere if that has been sent before. */
  readonly pair: Pair | undefined;
  /** The row of the journal; 0 when it is not stored. */
  outId: number;
}

/** What has become of an event that was to be stored. */
export type Arrival =
  /** It is stored. */
  | 'new'
  /** It could not be stored. */
  | 'lost'
  /** It was there. */
  | Pick<JournalInRow, 'id' | 'state'>;

export interface NewEvent extends Omit<JournalInRow, 'state_at'> {
  readonly arrived: (arrival: Arrival) => void;
}

/** An event that has come to an end. */
export interface Ending {
  readonly id: number;
  readonly state: Exclude<EventState, 'handed' | 'sent'>;
  readonly error: string | null;
  /** The stanza, if it changes. */
  readonly xml: string | undefined;
}

/** An event before it is given to the plugin. */
export interface Handing {
  readonly id: number;
  readonly done: (error?: unknown) => void;
}

/** Turns of the event loop whose writes go into one transaction. */
export const MAX_TURNS = 3;

const LARGE = 100;

export class Turn {
  readonly pairs = new Map<string, Pair>();
  readonly outgoing: Outgoing[] = [];
  readonly events: NewEvent[] = [];
  readonly handed: Handing[] = [];
  /** Ids of events that the plugin has taken. */
  readonly sent: number[] = [];
  readonly ended: Ending[] = [];
  /** The server has read everything up to this row. */
  readUpTo = 0;
  /** Called when all of it is written. */
  readonly waiters: (() => void)[] = [];

  /** Whether it must not wait for more: somebody waits for it, or nothing would be gained. */
  get isDue(): boolean {
    return this.waiters.length > 0 || this.outgoing.length + this.events.length + this.sent.length >= LARGE;
  }

  get isEmpty(): boolean {
    return (
      this.outgoing.length === 0 &&
      this.pairs.size === 0 &&
      this.events.length === 0 &&
      this.handed.length === 0 &&
      this.sent.length === 0 &&
      this.ended.length === 0 &&
      this.readUpTo === 0
    );
  }
}

/** One turn for each of its parts: when they cannot be written together, what is wrong with one harms no other. */
export function* partsOf(turn: Turn): Generator<Turn> {
  const part = (fill: (turn: Turn) => void) => {
    const single = new Turn();
    fill(single);
    return single;
  };
  for (const event of turn.events) yield part((single) => single.events.push(event));
  const carriers = new Map<Pair, Outgoing[]>();
  for (const each of turn.outgoing) {
    if (each.pair !== undefined) carriers.set(each.pair, [...(carriers.get(each.pair) ?? []), each]);
  }
  for (const [key, pair] of turn.pairs) {
    yield part((single) => {
      single.pairs.set(key, pair);
      single.outgoing.push(...(carriers.get(pair) ?? []));
    });
  }
  for (const each of turn.outgoing) {
    if (each.pair === undefined) yield part((single) => single.outgoing.push(each));
  }
  for (const each of turn.handed) yield part((single) => single.handed.push(each));
  for (const id of turn.sent) yield part((single) => single.sent.push(id));
  for (const each of turn.ended) yield part((single) => single.ended.push(each));
  if (turn.readUpTo > 0) yield part((single) => Object.assign(single, { readUpTo: turn.readUpTo }));
}
