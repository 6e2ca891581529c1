import type { ChildSource, Node } from './element.ts';
import type { Reader } from './reader.ts';

/** The bytes of a few first-level elements that have come together, as one string. */
export class Run {
  readonly reader: Reader;
  /** What the tape tells of as long as the reader has this number. */
  readonly serial: number;
  readonly source: string;
  /** The offset of its first byte on that tape. */
  readonly from: number;

  constructor(reader: Reader, serial: number, source: string, from: number) {
    this.reader = reader;
    this.serial = serial;
    this.source = source;
    this.from = from;
  }
}

/**
 * The children of a first-level element that nobody has looked into.
 *
 * Who asks while the element is being handled gets them from the tape, which is right there. Who asks later, when the
 * tape tells of other elements, has them read again. What waits until then is small: the bytes of the element, and
 * perhaps of a few small ones beside it, as one string, and nothing of the chunk they came in.
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
