/**
 * One XML stream over TCP: @xmpp/connection-tcp with our parser in the seam it leaves for one.
 *
 * The package decodes each chunk on its own, which breaks characters cut in two, gives every parse error the condition
 * `bad-format`, and writes each stanza by itself. Here bytes go to the parser as they come, the error is named, and
 * what is sent within one turn of the event loop is written at once.
 */

import { EventEmitter } from 'node:events';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import ConnectionTCP from '@xmpp/connection-tcp';
import { NS_CLIENT } from '../stanza-error.ts';
import { NS_STREAMS, StreamError } from '../stream-error.ts';
import type { Element } from '../xml/element.ts';
import type { Limits } from '../xml/limits.ts';
import { StreamParser } from '../xml/parser.ts';
import { append } from '../xml/serialize.ts';
import { XmlWriter } from '../xml/writer.ts';

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
}

const DEFAULT_TIMEOUT = 10_000;

/** What waits to be written may grow to this many UTF-16 code units before `writable` says no. */
const HIGH_WATER = 1_048_576;

export class Connection {
  readonly #wire: Wire;
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
    this.#wire = new Wire(options, end);
  }

  /** Connects, and opens the stream. Resolves with the header the peer answered with. */
  async open(): Promise<Element> {
    await this.until(this.#wire.connectWithin(this.#options.timeout ?? DEFAULT_TIMEOUT));
    return this.restart();
  }

  /** Opens a new stream on the same connection, as after TLS and SASL. */
  async restart(): Promise<Element> {
    const header = (await this.until(this.#wire.restart())) as Element;
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
    return this.until(this.#wire.upgrade(options, this.#options.timeout ?? DEFAULT_TIMEOUT));
  }

  get secure(): boolean {
    return this.#wire.socket?.secure === true;
  }

  /** Queues an element to be written at the end of this turn. Throws SerializeError. */
  send(element: Element): void {
    const out = this.#wire.queue();
    out.begin(NS_CLIENT);
    append(
      out,
      () => out.element(element),
      () => element,
    );
  }

  /** Where to write what is to leave at the end of this turn: complete and correct XML, or nothing. */
  get out(): XmlWriter {
    return this.#wire.queue();
  }

  /** Whether the peer keeps up: `false` means that more should wait for `drained`. */
  get writable(): boolean {
    return this.#wire.waiting < HIGH_WATER;
  }

  /** Resolves when what was queued before has left for the operating system, or the stream has ended. */
  drained(): Promise<void> {
    return this.#wire.drained();
  }

  /** Stops reading, so that the peer has to wait; `false` goes on. */
  pause(paused: boolean): void {
    if (paused) this.#wire.socket?.pause();
    else this.#wire.socket?.resume();
  }

  /** Ends the stream in good order: writes what is queued, closes the stream, waits for the peer to close it too. */
  async close(): Promise<void> {
    await this.#wire.drained();
    this.#end();
    await this.#wire.disconnect().catch(() => undefined);
    this.#wire.socket?.destroy();
  }

  /** Ends the stream at once. */
  destroy(reason: Error): void {
    this.#end(reason);
    this.#wire.socket?.destroy();
  }

  /** What @xmpp/sasl needs to talk to the server. */
  get entity(): Wire {
    return this.#wire;
  }
}

/** Our parser with the events that the package listens to. */
class WireParser extends EventEmitter {
  readonly #parser: StreamParser;

  constructor({ ns, limits }: ConnectionOptions, onError: (error: StreamError) => void) {
    super();
    this.#parser = new StreamParser({
      onStart: (header) => this.emit('start', header),
      onElement: (element) => this.emit('element', element),
      onEnd: () => this.emit('end'),
      onError: (error) => {
        onError(error);
        this.emit('error', error);
      },
      limits: limits ?? {},
      aliases: { [ns]: NS_CLIENT },
    });
  }

  write(data: Uint8Array | string): void {
    this.#parser.write(data);
  }
}

class Wire extends ConnectionTCP {
  readonly #options: ConnectionOptions;
  readonly #onClosed: (reason: Error) => void;
  #parseError: StreamError | undefined;
  #isFooterSent = false;
  #out = new XmlWriter();
  /** Whose bytes the operating system has taken: the next to write to. */
  #spare: XmlWriter | undefined;
  #flushing = false;
  #waiters: (() => void)[] = [];

  constructor(options: ConnectionOptions, onClosed: (reason: Error) => void) {
    const host = options.host.includes(':') ? `[${options.host}]` : options.host;
    super({
      service: `xmpp://${host}:${options.port}`,
      domain: options.domain,
      timeout: options.timeout ?? DEFAULT_TIMEOUT,
    });
    this.#options = options;
    this.#onClosed = onClosed;
    this.NS = options.ns;
    const onParseError = (error: StreamError) => {
      this.#parseError = error;
    };
    this.Parser = class extends WireParser {
      constructor() {
        super(options, onParseError);
      }
    };
    this.on('error', (error: Error) => onClosed(error));
    this.on('close', () => {
      onClosed(new Error('the server closed the stream'));
      // RFC 6120 §4.4: who is told that the stream is closed closes it too.
      if (!this.#isFooterSent) this.write(this.footer()).catch(() => undefined);
      this.socket?.end();
    });
    this.on('disconnect', () => {
      this.#dropQueue();
      onClosed(new Error('the connection was lost'));
    });
  }

  async connectWithin(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.socket?.destroy();
        reject(new Error(`no connection within ${ms} ms`));
      }, ms);
    });
    const service = this.options.service as string;
    await Promise.race([this.connect(service), expired]).finally(() => clearTimeout(timer));
    this.socket?.setNoDelay(true);
    this.socket?.setKeepAlive(true, 60_000);
  }

  async upgrade(options: TlsOptions, ms: number): Promise<void> {
    const plain = this.socket;
    if (plain === null) throw new Error('the connection was lost');
    this._detachSocket();
    const secure = connectTls({ ...options, socket: plain });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no TLS session within ${ms} ms`)), ms);
      secure
        .once('secureConnect', resolve)
        .once('error', reject)
        .once('close', () => reject(new Error('closed')));
      secure.once('secureConnect', () => clearTimeout(timer)).once('error', () => clearTimeout(timer));
    }).catch((error) => {
      secure.destroy();
      throw error;
    });
    this._attachSocket(Object.assign(secure, { secure: true }));
  }

  /** Where to write what is to leave at the end of this turn. */
  queue(): XmlWriter {
    if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(() => this.#flush());
    }
    return this.#out;
  }

  get waiting(): number {
    return this.#out.length + (this.socket?.writableLength ?? 0);
  }

  drained(): Promise<void> {
    if (this.waiting === 0 || this.socket === null || this.socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #flush(): void {
    this.#flushing = false;
    const out = this.#out;
    const { socket } = this;
    if (out.length === 0 || socket === null || socket.destroyed) {
      out.clear();
      return this.#wake();
    }
    this.#out = this.#spare ?? new XmlWriter();
    this.#spare = undefined;
    // The socket does not copy the bytes: nothing else may be written there until they have left.
    socket.write(out.bytes(), () => {
      out.clear();
      this.#spare = out;
      if (this.waiting === 0 || socket.destroyed) this.#wake();
    });
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  #dropQueue(): void {
    this.#out.clear();
    this.#wake();
  }

  // What the package does differently, from here on.

  override _onData(data: Uint8Array): void {
    (this.parser as WireParser | null)?.write(data);
  }

  override _onElement(element: Element): void {
    if (element.is('error', NS_STREAMS)) {
      this.#onClosed(StreamError.fromElement(element));
      this.disconnect().catch(() => undefined);
      return;
    }
    this.emit('nonza', element);
    this.#options.onElement(element);
  }

  /** Only parse errors come here; the package calls all of them `bad-format`. */
  override async _streamError(condition: string): Promise<void> {
    const error = this.#parseError ?? new StreamError('undefined-condition', condition);
    await this.write(error.toXml() + this.footer()).catch(() => undefined);
    this.socket?.end();
  }

  override footer(): string {
    this.#isFooterSent = true;
    return '</stream:stream>';
  }

  override headerElement(): { attrs: Record<string, string | undefined> } {
    const header = super.headerElement();
    header.attrs.version = this.#options.version;
    return header;
  }
}
