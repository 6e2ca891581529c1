/**
 * The socket of a stream: @xmpp/connection-tcp with our parser in the seam it leaves for one, and with writing that waits
 * for the end of the turn. Loaded when the first connection is opened: it brings TLS and other packages.
 */

import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import ConnectionTCP from '@xmpp/connection-tcp';
import { NS_CLIENT } from '../stanza-error.ts';
import { NS_STREAMS, StreamError } from '../stream-error.ts';
import type { Element } from '../xml/element.ts';
import { StreamParser } from '../xml/parser.ts';
import { XmlWriter } from '../xml/writer.ts';
import type { ConnectionOptions } from './connection.ts';

/** Milliseconds that a peer has to close its side when the stream has ended. */
const LINGER = 1000;

/** Our parser with the events that the package listens to. */
class WireParser extends EventEmitter {
  readonly #parser: StreamParser;

  constructor({ ns, limits, onExcess }: ConnectionOptions, onError: (error: StreamError) => void) {
    super();
    this.#parser = new StreamParser({
      onStart: (header) => this.emit('start', header),
      onElement: (element) => this.emit('element', element),
      onEnd: () => this.emit('end'),
      onError: (error) => {
        // Nobody listens any more when the stream has ended: what a server writes after that concerns nobody.
        if (this.listenerCount('error') === 0) return;
        onError(error);
        this.emit('error', error);
      },
      limits: limits ?? {},
      ...(onExcess && { onExcess }),
      aliases: { [ns]: NS_CLIENT },
    });
  }

  write(data: Uint8Array | string): void {
    this.#parser.write(data);
  }
}

export class Wire extends ConnectionTCP {
  readonly #options: ConnectionOptions;
  #parseError: StreamError | undefined;
  #isFooterSent = false;
  #out = new XmlWriter();
  /** Whose bytes the operating system has taken: the next to write to. */
  #spare: XmlWriter | undefined;
  #flushing = false;
  #waiters: (() => void)[] = [];
  /** The socket that is being secured: the package knows of none meanwhile. */
  #detached: Socket | undefined;

  constructor(options: ConnectionOptions, onClosed: (reason: Error) => void) {
    const host = options.host.includes(':') ? `[${options.host}]` : options.host;
    super({
      service: `xmpp://${host}:${options.port}`,
      domain: options.domain,
      timeout: options.timeout,
    });
    this.#options = options;
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
      this.#fail(new Error('the server closed the stream'));
      this.#sayGoodbye();
      this.socket?.end();
    });
    this.on('disconnect', () => {
      this.#dropQueue();
      this.#fail(new Error('the connection was lost'));
    });
  }

  async connectWithin(ms: number): Promise<void> {
    const connected = this.connect(this.options.service as string);
    const { socket } = this;
    let timer: NodeJS.Timeout | undefined;
    const failed = new Promise<never>((_, reject) => {
      socket?.once('close', () => reject(new Error('the connection was lost')));
      timer = setTimeout(() => {
        reject(new Error(`no connection within ${ms} ms`));
        socket?.destroy();
      }, ms);
    });
    await Promise.race([connected, failed]).finally(() => clearTimeout(timer));
    // The package stops listening when it has said goodbye; an error after that must not end the process.
    socket?.on('error', () => undefined);
    socket?.setNoDelay(true);
    socket?.setKeepAlive(true, 60_000);
  }

  async upgrade(options: TlsOptions, ms: number): Promise<void> {
    const plain = this.socket;
    if (plain === null) throw new Error('the connection was lost');
    this._detachSocket();
    this.#detached = plain;
    let timer: NodeJS.Timeout | undefined;
    try {
      const secure = connectTls({ ...options, socket: plain });
      this.#detached = secure;
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no TLS session within ${ms} ms`)), ms);
        secure.once('secureConnect', resolve);
        // It may have more than one error.
        secure.on('error', reject);
        secure.once('close', () => reject(new Error('the connection was lost')));
      });
      this._attachSocket(Object.assign(secure, { secure: true }));
    } catch (error) {
      this.#detached.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#detached = undefined;
    }
  }

  /** Says goodbye behind what is queued. Resolves when the peer has closed the stream and the connection too. */
  async close(): Promise<void> {
    await this.drained();
    const { socket } = this;
    if (socket === null || socket.destroyed) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    this.#sayGoodbye();
    // The package ends the connection when the peer has closed the stream: see the listener to `close`.
    await closed;
  }

  /** Ends the connection at once. What waits for anything on it gets the reason. */
  destroy(reason: Error): void {
    this.#fail(reason);
    (this.#detached ?? this.socket)?.destroy();
  }

  /** The stream has ended: the peer gets a moment to read what was said last, and to close its side. */
  linger(): void {
    const socket = this.#detached ?? this.socket;
    if (socket === null || socket.destroyed) return;
    const timer = setTimeout(() => socket.destroy(), LINGER);
    // The socket keeps the process alive for as long as there is something to wait for.
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  }

  /** RFC 6120 §4.4: who is told that the stream is closed closes it too. */
  #sayGoodbye(): void {
    if (!this.#isFooterSent) this.write(this.footer()).catch(() => undefined);
  }

  /** The stream is no more. What the package waits for, such as a stream header, rejects on its event `error`. */
  #fail(reason: Error): void {
    this.emit('error', reason);
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
      this.#fail(StreamError.fromElement(element));
      this.#sayGoodbye();
      this.socket?.end();
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
