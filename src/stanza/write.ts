/** Typed values → XML text at once: for who sends so much that building elements first is too slow. */

import type { Codec } from './codec.ts';
import { written } from './xml/serialize.ts';
import type { XmlWriter } from './xml/writer.ts';

/** Appends the XML of a value. */
export function write<T>(codec: Codec<T>, value: T, out: XmlWriter): void {
  if (codec.write === undefined) out.element(codec.build(value));
  else codec.write(value, out);
}

/** `write` for this codec. */
export function writerOf<T>(codec: Codec<T>): (value: T, out: XmlWriter) => void {
  return codec.write ?? ((value, out) => out.element(codec.build(value)));
}

/**
 * The XML of a value: what `serialize` makes of what `build` builds, faster.
 * @param contextNs the default namespace in force where the text will stand, as for `serialize`.
 * @throws SerializeError for what XML cannot carry.
 */
export function toXml<T>(codec: Codec<T>, value: T, contextNs = ''): string {
  return written(
    contextNs,
    (out) => write(codec, value, out),
    () => codec.build(value),
  );
}
