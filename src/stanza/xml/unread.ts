import type { ChildSource, Node } from './element.ts';
import type { View } from './handover.ts';
import type { Bytes } from './scanner.ts';
import type { Tag } from './shapes.ts';
import { Builder } from './tree.ts';

/** Where the values of larger elements are cut: V8 makes small strings much faster. */
const SEGMENT = 16_384;
const NONE: readonly string[] = [];

/** A few first-level elements that have come together: their values as a string, and what the tape tells of them. */
export class Run {
  readonly #view: View;
  readonly #tags: readonly Tag[];
  /** The offset of the first value, as the tape counts. */
  readonly from: number;
  /** The values, one character for each byte: the first of them, and most often all. */
  readonly source: string;
  readonly #more: readonly string[];
  /** How many elements wait for somebody who looks into them. */
  waiting = 0;
  /** Where the copy of the tape begins on the tape, in words, and the copy. */
  #tapeFrom = 0;
  #tape = NONE;

  /** @param at where the first value is in `bytes`. */
  constructor(view: View, tags: readonly Tag[], from: number, bytes: Bytes, at: number, to: number) {
    this.#view = view;
    this.#tags = tags;
    this.from = from;
    this.source = bytes.latin1Slice(at, Math.min(to, at + SEGMENT));
    this.#more = to - at > SEGMENT ? segments(bytes, at + SEGMENT, to) : NONE;
  }

  /** Copies the tape, before it tells of something else, for those who ask later. */
  keepTape(bytes: Bytes, at: number, to: number, tapeFrom: number): void {
    this.#tape = segments(bytes, at, to);
    this.#tapeFrom = tapeFrom;
  }

  /** The segment that an offset is in. */
  segmentOf(offset: number): { segment: string; from: number } {
    const number = Math.floor((offset - this.from) / SEGMENT);
    const segment = number === 0 ? this.source : (this.#more[number - 1] as string);
    return { segment, from: this.from + number * SEGMENT };
  }

  /** The children of the element whose entry is at `entry`, in words from the beginning of the tape. */
  childrenOf(entry: number): readonly Node[] {
    const { handover } = this.#view;
    if (handover !== undefined) {
      this.waiting--;
      return handover.childrenOf(this, entry);
    }
    const tape = Buffer.from(this.#tape.join(''), 'latin1');
    const words = new Int32Array(tape.length >> 2);
    Buffer.from(words.buffer).set(tape);
    const builder = new Builder(words, undefined, this.#tags);
    builder.base = -this.#tapeFrom;
    builder.open(this, this.source + this.#more.join(''));
    return builder.childrenAt(builder.base + entry);
  }
}

function segments(bytes: Bytes, from: number, to: number): string[] {
  if (to - from <= SEGMENT) return [bytes.latin1Slice(from, to)];
  const list: string[] = [];
  for (let at = from; at < to; at += SEGMENT) list.push(bytes.latin1Slice(at, Math.min(at + SEGMENT, to)));
  return list;
}

/**
 * The children of a first-level element that nobody has looked into.
 *
 * Who asks while the element is being handled gets them from the tape, which is right there; who asks later, from a copy
 * of that part of the tape. What waits until then is small: texts and attribute values of the element, and perhaps of a
 * few small ones beside it, and nothing of the chunk they came in.
 */
export class Unread implements ChildSource {
  readonly #run: Run;
  readonly #entry: number;

  /** @param entry where the element is on the tape, in words. */
  constructor(run: Run, entry: number) {
    this.#run = run;
    this.#entry = entry;
    run.waiting++;
  }

  read(): readonly Node[] {
    return this.#run.childrenOf(this.#entry);
  }
}
