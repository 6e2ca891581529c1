/** Finding what a codec reads among the children of an element. */

import type { Element } from '../xml/element.ts';
import { type Codec, isOf, type Kind } from './codec.ts';
import { many } from './places.ts';

/** The value of the first child element of this kind. Throws MalformedError when that child is broken. */
export function find<T>(parent: Element, codec: Codec<T>): T | undefined {
  for (const each of parent.children) {
    if (typeof each !== 'string' && isOf(codec, each)) return codec.parse(each, `/${parent.name}/${each.name}`);
  }
  return undefined;
}

/** The values of all child elements of this kind. Throws MalformedError when one is broken. */
export function findAll<T>(parent: Element, codec: Codec<T>): readonly T[] {
  return many(codec).read(parent, `/${parent.name}`) ?? [];
}

/** Whether there is a child element of this kind, broken or not. */
export function has(parent: Element, codec: Kind): boolean {
  return parent.children.some((each) => typeof each !== 'string' && isOf(codec, each));
}
