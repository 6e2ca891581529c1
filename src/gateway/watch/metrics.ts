/**
 * What is counted and measured while messages pass: plain numbers, cheap enough to be kept always. How they are shown
 * is the business of `registry.ts`.
 */

/** What becomes of a message from a user. Their numbers sum up to the messages received, but for those in progress. */
export const OUTCOMES = [
  /** A handler has taken it. */
  'handled',
  /** It was answered with an error that says why. */
  'refused',
  /** Something went wrong that nobody expected: the sender got an error, the log has the rest. */
  'failed',
  /** There is nothing to be done about it, as about the echo of our own. */
  'ignored',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Where the time goes that a message takes. */
export const STEPS = [
  /** From the socket until its turn: messages of one chat wait for each other. */
  'wait',
  /** Finding out whom it is for. */
  'look-up',
  /** The plugin, and what follows from what it says. */
  'handle',
  /** The other way: from the plugin's call until it goes to the server. */
  'order',
] as const;
export type Step = (typeof STEPS)[number];

export const STANZA_KINDS = ['message', 'presence', 'iq'] as const;
export type StanzaKind = (typeof STANZA_KINDS)[number];

/** Seconds: from what memory takes to what a network takes. */
const BOUNDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30];

export class Histogram {
  readonly bounds: readonly number[] = BOUNDS;
  /** How many fell between each bound and the one before; the last counts what is beyond all of them. */
  readonly counts = new Float64Array(BOUNDS.length + 1);
  sum = 0;

  observe(seconds: number): void {
    let i = 0;
    while (i < BOUNDS.length && seconds > (BOUNDS[i] as number)) i++;
    this.counts[i] = (this.counts[i] as number) + 1;
    this.sum += seconds;
  }
}

export class Metrics {
  readonly received: Record<StanzaKind, number> = { message: 0, presence: 0, iq: 0 };
  readonly sent: Record<StanzaKind, number> = { message: 0, presence: 0, iq: 0 };
  messagesReceived = 0;
  readonly outcomes: Record<Outcome, number> = { handled: 0, refused: 0, failed: 0, ignored: 0 };
  readonly steps: Record<Step, Histogram> = {
    wait: new Histogram(),
    'look-up': new Histogram(),
    handle: new Histogram(),
    order: new Histogram(),
  };
  /** How often the stream to the server came up. */
  connects = 0;
  /** What the plugin, or the gateway, did not expect. */
  exceptions = 0;
}
