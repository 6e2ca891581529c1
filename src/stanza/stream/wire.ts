/**
 * The socket of a stream: @xmpp/connection-tcp with our parser in the seam it leaves for one, and with writing that waits
 * for the end of the turn. Loaded when the first connection is opened: it brings TLS and other packages.
 */

import { EventEmitter } from 'node:events';
import { connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import ConnectionTCP from '@xmpp/connection-tcp';
import { NS_CLIENT } from '../stanza-error.ts';
import { NS_STREAMS, StreamError } from '../stream-error.ts';
import type { Element } from '../xml/element.ts';
import { StreamParser } from '../xml/parser.ts';
import { XmlWriter } from '../xml/writer.ts';
import type { ConnectionOptions } from './connection.ts';

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
      timeout: options.timeout,
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
    // The package stops listening when it has said goodbye; an error after that must not end the process.
    this.socket?.on('error', () => undefined);
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
    secure.on('error', () => undefined);
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
