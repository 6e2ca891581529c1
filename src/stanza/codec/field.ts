/** What a codec for an element is declared with: a field for each property of its value. */

import type { Element, Node } from '../xml/element.ts';
import type { XmlWriter } from '../xml/writer.ts';

/** What is being built. */
export interface Draft {
  readonly attrs: Record<string, string>;
  readonly children: Node[];
}

/** A place in an element that holds a `T`. `Optional` says whether it may be empty. */
export interface Field<T, Optional extends boolean = false> {
  readonly optional: Optional;
  /** `undefined` only when `optional`. */
  readonly read: (element: Element, path: string) => T | undefined;
  readonly write: (value: T, draft: Draft) => void;
  /** The name of the attribute and its text, when all that `write` does is to set one that is in no namespace. */
  readonly asAttribute?: { readonly name: string; readonly format: (value: T) => string };
  /** Writes the part as attributes into a start tag, when such are all that `write` sets. */
  readonly writeAttribute?: (value: T, out: XmlWriter) => void;
  /** Writes the part as content, when that is all that `write` does. */
  readonly writeContent?: (value: T, out: XmlWriter) => void;
  /** Whether the field reads this child element; what no field reads is left to `rest`. */
  readonly reads?: (child: Element) => boolean;
}

/** A field for each property of `T`, optional where the property is. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>, undefined extends T[K] ? true : false>;
};

/** How `element` tells its `rest` field what the other fields read. */
export const restOf = new WeakMap<Field<unknown, boolean>, (isRead: (child: Element) => boolean) => void>();
