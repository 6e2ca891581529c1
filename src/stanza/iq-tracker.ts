/** Requests that wait for their answer. RFC 6120 §8.2.3. */

import { type Clock, systemClock } from './clock.ts';
import type { Codec } from './codec.ts';
import { type NewId, newId } from './id.ts';
import { JID } from './jid.ts';
import { iq, payloadOf } from './stanza.ts';
import { StanzaError } from './stanza-error.ts';
import type { Element } from './xml/element.ts';

/** What to ask, and whom. */
export interface IqRequest {
  /** `get` asks for something, `set` changes something. */
  readonly type: 'get' | 'set';
  /** Whom to ask. A client that leaves it out asks its own account. */
  readonly to?: string | undefined;
  /** Who asks. A component must say so. */
  readonly from?: string | undefined;
  /** What is asked: the one child of the iq. RFC 6120 §8.2.3. */
  readonly payload: Element;
  /** Milliseconds to wait for the answer. Default 30000. */
  readonly timeout?: number | undefined;
  /** Stops the waiting: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Something that can ask: what all request functions of the XEP modules need. */
export interface IqSender {
  /**
   * Sends the request and waits for its answer.
   * @returns the payload of the result, `undefined` when the result is empty.
   * @throws StanzaError with the answered error; with `remote-server-timeout` when no answer came in time; with
   *   `recipient-unavailable` when the stream broke.
   */
  request(request: IqRequest): Promise<Element | undefined>;
}

/**
 * The same sender, with these in every request that does not say otherwise: for request functions, which take no
 * options of their own. `discoInfo(asking(component, { from: contact, timeout: 5000 }), jid)`
 */
export function asking(iq: IqSender, defaults: Pick<IqRequest, 'from' | 'timeout' | 'signal'>): IqSender {
  return {
    request: ({ from, timeout, signal, ...request }) =>
      iq.request({
        ...request,
        from: from ?? defaults.from,
        timeout: timeout ?? defaults.timeout,
        signal: signal ?? defaults.signal,
      }),
  };
}

/** What a result holds, for request functions. @throws StanzaError `undefined-condition` when it is something else. */
export function answered<T>(codec: Codec<T>, payload: Element | undefined): T {
  const value = payload === undefined ? undefined : codec.parse(payload);
  if (value === undefined) throw StanzaError.of('undefined-condition', 'the answer is not what was asked for');
  return value;
}

interface Pending {
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly resolve: (payload: Element | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** How requests are sent and how long they are waited for. */
export interface IqTrackerOptions {
  /** Sends a request. What it throws, `request` throws. */
  readonly send: (iq: Element) => void;
  /** The full JID of a client; `undefined` for a component, whose requests always say whom they ask. */
  readonly account?: () => string | undefined;
  readonly clock?: Clock;
  readonly newId?: NewId;
}

/** Pairs answers with requests by id, sender and kind: an id alone can be guessed by anyone. */
export class IqTracker implements IqSender {
  readonly #pending = new Map<string, Pending>();
  readonly #send: (iq: Element) => void;
  readonly #account: () => string | undefined;
  readonly #clock: Clock;
  readonly #newId: NewId;

  constructor(options: IqTrackerOptions) {
    this.#send = options.send;
    this.#account = options.account ?? (() => undefined);
    this.#clock = options.clock ?? systemClock;
    this.#newId = options.newId ?? newId;
  }

  /** The number of requests that wait. */
  get size(): number {
    return this.#pending.size;
  }

  request({ type, to, from, payload, timeout = 30_000, signal }: IqRequest): Promise<Element | undefined> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const id = this.#newId();
      const settle = () => {
        this.#pending.delete(id);
        cancelTimeout();
        signal?.removeEventListener('abort', abort);
      };
      const fail = (error: unknown) => {
        settle();
        reject(error);
      };
      const abort = () => fail(signal?.reason);
      const cancelTimeout = this.#clock.after(timeout, () =>
        fail(StanzaError.of('remote-server-timeout', `no answer from ${to ?? 'the server'} within ${timeout} ms`)),
      );
      signal?.addEventListener('abort', abort, { once: true });
      this.#pending.set(id, {
        to: to === undefined ? undefined : (JID.tryParse(to)?.full ?? to),
        from,
        resolve(answer) {
          settle();
          resolve(answer);
        },
        reject: fail,
      });
      try {
        this.#send(iq({ type, to, from, id }, payload));
      } catch (error) {
        fail(error);
      }
    });
  }

  /**
   * Takes an iq of type `result` or `error`.
   * @returns whether it answers one of our requests; what does not must be ignored.
   */
  handle(answer: Element): boolean {
    const { id, type, from } = answer.attrs;
    if (type !== 'result' && type !== 'error') return false;
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (pending === undefined || !this.#isFrom(pending, from)) return false;
    if (pending.from !== undefined && answer.attrs.to !== pending.from) return false;
    if (type === 'result') pending.resolve(payloadOf(answer));
    else pending.reject(StanzaError.fromStanza(answer));
    return true;
  }

  /** Fails all requests that wait, because the stream broke. */
  failAll(text = 'the stream was interrupted'): void {
    for (const pending of [...this.#pending.values()]) {
      pending.reject(StanzaError.of('recipient-unavailable', text));
    }
  }

  /** RFC 6120 §10.3.3: the server answers for the account without a `from`, or with the bare or the full JID. */
  #isFrom(pending: Pending, from: string | undefined): boolean {
    const account = this.#account();
    const sender = from === undefined ? undefined : (JID.tryParse(from)?.full ?? from);
    if (sender === pending.to) return true;
    if (account === undefined) return false;
    const own = JID.parse(account);
    const isOwn = (jid: string | undefined) => jid === undefined || jid === own.bare || jid === own.full;
    return isOwn(pending.to) && (isOwn(sender) || sender === own.domain);
  }
}
