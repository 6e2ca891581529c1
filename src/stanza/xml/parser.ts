/**
 * The streaming XML parser: bytes as a socket delivers them → the stream header and first-level elements.
 *
 * Here is what its users see. How it works is in docs/parser.md; the parts are, from the input on: machine.ts (the
 * input), scan.ts (bytes → tape), reader.ts (what the scanner leaves), tree.ts (tape → elements).
 */

import { StreamError } from '../stream-error.ts';
import type { Element } from './element.ts';
import { Fault } from './fault.ts';
import { type Limits, limitsFrom } from './limits.ts';
import { acquire, type Machine, PIECE, release, SMALL } from './machine.ts';
import { Reader } from './reader.ts';
import type { ShapeOptions } from './shapes.ts';
import { NO_BINDINGS } from './start-tag.ts';

/** Who hears of what is parsed, and what is too much. */
export interface StreamParserOptions {
  /** The stream header: its name, namespace and attributes, no children. */
  readonly onStart?: (header: Element) => void;
  /** A complete first-level element. */
  readonly onElement?: (element: Element) => void;
  /** The closing tag of the stream. */
  readonly onEnd?: () => void;
  /** What ends parsing; called once at most. The parser ignores all input from then on. */
  readonly onError?: (error: StreamError) => void;
  /** What is too much. Default: `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>;
  /**
   * What happens to a first-level element that nests too deep, or in which a tag has too many attributes or too long
   * names. With this, the stream goes on: you get the element without its children, and the rest of it is passed over,
   * unchecked. When its own start tag is too much, all of it is. Without this, it is an error as others.
   */
  readonly onExcess?: (element: Element) => void;
  /**
   * Namespaces to report under another name, such as that of component streams, so that the reader of a stanza need
   * not know what kind of stream brought it: `{ 'jabber:component:accept': 'jabber:client' }`.
   */
  readonly aliases?: Readonly<Record<string, string>>;
}

const END = Symbol('end');

/** Parses one XML stream, as of RFC 6120 §4 and §11: namespaces resolved, well-formedness and limits enforced. */
export class StreamParser {
  readonly #options: StreamParserOptions;
  readonly #shapeOptions: ShapeOptions;
  #machine: Machine | undefined;
  #reader: Reader | undefined;
  #isStopped = false;
  /** Half a character at the end of a string. */
  #half = '';
  /** What a handler has written while an earlier chunk is being read. */
  #queue: (Uint8Array | string | typeof END)[] = [];
  #isReading = false;
  /** Whether bytes can go to the machine at once: nothing else waits to be read before them. */
  #isIdle = false;

  constructor(options: StreamParserOptions = {}) {
    this.#options = options;
    this.#shapeOptions = { limits: limitsFrom(options.limits), aliases: options.aliases ?? {} };
  }

  /** Reads the next piece of the stream, cut anywhere. Never throws on input: see `onError`. */
  write(chunk: Uint8Array | string): void {
    // Most small pieces bring nothing to an end: they need not go the whole way.
    if (this.#isIdle && typeof chunk !== 'string' && chunk.length <= SMALL && this.#machine?.appendSmall(chunk, false))
      return;
    this.#next(chunk);
  }

  /** Says that no more will come: anything but a complete stream is an error. */
  end(): void {
    this.#next(END);
  }

  #next(input: Uint8Array | string | typeof END): void {
    if (this.#isStopped) return;
    if (this.#isReading) {
      this.#queue.push(input);
      return;
    }
    this.#isReading = true;
    this.#isIdle = false;
    try {
      this.#take(input);
      while (this.#queue.length > 0) this.#take(this.#queue.shift() as Uint8Array | string | typeof END);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#stop();
      this.#options.onError?.(new StreamError(error.condition, error.message));
    } finally {
      this.#isReading = false;
      this.#isIdle = this.#queue.length === 0 && this.#half === '' && !this.#isStopped;
    }
  }

  #take(input: Uint8Array | string | typeof END): void {
    if (typeof input === 'string') return this.#takeText(input);
    if (this.#half !== '') throw new Fault('not-well-formed', 'half a character');
    if (input !== END) return this.#takeBytes(input);
    this.#started().end();
    this.#stop();
  }

  #takeText(chunk: string): void {
    let text = this.#half + chunk;
    this.#half = '';
    const last = text.charCodeAt(text.length - 1);
    if (last >= 0xd800 && last <= 0xdbff) {
      this.#half = text.slice(-1);
      text = text.slice(0, -1);
    }
    const lone = text.isWellFormed() ? -1 : text.search(/\p{Cs}/u);
    this.#takeBytes(Buffer.from(lone === -1 ? text : text.slice(0, lone)));
    if (lone !== -1) throw new Fault('not-well-formed', 'half a character');
  }

  #takeBytes(chunk: Uint8Array): void {
    const reader = this.#started();
    if (chunk.length <= PIECE) return reader.read(chunk);
    for (let at = 0; at < chunk.length; at += PIECE) reader.read(chunk.subarray(at, at + PIECE));
  }

  /** The reader, which needs a machine only from now on. */
  #started(): Reader {
    if (this.#reader !== undefined) return this.#reader;
    const { onStart, onElement, onEnd, onExcess } = this.#options;
    this.#machine = acquire(this.#shapeOptions);
    this.#reader = new Reader(this.#machine, this.#shapeOptions, {
      onStart,
      onElement: onElement ?? (() => {}),
      onEnd,
      onExcess,
    });
    return this.#reader;
  }

  #stop(): void {
    this.#isStopped = true;
    this.#queue = [];
    this.#reader?.leave();
    if (this.#machine !== undefined) release(this.#machine);
    this.#machine = undefined;
  }
}

/**
 * The element that `xml` holds.
 *
 * @throws StreamError when it is not one well-formed element, under the rules of XMPP: no comments, no processing
 *   instructions, no document type declaration.
 */
export function parse(xml: Uint8Array | string, limits?: Partial<Limits>): Element {
  const options = { limits: limitsFrom(limits), aliases: {} };
  const roots: Element[] = [];
  const onElement = (element: Element) => {
    if (roots.length > 0) throw new Fault('not-well-formed', 'more than one element');
    // Asked for now, while it is at hand.
    void element.children;
    roots.push(element);
  };
  const machine = acquire(options);
  try {
    const reader = new Reader(machine, options, { onElement }, { scope: NO_BINDINGS, written: undefined });
    const bytes = typeof xml === 'string' ? wellFormed(xml) : xml;
    for (let at = 0; at < bytes.length; at += PIECE) reader.read(bytes.subarray(at, at + PIECE));
    reader.end();
  } catch (error) {
    throw error instanceof Fault ? new StreamError(error.condition, error.message) : error;
  } finally {
    release(machine);
  }
  const [root] = roots;
  if (root === undefined) throw new StreamError('not-well-formed', 'no element');
  return root;
}

function wellFormed(xml: string): Uint8Array {
  if (!xml.isWellFormed()) throw new Fault('not-well-formed', 'half a character');
  return Buffer.from(xml);
}
