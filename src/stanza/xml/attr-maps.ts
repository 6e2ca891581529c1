/**
 * Making the attribute maps of elements that look alike.
 *
 * V8 makes an object fastest in a function that always makes the same kind of object. There can be no such function in
 * these files for each list of attributes that a peer may send, so for those that come often it is compiled when they
 * do. Only names of the list below get into that code: they stand here, in this file, whatever a peer has sent.
 */

import { type Attrs, attrMapOf, NOTHING } from './element.ts';

/** Where the values come from that vary, one after the other. */
export interface Values {
  value(): string;
}

export type AttrMaker = (values: Values) => Attrs;

/** The names that stanzas are full of: those of RFC 6120 and of what most stanzas carry. */
const COMMON_NAMES = new Set(
  'from to id type xml:lang by jid name node ver var hash stamp subscription affiliation role category code for'.split(
    ' ',
  ),
);
/** So often a tag must have come. */
const OFTEN = 64;
/** Functions are not free: so many are made at most, until the process ends. */
const MAX_COMPILED = 512;

let compiled = 0;

/**
 * A function that makes the maps of elements with these attributes.
 * @param values those that are always the same; `undefined` for those that vary.
 * @param owner gets a faster such function when there is one.
 */
export function attrMaker(
  keys: readonly string[],
  values: readonly (string | undefined)[],
  owner: { makeAttrs: AttrMaker },
): AttrMaker {
  const AttrMap = attrMapOf(keys.length);
  let uses = 0;
  return (source) => {
    if (++uses === OFTEN) {
      const make = compile(keys, values);
      if (make !== undefined) owner.makeAttrs = make;
    }
    const attrs = new AttrMap();
    for (let i = 0; i < keys.length; i++) attrs[keys[i] as string] = values[i] ?? source.value();
    return attrs;
  };
}

function compile(keys: readonly string[], values: readonly (string | undefined)[]): AttrMaker | undefined {
  if (compiled === MAX_COMPILED || !keys.every((key) => COMMON_NAMES.has(key))) return undefined;
  const parameters = keys.map((_, i) => `v${i}`);
  const assignments = keys.map((key, i) => `this['${key}'] = v${i};`);
  const given = values.map((value, i) => (value === undefined ? 'source.value()' : `values[${i}]`));
  try {
    const make = new Function(
      'prototype',
      'values',
      `function AttrMap(${parameters}) { ${assignments.join(' ')} }
       AttrMap.prototype = prototype;
       return (source) => new AttrMap(${given});`,
    );
    compiled++;
    return make(NOTHING, values) as AttrMaker;
  } catch {
    // Node was told not to make code of strings.
    compiled = MAX_COMPILED;
    return undefined;
  }
}
