/** The stream between a component and its server, kept up for as long as the process lives. XEP-0114. */

import { type Clock, sleep, systemClock } from '../clock.ts';
import { type NewId, newId } from '../id.ts';
import { type IqRequest, type IqSender, IqTracker } from '../iq-tracker.ts';
import { errorReply, type Header, type Payload, type StanzaKind, writeStanza } from '../stanza.ts';
import { StanzaError } from '../stanza-error.ts';
import { StreamError } from '../stream-error.ts';
import { Element } from '../xml/element.ts';
import type { Limits } from '../xml/limits.ts';
import { type Backoff, DEFAULT_BACKOFF, delayBefore } from './backoff.ts';
import { Connection } from './connection.ts';
import { Fence } from './fence.ts';
import { handshakeDigest, NS_COMPONENT } from './handshake.ts';

/** How a component connects, and who hears of it. */
export interface ComponentStreamOptions {
  /** The component's own domain, such as `gw.example.com`. */
  readonly domain: string;
  /** What component and server share. It is not sent: only a hash of it is. XEP-0114 §3. */
  readonly secret: string;
  /** The server's host. Default `localhost`. */
  readonly host?: string;
  /** The server's component port. Default 5347. */
  readonly port?: number;
  /**
   * A stanza from the server, in the namespace `jabber:client`. Answers to our own requests do not come here.
   * What it throws is not caught.
   */
  readonly onStanza: (stanza: Element) => void;
  /** The stream is up: for the first time or again. */
  readonly onOnline?: () => void;
  /** The stream is down, or could not be opened; the next attempt comes in `retryIn` milliseconds. */
  readonly onOffline?: (reason: Error, retryIn: number) => void;
  /** Limits on what the server sends. Default: as the parser's, but stanzas of 10 MiB: the server has its own limit. */
  readonly limits?: Partial<Limits>;
  /** How long to wait before connecting again. Default: 1 s at first, then twice as long each time, up to a minute. */
  readonly backoff?: Partial<Backoff>;
  /** Milliseconds for connecting and for each step of the handshake. Default 10000. */
  readonly timeout?: number;
  /** How a dead link is noticed. */
  readonly keepalive?: Partial<Keepalive>;
  /**
   * How many processes share the domain, as with ejabberd's `domain_balancing`. Default 1. When there are more, answers
   * to requests may reach another of them: see `takeAnswer`.
   */
  readonly sharers?: number;
  readonly clock?: Clock;
  /** Makes the ids of requests. */
  readonly newId?: NewId;
}

/** How a link is noticed that is dead although nobody has closed it. */
export interface Keepalive {
  /** Milliseconds after which the server is asked for a sign of life. Default 60000: below what routers forget. */
  readonly period: number;
  /**
   * Milliseconds in which the server must have read what was sent; else the stream is opened anew. Default 30000: more
   * than a busy server takes, less than people do to notice.
   */
  readonly timeout: number;
}

const DEFAULT_KEEPALIVE: Keepalive = { period: 60_000, timeout: 30_000 };

/** The server listens, but refuses this component: waiting will not help, unless somebody changes a configuration. */
export class ComponentRefused extends Error {
  override readonly name = 'ComponentRefused';
  /** The stream error of the server, such as `not-authorized` for a wrong secret. RFC 6120 §4.9.3. */
  readonly condition: string;

  constructor(message: string, condition: string) {
    super(message);
    this.condition = condition;
  }
}

