/**
 * Fallback indication: text that is only there for clients that do not know the rest of the message.
 * XEP-0428 v0.2.1 <https://xmpp.org/extensions/xep-0428.html>
 */

import { type Codec, element, findAll, many, optionalAttr } from '../stanza/codec.ts';
import { body as bodyOf } from '../stanza/stanza.ts';
import { unsigned } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { codePoints, slice } from './0426-character-counting.ts';

export const NS = 'urn:xmpp:fallback:0';

/** A part of the text in code points (XEP-0426), `end` not included; all of it when both are left out. */
export interface Region {
  readonly start?: number;
  readonly end?: number;
}
export const body: Codec<Region> = element(NS, 'body', {
  start: optionalAttr('start', unsigned),
  end: optionalAttr('end', unsigned),
});
export const subject: Codec<Region> = element(NS, 'subject', {
  start: optionalAttr('start', unsigned),
  end: optionalAttr('end', unsigned),
});

/** When neither bodies nor subjects are named, all of them are fallback. */
export interface Fallback {
  /** The namespace of what the text stands in for. */
  readonly for?: string;
  readonly bodies: readonly Region[];
  readonly subjects: readonly Region[];
}
export const fallback: Codec<Fallback> = element(NS, 'fallback', {
  for: optionalAttr('for'),
  subjects: many(subject),
  bodies: many(body),
});

export const features: readonly string[] = [NS];

/** Says that all text of the message stands in for something of namespace `ns`. */
export function allText(ns: string): Element {
  return fallback.build({ for: ns, bodies: [], subjects: [] });
}

/** Says that the first part of the body, this text, stands in for something of namespace `ns`. */
export function prefix(ns: string, text: string): Element {
  return fallback.build({ for: ns, bodies: [{ start: 0, end: codePoints(text) }], subjects: [] });
}

/**
 * The body of a message without what stands in for something the reader understands: `namespaces`.
 * @returns `undefined` when there is no body, or nothing of it is left.
 */
export function realBody(message: Element, ...namespaces: readonly string[]): string | undefined {
  const text = findAll(message, bodyOf)[0];
  if (text === undefined) return undefined;
  const understood = findAll(message, fallback).filter(
    (each) => each.for !== undefined && namespaces.includes(each.for),
  );
  return strip(text, understood);
}

/** `text` without the regions of these fallbacks; `undefined` when nothing of it is left. */
export function strip(text: string, fallbacks: readonly Fallback[]): string | undefined {
  const regions = fallbacks.flatMap((each) =>
    each.bodies.length === 0 && each.subjects.length === 0 ? [WHOLE] : each.bodies,
  );
  if (regions.length === 0) return text;
  let rest = '';
  let at = 0;
  for (const { start = 0, end = Number.POSITIVE_INFINITY } of regions.toSorted(byStart)) {
    if (start > at) rest += slice(text, at, start);
    at = Math.max(at, start, end);
  }
  rest += slice(text, at);
  return rest === '' ? undefined : rest;
}

const WHOLE: Region = {};

function byStart(a: Region, b: Region): number {
  return (a.start ?? 0) - (b.start ?? 0);
}
