/**
 * Codecs: one plain object per element that reads it into a typed value and builds it from one.
 *
 * A codec is declared with *places* (where in the element: `attr`, `text`, `child`, `many`, …) and *values* (of which
 * kind: see value.ts). It is also the key by which an element is found and routed.
 */

// What a codec is.
export { type Codec, isOf, type Kind, type MalformedCode, MalformedError } from './codec/codec.ts';
// Elements.
export { choice, element, leaf, mapped, marker, type Variant, variants } from './codec/elements.ts';
// Places in them.
export type { Field, Fields } from './codec/field.ts';
// Finding them.
export { find, findAll, has } from './codec/find.ts';
export {
  attr,
  child,
  flag,
  inside,
  many,
  optionalAttr,
  optionalChild,
  optionalText,
  rest,
  text,
} from './codec/places.ts';
