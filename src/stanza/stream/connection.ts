/**
 * One XML stream over TCP, on @xmpp/connection-tcp: see wire.ts.
 *
 * The package decodes each chunk on its own, which breaks characters cut in two, gives every parse error the condition
 * `bad-format`, and writes each stanza by itself. Here bytes go to the parser as they come, the error is named, and
 * what is sent within one turn of the event loop is written at once.
 */

import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { NS_CLIENT } from '../stanza-error.ts';
import { NS_STREAMS, StreamError } from '../stream-error.ts';
import type { Element } from '../xml/element.ts';
import type { Limits } from '../xml/limits.ts';
import { append } from '../xml/serialize.ts';
import type { XmlWriter } from '../xml/writer.ts';
import type { Wire } from './wire.ts';

export interface ConnectionOptions {
  /** The host to connect to: a name or an address. */
  readonly host: string;
  readonly port: number;
  /** The domain the stream is for: the `to` of its header. */
  readonly domain: string;
  /** The namespace of stanzas on this stream. In memory they are in `jabber:client`, whatever it is. */
  readonly ns: string;
  /** The `version` of the stream header; component streams have none. */
  readonly version?: string;
  readonly limits?: Partial<Limits> | undefined;
  /** Milliseconds to wait for the connection, for each answer, and for the end in good order. Default 10000. */
  readonly timeout?: number | undefined;
  readonly onElement: (element: Element) => void;
  /** See `StreamParserOptions.onExcess`. */
  readonly onExcess?: (element: Element) => void;
}

const DEFAULT_TIMEOUT = 10_000;

/** What waits to be written may grow to this many bytes before `writable` says no. */
const HIGH_WATER = 1_048_576;

export class Connection {
  /** Since `open`. */
  #wire: Wire | undefined;
  readonly #options: ConnectionOptions;
  /** Resolves when the stream has ended: with the reason, or with nothing after `close`. Never rejects. */
  readonly ended: Promise<Error | undefined>;
  readonly #end: (reason?: Error) => void;
  #hasEnded = false;
  #isClosing = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    let end: (reason?: Error) => void = () => {};
    this.ended = new Promise((resolve) => {
      end = resolve;
    });
    this.#end = (reason) => {
      if (!this.#hasEnded && !this.#isClosing) this.#wire?.linger();
      this.#hasEnded = true;
      end(reason);
    };
  }

  /** Connects, and opens the stream. Resolves with the header the peer answered with. */
  async open(): Promise<Element> {
    // Who only reads and writes stanzas needs neither TLS nor the packages that this brings.
    const { Wire } = await this.until(import('./wire.ts'));
    // It may have ended in between: then there must be no socket that nobody would close.
    if (this.#hasEnded) throw (await this.ended) ?? new Error('the stream was closed');
    this.#wire = new Wire({ ...this.#options, timeout: this.#timeout }, this.#end);
    await this.until(this.#wire.connectWithin(this.#timeout));
    return this.restart();
  }

  /** Opens a new stream on the same connection, as after TLS and SASL. */
  async restart(): Promise<Element> {
    const header = await this.answer(this.entity.restart() as Promise<Element>, 'stream header');
    if (!header.is('stream', NS_STREAMS)) throw new StreamError('invalid-namespace', 'not an XMPP stream');
    return header;
  }

  /** What `step` resolves with; rejects with the reason when the stream ends before. */
  until<T>(step: Promise<T>): Promise<T> {
    const broken = this.ended.then((reason): never => {
      throw reason ?? new Error('the stream was closed');
    });
    step.catch(() => undefined);
    return Promise.race([broken, step]);
  }

  /** As `until`, for what the peer has to say; rejects also when that does not come in time. */
  answer<T>(step: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no ${what} within ${this.#timeout} ms`)), this.#timeout);
    });
    return Promise.race([this.until(step), expired]).finally(() => clearTimeout(timer));
  }

  /** Continues on TLS. The new stream is not opened: see `restart`. */
  upgrade(options: TlsOptions): Promise<void> {
    return this.until(this.entity.upgrade(options, this.#timeout));
  }

  get secure(): boolean {
    return this.#wire?.socket?.secure === true;
  }

  /** Queues an element to be written at the end of this turn. Throws SerializeError. */
  send(element: Element): void {
    const { out } = this;
    out.begin(NS_CLIENT);
    append(
      out,
      () => out.element(element),
      () => element,
    );
  }

  /** Where to write what is to leave at the end of this turn: complete and correct XML, or nothing. */
  get out(): XmlWriter {
    return this.entity.queue();
  }

  /** Whether the peer keeps up: `false` means that more should wait for `drained`. */
  get writable(): boolean {
    return this.#wire === undefined || this.#wire.waiting < HIGH_WATER;
  }

  /** Resolves when what was queued before has left for the operating system, or the stream has ended. */
  async drained(): Promise<void> {
    await this.#wire?.drained();
  }

  /** Stops reading, so that the peer has to wait; `false` goes on. */
  pause(paused: boolean): void {
    if (paused) this.#wire?.socket?.pause();
    else this.#wire?.socket?.resume();
  }

  /**
   * Ends the stream in good order: writes what is queued, closes the stream, waits for the peer to close it too. A peer
   * that does not read, or does not answer, is left after the timeout.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    const wire = this.#wire;
    if (wire !== undefined && !this.#hasEnded) {
      let timer: NodeJS.Timeout | undefined;
      const expired = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, this.#timeout);
      });
      // From here on the end of the stream is no loss, once what is queued has left.
      const written = wire.drained().then(() => this.#end());
      await Promise.race([written.then(() => wire.close()), expired]).finally(() => clearTimeout(timer));
    }
    this.destroy();
  }

  /** Ends the stream at once; without a reason when that was wanted. */
  destroy(reason?: Error): void {
    this.#end(reason);
    this.#wire?.destroy(reason ?? new Error('the stream was closed'));
  }

  /** What @xmpp/sasl needs to talk to the server. */
  get entity(): Wire {
    if (this.#wire === undefined) throw new Error('the stream is not open');
    return this.#wire;
  }

  get #timeout(): number {
    return this.#options.timeout ?? DEFAULT_TIMEOUT;
  }
}
