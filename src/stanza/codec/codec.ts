/** What a codec is, and what is wrong with an element that it cannot read. */

import type { Element } from '../xml/element.ts';
import type { XmlWriter } from '../xml/writer.ts';

/** How an element is read and built; also the key by which it is found. */
export interface Codec<T> {
  readonly ns: string;
  /** The local names of the elements this codec reads. */
  readonly names: readonly string[];
  /**
   * The value that `element` holds; `undefined` when it is not an element of this codec.
   * @param path where the element stands, for errors.
   * @throws MalformedError when it is one, but broken.
   */
  readonly parse: (element: Element, path?: string) => T | undefined;
  readonly build: (value: T) => Element;
  /** Appends the XML of what `build` would build, without building it. Not every codec can: see write.ts. */
  readonly write?: (value: T, out: XmlWriter) => void;
}

/** What tells the elements of a codec from others. */
export type Kind = Pick<Codec<never>, 'ns' | 'names'>;

/** What is wrong with an element. */
export type MalformedCode =
  | 'missing-attribute'
  | 'invalid-attribute'
  | 'missing-child'
  | 'invalid-child'
  | 'invalid-text';

/** An element is of the right kind but does not hold what it must. `path` is like `/message/received@id`. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
  readonly code: MalformedCode;
  readonly path: string;

  constructor(code: MalformedCode, path: string, message: string) {
    super(`${path}: ${message}`);
    this.code = code;
    this.path = path;
  }
}

/** Whether the element is one that `codec` reads. */
export function isOf(codec: Kind, el: Element): boolean {
  return el.ns === codec.ns && codec.names.includes(el.name);
}
