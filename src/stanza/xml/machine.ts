/** A scanner with its input and the shapes it knows: what a parser needs while it reads. */

import { isUtf8 } from 'node:buffer';
import {
  DEPTH,
  END,
  LAST,
  MAX_DEPTH,
  ORIGIN,
  POS,
  RUN,
  STACK,
  STACK_ENTRY,
  STANZA,
  TAPE,
  TAPE_TOP,
  TEXT,
  VALUES,
  VALUES_TOP,
} from './layout.ts';
import { createScanner, type Scanner, type ScannerKind, scannerKind } from './scanner.ts';
import { SHAPES_BYTES, type ShapeOptions, Shapes } from './shapes.ts';
import { utf8Prefix } from './utf8.ts';

/** Larger chunks are read in pieces, so that the input stays where the processor has it at hand. */
export const PIECE = 65_536;
/** What the scanner may look at beyond the end, 16 bytes at once. */
const PADDING = 64;
/** No input makes more than so many bytes of tape for each of its own: `<a/>` makes 28 at the first level. */
const TAPE_PER_BYTE = 7;
/** Small chunks are copied and looked at byte by byte: a call out of JavaScript would cost more. */
export const SMALL = 48;

const GT = 0x3e;

export class Machine {
  readonly kind: ScannerKind;
  readonly scanner: Scanner;
  readonly shapes: Shapes;
  readonly #input: number;
  #capacity = 2 * PIECE;
  /** How many `>` have to come before reading on can bring anything. */
  ends = 1;
  /** How many bytes may come before somebody has to look whether it is too much. */
  left = 0;
  /** The beginning of a character whose end has not come. */
  #cut: Uint8Array = NO_BYTES;

  constructor(options: ShapeOptions, maxDepth: number) {
    this.kind = scannerKind();
    const shapes = align(STACK + (maxDepth + 1) * STACK_ENTRY);
    this.#input = shapes + SHAPES_BYTES;
    this.scanner = createScanner(this.#input + sizeFor(this.#capacity));
    this.shapes = new Shapes(this.scanner, shapes, options);
    const { words } = this.scanner;
    words[MAX_DEPTH >> 2] = maxDepth;
    this.clear();
  }

  /** Forgets the input, but not the shapes. */
  clear(): void {
    this.#cut = NO_BYTES;
    this.ends = 1;
    this.left = 0;
    const { words } = this.scanner;
    words[POS >> 2] = this.#input;
    this.#endAt(this.#input);
    words[STANZA >> 2] = this.#input;
    words[ORIGIN >> 2] = this.#input;
    words[LAST >> 2] = 0;
    words[TEXT >> 2] = 0;
    words[TAPE_TOP >> 2] = 0;
    words[DEPTH >> 2] = 0;
    words[VALUES >> 2] = this.#values;
    words[VALUES_TOP >> 2] = 0;
    words[TAPE >> 2] = this.#tape;
  }

  get #values(): number {
    return this.#input + this.#capacity + PADDING;
  }

