/**
 * What a server is asked to do. IRC answers little of that: what is wrong with it comes before the answer to a ping that is
 * sent after it.
 */

import { XmppError } from 'slipway';
import type { Clock } from 'slipway/stanza';
import { type ErrorReply, errorReply, xmppErrorOf } from './errors.ts';
import { PATIENCE } from './login.ts';
import { Throttle, type ThrottleOptions } from './throttle.ts';

export interface RequestsOptions extends ThrottleOptions {
  /** Of the network, for those who read errors. */
  readonly name: string;
  /** The same for all names that are the same there. */
  readonly fold: (name: string) => string;
}

export class Requests {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #fold: (name: string) => string;
  readonly #throttle: Throttle;
  /** Whoever has asked for something hears what errors there are. */
  readonly #asking = new Set<(reply: ErrorReply) => void>();
  readonly #pongs = new Map<string, () => void>();
  /** Those who wait for an answer, to be told that none will come. */
  readonly #waiting = new Set<(why: Error) => void>();
  #count = 0;

  constructor({ name, fold, ...flood }: RequestsOptions) {
    this.#name = name;
    this.#clock = flood.clock;
    this.#fold = fold;
    this.#throttle = new Throttle(flood);
  }

  /**
   * Sends these lines, and waits until the server has seen them.
   * @param about the channel or nick that error replies to these lines name.
   * @param confirmed what must come besides, unless there is an error: a bouncer answers pings by itself.
   * @throws XmppError with what the server says.
   */
  async ask(about: string, lines: readonly string[], confirmed?: Promise<void>): Promise<void> {
    let refusal: ErrorReply | undefined;
    let refuse = () => {};
    const refused = new Promise<void>((resolve) => {
      refuse = resolve;
    });
    const listen = (reply: ErrorReply) => {
      const names = reply.params.slice(0, -1).map(this.#fold);
      if (names.length > 0 && !names.includes(this.#fold(about))) return;
      refusal ??= reply;
      refuse();
    };
    this.#asking.add(listen);
    try {
      for (const line of lines) await this.#throttle.send(line);
      await this.#ping();
      if (confirmed !== undefined) await this.answer(Promise.race([confirmed, refused]));
    } finally {
      this.#asking.delete(listen);
    }
    if (refusal !== undefined) throw xmppErrorOf(refusal);
  }

  /** Sends a line for which nobody must wait, and which nobody misses. */
  offer(line: string): void {
    this.#throttle.offer(line);
  }

  /** The answer, when it comes. @throws XmppError when none does: the connection breaks, or it takes too long. */
  answer<T>(coming: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (why: Error) => {
        cancel();
        this.#waiting.delete(stop);
        reject(why);
      };
      const cancel = this.#clock.after(PATIENCE, () =>
        stop(new XmppError('remote-server-timeout', `${this.#name} does not answer.`)),
      );
      this.#waiting.add(stop);
      coming.then((answer) => {
        cancel();
        this.#waiting.delete(stop);
        resolve(answer);
      }, stop);
    });
  }

  /** A line has come from the server. */
  heard(line: string): void {
    const reply = errorReply(line);
    if (reply !== undefined) for (const tell of this.#asking) tell(reply);
  }

  ponged(token = ''): void {
    this.#pongs.get(token)?.();
  }

  /** The connection is gone. */
  lost(error: Error): void {
    this.#throttle.clear(error);
    for (const stop of [...this.#waiting]) stop(error);
  }

  async #ping(): Promise<void> {
    const token = `slipway-${++this.#count}`;
    const pong = new Promise<void>((resolve) => this.#pongs.set(token, resolve));
    try {
      await this.#throttle.send(`PING ${token}`);
      await this.answer(pong);
    } finally {
      this.#pongs.delete(token);
    }
  }
}
