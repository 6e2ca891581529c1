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
  /** Milliseconds to wait for the connection, and then for the stream header. Default 10000. */
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

  constructor(options: ConnectionOptions) {
    this.#options = options;
    let end: (reason?: Error) => void = () => {};
    this.ended = new Promise((resolve) => {
      end = resolve;
    });
    this.#end = end;
  }

  /** Connects, and opens the stream. Resolves with the header the peer answered with. */
  async open(): Promise<Element> {
    // Who only reads and writes stanzas needs neither TLS nor the packages that this brings.
    const { Wire } = await this.until(import('./wire.ts'));
    this.#wire = new Wire({ ...this.#options, timeout: this.#timeout }, this.#end);
    await this.until(this.#wire.connectWithin(this.#timeout));
    return this.restart();
  }

  /** Opens a new stream on the same connection, as after TLS and SASL. */
  async restart(): Promise<Element> {
    const header = (await this.until(this.entity.restart())) as Element;
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

  /** Ends the stream in good order: writes what is queued, closes the stream, waits for the peer to close it too. */
  async close(): Promise<void> {
    await this.drained();
    this.#end();
    await this.#wire?.disconnect().catch(() => undefined);
    this.#wire?.socket?.destroy();
  }

  /** Ends the stream at once. */
  destroy(reason: Error): void {
    this.#end(reason);
    this.#wire?.socket?.destroy();
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
