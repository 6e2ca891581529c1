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
import { wholeCharacters } from './utf8.ts';

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
  /** For a piece after most of what may be waiting for its end, and as much again: see `#room`. */
  #capacity = 2 * PIECE + 16_384;
  /** How many `>` have to come before reading on can bring anything. */
  ends = 1;
  /** Where the last `>` ends, or something after it. */
  endAt = 0;
  /** How many bytes may come before somebody has to look whether it is too much. */
  left = 0;
  /** The beginning of a character whose end has not come. */
  readonly #cut = new Uint8Array(3);
  #cutLength = 0;

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
    this.#cutLength = 0;
    this.ends = 1;
    this.left = 0;
    this.endAt = 0;
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
    return this.#cutLength > 0;
  }

  /**
   * Adds a small piece of input, unless something is wrong with it that `append` knows to handle.
   * @param isDue whether to add it even if it makes reading on worthwhile.
   * @returns whether it was added.
   */
  appendSmall(piece: Uint8Array, isDue: boolean): boolean {
    const { bytes, words } = this.scanner;
    const at = words[END >> 2] as number;
    let to = at;
    if (at + piece.length + this.#cutLength > this.#input + this.#capacity || piece.length > this.left) return false;
    let wide = this.#cutLength;
    for (let i = 0; i < wide; i++) bytes[to++] = this.#cut[i] as number;
    let { ends, endAt } = this;
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i] as number;
      bytes[to++] = byte;
      wide |= byte & 0x80;
      if (byte === GT) {
        ends--;
        endAt = to;
      }
    }
    if (ends <= 0 && !isDue) return false;
    const end = wide === 0 ? to : wholeCharacters(bytes, at, to);
    if (end < 0) return false;
    this.ends = ends;
    this.endAt = endAt;
    this.left -= piece.length;
    if (wide !== 0) this.#cutAt(end, to);
    this.#endAt(end);
    return true;
  }

  /**
   * Adds a piece of input. Only whole characters: what is cut waits for the rest of it.
   * @returns whether all of it is UTF-8; else what comes before the first error has been added.
   */
  append(piece: Uint8Array): boolean {
    const cut = this.#cutLength;
    const at = this.#room(cut + piece.length);
    const to = at + cut + piece.length;
    const { bytes } = this.scanner;
    for (let i = 0; i < cut; i++) bytes[at + i] = this.#cut[i] as number;
    bytes.set(piece, at + cut);
    this.left -= piece.length;
    // Reading on tells.
    this.ends = 0;
    this.endAt = to;
    if (cut === 0 && isUtf8(piece)) {
      this.#endAt(to);
      return true;
    }
    const end = cut > 0 && isUtf8(bytes.subarray(at, to)) ? to : wholeCharacters(bytes, at, to);
    this.#cutAt(end, to);
    this.#endAt(end < 0 ? ~end : end);
    return end >= 0;
  }

  /** Notes what is cut. */
  #cutAt(end: number, to: number): void {
    this.#cutLength = end < 0 ? 0 : to - end;
    for (let i = 0; i < this.#cutLength; i++) this.#cut[i] = this.scanner.bytes[end + i] as number;
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
    this.endAt -= moved;
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
    // All of them: of a text whose end has not come a part is there already, behind the top.
    bytes.copyWithin(this.#values, values, tape);
    words[TAPE >> 2] = this.#tape;
    words[VALUES >> 2] = this.#values;
  }
}

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
