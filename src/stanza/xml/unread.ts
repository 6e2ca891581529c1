import type { ChildSource, Node } from './element.ts';
import type { Reader } from './reader.ts';

/**
 * The children of a first-level element that nobody has looked into.
 *
 * Who asks while the element is being handled gets them from the tape, which is right there. Who asks later, when the
 * tape tells of other elements, has them read again. What waits until then is small: the bytes of the element as one
 * string, and nothing of the chunk they came in.
 */
export class Unread implements ChildSource {
  readonly #reader: Reader;
  readonly #serial: number;
  readonly #source: string;

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#serial = reader.serial;
    this.#source = reader.source;
  }

  read(): readonly Node[] {
    return this.#reader.childrenOf(this.#source, this.#serial);
  }
}