  get #tape(): number {
    return this.#values + this.#capacity + RUN + PADDING;
  }

  get isCut(): boolean {
    return this.#cut.length > 0;
  }

  /**
   * Adds a small piece of input when there is nothing else to do with it: no more is added than `ends` and `left` allow.
   * @returns whether it was added.
   */
  appendSmall(piece: Uint8Array): boolean {
    const { bytes, words } = this.scanner;
    const { length } = piece;
    const at = words[END >> 2] as number;
    if (at + length > this.#input + this.#capacity || length > this.left || this.#cut.length > 0) return false;
    let { ends } = this;
    let wide = 0;
    for (let i = 0; i < length; i++) {
      const byte = piece[i] as number;
      bytes[at + i] = byte;
      wide |= byte;
      if (byte === GT) ends--;
    }
    if (wide >= 0x80 || ends <= 0) return false;
    this.ends = ends;
    this.left -= length;
    this.#endAt(at + length);
    return true;
  }

  /**
   * Adds a piece of input. Only whole characters: what is cut waits for the rest of it.
   * @returns whether all of it is UTF-8; else what comes before the first error has been added.
   */
  append(piece: Uint8Array): boolean {
    if (this.#cut.length > 0) {
      const cut = this.#cut;
      this.#cut = NO_BYTES;
      return this.append(Buffer.concat([cut, piece]));
    }
    const { length } = piece;
    const at = this.#room(length);
    this.scanner.bytes.set(piece, at);
    this.left -= length;
    this.ends = length > SMALL ? 0 : this.ends - ends(piece);
    if (isUtf8(piece)) {
      this.#endAt(at + length);
      return true;
    }
    const { valid, isCut } = utf8Prefix(piece);
    if (isCut) this.#cut = Uint8Array.from(piece.subarray(valid));
    this.#endAt(at + valid);
    return isCut;
  }

  #endAt(end: number): void {
    const { bytes, words } = this.scanner;
    // Nothing that the scanner passes over is zero: it need not look at where the end is to stop there.
    bytes[end] = 0;
    words[END >> 2] = end;
  }

  /** Where `length` more bytes fit. Moves what is still needed to the beginning of the input when they do not. */
  #room(length: number): number {
    const { words } = this.scanner;
    const end = words[END >> 2] as number;
    if (end + length <= this.#input + this.#capacity) return end;
    const from = words[(words[DEPTH >> 2] === 0 ? POS : STANZA) >> 2] as number;
    const needed = end - from + length;
    // Twice what is needed, so that each byte is moved a few times at most.
    if (needed * 2 > this.#capacity) this.#grow(needed * 4);
    const { bytes } = this.scanner;
    bytes.copyWithin(this.#input, from, end);
    const moved = from - this.#input;
    const after = this.scanner.words;
    for (const position of [POS, END, STANZA, ORIGIN]) after[position >> 2] = (after[position >> 2] as number) - moved;
    if (after[TEXT >> 2] !== 0) after[TEXT >> 2] = (after[TEXT >> 2] as number) - moved;
    return end - moved;
  }

  #grow(capacity: number): void {
    const tape = this.#tape;
    const values = this.#values;
    this.#capacity = align(capacity);
    this.scanner.grow(this.#input + sizeFor(this.#capacity));
    const { bytes, words } = this.scanner;
    // It is more than twice as large as before: neither gets into the way of the other.
    bytes.copyWithin(this.#tape, tape, tape + (words[TAPE_TOP >> 2] as number));
    bytes.copyWithin(this.#values, values, values + (words[VALUES_TOP >> 2] as number));
    words[TAPE >> 2] = this.#tape;
    words[VALUES >> 2] = this.#values;
  }
}

function ends(piece: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < piece.length; i++) if (piece[i] === GT) count++;
  return count;
}

const NO_BYTES = new Uint8Array();

function align(size: number): number {
  return (size + 63) & ~63;
}

/** The input, its values and its tape. */
function sizeFor(capacity: number): number {
  return capacity + PADDING + (capacity + RUN + PADDING) + (capacity + RUN) * TAPE_PER_BYTE + PADDING;
}

const idle: Machine[] = [];
const MAX_IDLE = 4;

/** A machine that nobody uses, or a new one. What it knows of other streams stays known when the options are the same. */
export function acquire(options: ShapeOptions): Machine {
  const { limits } = options;
  const maxDepth = Math.min(limits.depth, limits.bytes);
  const at = idle.findIndex(
    ({ kind, scanner }) => kind === scannerKind() && scanner.words[MAX_DEPTH >> 2] === maxDepth,
  );
  const [machine] = at === -1 ? [] : idle.splice(at, 1);
  if (machine === undefined) return new Machine(options, maxDepth);
  machine.shapes.use(options);
  return machine;
}

/** Gives a machine back. Nothing may look at its tape any more. */
export function release(machine: Machine): void {
  if (idle.length === MAX_IDLE) return;
  machine.clear();
  idle.push(machine);
}
