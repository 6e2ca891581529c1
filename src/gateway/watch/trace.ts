/** What happened to one message: when it came, when it went on, what it is called on both sides, what went wrong. */

import type { Outcome } from './metrics.ts';

/** Milliseconds since the process began, with fractions. */
export const now = (): number => performance.now();

export class Trace {
  /** Names it in the log: see `id`. */
  readonly number: number;
  /** From the user to the network, or the other way. */
  readonly direction: 'to-network' | 'to-user';
  /** The bare JID of the user. */
  readonly user: string;
  /** The bare JID of the contact or room; of the gateway itself for what is written to it. */
  readonly chat: string;
  /** The id of the stanza. */
  readonly xmppId: string | undefined;
  /** The id of the message on the network, when it is known. */
  legacyId: string | undefined;
  /** These times are of `now`, and 0 for what has not happened. */
  readonly begunAt: number;
  /** It is its turn. */
  startedAt = 0;
  /** It is known whom it is for: the plugin is called. */
  calledAt = 0;
  /** It is done; or, on the way to the user, it went to the server. */
  endedAt = 0;
  outcome: Outcome | 'sent' | undefined;
  /** What the sender was told, or what the log has more of. */
  error: string | undefined;

  constructor(
    number: number,
    direction: Trace['direction'],
    user: string,
    chat: string,
    xmppId: string | undefined,
    legacyId: string | undefined,
  ) {
    this.number = number;
    this.direction = direction;
    this.user = user;
    this.chat = chat;
    this.xmppId = xmppId;
    this.legacyId = legacyId;
    this.begunAt = now();
  }

  /** The same in every line of the log that is about this message. */
  get id(): string {
    return traceId(this.number);
  }
}

/** Runs of the gateway are told apart by the time at which they began. */
const RUN = Math.floor(performance.timeOrigin / 1000).toString(36);

export function traceId(number: number): string {
  return `${RUN}-${number.toString(36)}`;
}
