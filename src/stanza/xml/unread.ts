import type { ChildSource, Node } from './element.ts';
import type { Reader } from './reader.ts';
import type { Bytes } from './scanner.ts';

/** Where the bytes of larger elements are cut: V8 makes small strings much faster. */
const SEGMENT = 16_384;
const NOTHING: readonly string[] = [];

/** The bytes of a few first-level elements that have come together, one character for each. */
export class Run {
  readonly reader: Reader;
  /** What the tape tells of as long as the reader has this number. */
  readonly serial: number;
  /** The offset of the first byte on that tape. */
  readonly from: number;
  /** The first bytes, and most often all. */
  readonly source: string;
  readonly more: readonly string[];

  /** @param at where the first byte is in `bytes`. */
  constructor(reader: Reader, serial: number, from: number, bytes: Bytes, at: number, length: number) {
    this.reader = reader;
    this.serial = serial;
    this.from = from;
    this.source = bytes.latin1Slice(at, at + Math.min(length, SEGMENT));
    this.more = length > SEGMENT ? segments(bytes, at + SEGMENT, at + length) : NOTHING;
  }

  /** The segment that an offset is in. */
  segmentOf(offset: number): { segment: string; from: number } {
    const number = Math.floor((offset - this.from) / SEGMENT);
    const segment = number === 0 ? this.source : (this.more[number - 1] as string);
    return { segment, from: this.from + number * SEGMENT };
  }
}

function segments(bytes: Bytes, from: number, to: number): string[] {
  const list: string[] = [];
  for (let at = from; at < to; at += SEGMENT) list.push(bytes.latin1Slice(at, Math.min(at + SEGMENT, to)));
  return list;
}

/**
 * The children of a first-level element that nobody has looked into.
 *
 * Who asks while the element is being handled gets them from the tape, which is right there. Who asks later, when the
 * tape tells of other elements, has them read again. What waits until then is small: the bytes of the element, and
 * perhaps of a few small ones beside it, and nothing of the chunk they came in.
 */
export class Unread implements ChildSource {
  readonly #run: Run;
  readonly #entry: number;
  readonly #from: number;

  /**
   * @param entry where the element is on the tape.
   * @param from where its first byte is in the run.
   */
  constructor(run: Run, entry: number, from: number) {
    this.#run = run;
    this.#entry = entry;
    this.#from = from;
  }

  read(): readonly Node[] {
    return this.#run.reader.childrenOf(this.#run, this.#entry, this.#from);
  }
}