/** Connects as a component, and again whenever the stream breaks. */
export class ComponentStream implements IqSender {
  readonly #options: ComponentStreamOptions;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #iqs: IqTracker;
  readonly #fence: Fence;
  readonly #keepalive: Keepalive;
  #cancelKeepalive: () => void = () => {};
  readonly #stopping = new AbortController();
  /** Until `stop`: a stream that is closed then was not lost. */
  #isWanted = true;
  /** While the stream is up. */
  #connection: Connection | undefined;
  /** The last one that was opened: while the next is waited for, it may not have gone yet. */
  #latest: Connection | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ComponentStreamOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#backoff = { ...DEFAULT_BACKOFF, ...options.backoff };
    this.#iqs = new IqTracker({
      send: (iq) => this.send(iq),
      clock: this.#clock,
      newId: options.newId ?? newId,
    });
    this.#keepalive = { ...DEFAULT_KEEPALIVE, ...options.keepalive };
    const { timeout } = this.#keepalive;
    this.#fence = new Fence({
      send: (ping) => this.send(ping),
      domain: options.domain,
      timeout,
      onTimeout: () => this.#connection?.destroy(new Error(`the server has read nothing for ${timeout} ms`)),
      sharers: options.sharers ?? 1,
      clock: this.#clock,
      newId: options.newId ?? newId,
    });
  }

  /**
   * Connects and stays connected until `stop`. Resolves when the stream is up for the first time.
   * A server that cannot be reached is tried again and again; a refusal of the first attempt is final.
   * @throws ComponentRefused when the secret is wrong, or the server does not know the domain. @throws Error when it is
   *   stopped before.
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#running = this.#run(resolve, reject).then(() => reject(new Error('the component was stopped')));
    });
  }

  /**
   * Ends the stream in good order, what is queued written first. A server that does not read, or does not answer, is left
   * after the timeout.
   */
  async stop(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#cancelKeepalive();
    this.#fence.reset();
    this.#isWanted = false;
    await connection?.close();
    this.#stopping.abort(new Error('stopped'));
    this.#iqs.failAll('the component is shutting down');
    await this.#running;
    this.#latest?.destroy();
  }

  get online(): boolean {
    return this.#connection !== undefined;
  }

  /** Whether the server keeps up: `false` means that more should wait for `drained`. */
  get writable(): boolean {
    return this.#connection?.writable ?? false;
  }

  /** Resolves when everything queued has been handed to the operating system. */
  async drained(): Promise<void> {
    await this.#connection?.drained();
  }

  /** Stops reading from the server; `false` goes on. */
  pause(paused: boolean): void {
    this.#fence.pause(paused);
    this.#connection?.pause(paused);
  }

  /**
   * Resolves when the server has read everything that was sent before. Where the server does not answer pings of
   * components, this cannot be known: then it resolves at once. Rejects when the stream breaks before.
   */
  async fence(): Promise<void> {
    if (this.#connection === undefined) throw new Error('the component stream is down');
    await this.#fence.pass();
  }

  /**
   * Queues a stanza with `from` and `to`. Written together with all else of this turn of the event loop.
   * @throws SerializeError when XML cannot carry it. @throws Error when the stream is down.
   */
  send(stanza: Element): void {
    if (this.#connection === undefined) throw new Error('the component stream is down');
    this.#connection.send(stanza);
  }

  /** Queues XML text as it is: one or more complete stanzas. @throws Error when the stream is down. */
  sendRaw(xml: string): void {
    if (this.#connection === undefined) throw new Error('the component stream is down');
    this.#connection.out.raw(xml);
  }

  /**
   * Queues a stanza made from values: as `send`, but without elements in between.
   * @throws SerializeError when XML cannot carry it. @throws Error when the stream is down.
   */
  sendValues(kind: StanzaKind, header: Header, ...payloads: readonly (Payload | Element)[]): void {
    if (this.#connection === undefined) throw new Error('the component stream is down');
    writeStanza(this.#connection.out, kind, header, ...payloads);
  }

  /** Asks in the name of the component, unless `from` is given. @throws StanzaError see `IqSender`. */
  async request(request: IqRequest): Promise<Element | undefined> {
    if (this.#connection === undefined) throw StanzaError.of('recipient-unavailable', 'the component stream is down');
    return this.#iqs.request({ from: this.#options.domain, ...request });
  }

  /**
   * Takes an answer to one of our requests that has reached another process which shares the domain.
   * @returns whether somebody waits for it.
   */
  takeAnswer(answer: Element): boolean {
    return this.#iqs.handle(answer);
  }

  async #run(onFirst: () => void, onRefused: (error: Error) => void): Promise<void> {
    let everOnline = false;
    let attempt = 0;
    const onOnline = (connection: Connection) => {
      this.#connection = connection;
      everOnline = true;
      attempt = 0;
      this.#keepAlive();
      onFirst();
      this.#options.onOnline?.();
    };
    while (!this.#stopping.signal.aborted) {
      const reason = await this.#session(onOnline);
      this.#connection = undefined;
      this.#cancelKeepalive();
      this.#fence.reset();
      this.#iqs.failAll();
      if (!this.#isWanted) return;
      if (!everOnline && isFinal(reason)) return onRefused(reason);
      const retryIn = delayBefore(attempt++, this.#backoff);
      this.#options.onOffline?.(reason, retryIn);
      await sleep(this.#clock, retryIn, this.#stopping.signal).catch(() => undefined);
    }
  }

  /** One connection from its beginning to its end. Resolves with the reason why it has ended, or was refused. */
  async #session(onOnline: (connection: Connection) => void): Promise<Error> {
    const { domain, secret, host = 'localhost', port = 5347, limits, timeout = 10_000 } = this.#options;
    let isAccepted = false;
    const connection = new Connection({
      host,
      port,
      domain,
      ns: NS_COMPONENT,
      limits: { bytes: 10_485_760, ...limits },
      timeout,
      onElement: (element) => {
        if (isAccepted) return this.#onElement(element);
        if (element.name !== 'handshake') return;
        isAccepted = true;
        clearTimeout(impatience);
        // At once: stanzas may follow in the same chunk.
        onOnline(connection);
      },
      onExcess: (element) => this.#refuse(element),
    });
    this.#latest?.destroy();
    this.#latest = connection;
    let impatience: NodeJS.Timeout | undefined;
    const stop = () => connection.destroy(new Error('stopped'));
    this.#stopping.signal.addEventListener('abort', stop);
    try {
      const { id } = (await connection.open()).attrs;
      if (id === undefined) throw new StreamError('bad-format', 'the server gave its stream no id');
      impatience = setTimeout(() => {
        connection.destroy(new Error(`no answer to the handshake within ${timeout} ms`));
      }, timeout);
      connection.send(new Element('handshake', 'jabber:client', undefined, [handshakeDigest(id, secret)]));
      const reason = (await connection.ended) ?? new Error('the stream was closed');
      return isAccepted ? reason : refusal(reason, domain);
    } catch (error) {
      connection.destroy(error as Error);
      return refusal(error as Error, domain);
    } finally {
      clearTimeout(impatience);
      this.#stopping.signal.removeEventListener('abort', stop);
    }
  }

  #keepAlive(): void {
    this.#cancelKeepalive = this.#clock.after(this.#keepalive.period, () => {
      this.#fence.pass().then(
        () => this.online && this.#keepAlive(),
        () => undefined,
      );
    });
  }

  /** A stanza breaks a limit of the parser: whoever wrote it gets to know that, and nobody else has any harm. */
  #refuse(stanza: Element): void {
    const { type } = stanza.attrs;
    const isRequest = stanza.name === 'iq' && (type === 'get' || type === 'set');
    if (!this.online || !(isRequest || (stanza.name === 'message' && type !== 'error'))) return;
    this.send(errorReply(stanza, StanzaError.of('policy-violation', 'It nests too deep, or has too many attributes.')));
  }

  #onElement(element: Element): void {
    if (element.name === 'iq' && (this.#fence.handle(element) || this.#iqs.handle(element))) return;
    this.#options.onStanza(element);
  }
}

/** Conditions with which a server refuses a component for good. A conflict is not one: the other may leave. */
const FINAL = new Set(['not-authorized', 'host-unknown', 'invalid-namespace', 'not-allowed']);

function isFinal(error: Error): boolean {
  return error instanceof ComponentRefused && FINAL.has(error.condition);
}

function refusal(error: Error, domain: string): Error {
  if (!(error instanceof StreamError) || !error.remote) return error;
  const text = error.text === '' ? '' : ` (${error.text})`;
  switch (error.condition) {
    case 'not-authorized':
      return new ComponentRefused(`the server refuses the secret of ${domain}${text}`, error.condition);
    case 'host-unknown':
      return new ComponentRefused(`the server does not know a component ${domain}${text}`, error.condition);
    case 'conflict':
      return new ComponentRefused(`a component ${domain} is already connected${text}`, error.condition);
    default:
      return new ComponentRefused(`the server refuses ${domain}: ${error.condition}${text}`, error.condition);
  }
}
