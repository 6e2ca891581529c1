/**
 * Result set management: long lists page by page.
 * XEP-0059 v1.0 <https://xmpp.org/extensions/xep-0059.html>
 */

import { type Codec, element, leaf, optionalAttr, optionalChild, optionalText } from '../stanza/codec.ts';
import { StanzaError } from '../stanza/stanza-error.ts';
import { unsigned } from '../stanza/value.ts';

export const NS = 'http://jabber.org/protocol/rsm';

/** The first entry of a page, and its place in the whole list counted from 0. */
export interface First {
  readonly id?: string;
  readonly index?: number;
}
export const first: Codec<First> = element(NS, 'first', { id: optionalText(), index: optionalAttr('index', unsigned) });

/** Which part of a list to give (`max`, `before`, `after`, `index`), or was given (`first`, `last`, `count`). */
export interface Set {
  /** Entries at most; 0 asks for the count alone. */
  readonly max?: number;
  /** The page that ends before the entry with this id; `''` is the last page. */
  readonly before?: string;
  /** The page that begins after the entry with this id. */
  readonly after?: string;
  readonly index?: number;
  readonly first?: First;
  readonly last?: string;
  /** How many entries the whole list has. */
  readonly count?: number;
}
export const set: Codec<Set> = element(NS, 'set', {
  max: optionalChild(leaf(NS, 'max', unsigned)),
  before: optionalChild(leaf(NS, 'before')),
  after: optionalChild(leaf(NS, 'after')),
  index: optionalChild(leaf(NS, 'index', unsigned)),
  first: optionalChild(first),
  last: optionalChild(leaf(NS, 'last')),
  count: optionalChild(leaf(NS, 'count', unsigned)),
});

export const features: readonly string[] = [NS];

/**
 * Fetches a long list page by page, as pages are asked for.
 * @param fetchPage fetches one page, and returns it with the `set` of the answer.
 */
export async function* pages<P extends { readonly set?: Set }>(
  fetchPage: (set: Set) => Promise<P>,
  max = 50,
): AsyncGenerator<P, void, undefined> {
  let next: Set = { max };
  while (true) {
    const page = await fetchPage(next);
    yield page;
    const last = page.set?.last;
    // A page without an end is the last; one that ends where it began comes from a service that does not understand.
    if (last === undefined || last === next.after) return;
    next = { max, after: last };
  }
}

/**
 * The part of a list that `asked` wants, and the `set` that says which it is. For services that have the whole list.
 * @throws StanzaError `item-not-found` when `before` or `after` is the id of no entry.
 */
export function pageOf<T>(
  list: readonly T[],
  idOf: (entry: T) => string,
  asked: Set,
  most = 100,
): { readonly entries: readonly T[]; readonly set: Set } {
  const max = Math.min(asked.max ?? most, most);
  const from = startOf(list, idOf, asked, max);
  const until = asked.before === undefined || asked.before === '' ? list.length : placeOf(list, idOf, asked.before);
  const entries = list.slice(from, Math.min(from + max, until));
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return { entries, set: { count: list.length } };
  return { entries, set: { first: { id: idOf(first), index: from }, last: idOf(last), count: list.length } };
}

function startOf<T>(
  list: readonly T[],
  idOf: (entry: T) => string,
  { index, after, before }: Set,
  max: number,
): number {
  if (index !== undefined) return index;
  if (after !== undefined) return placeOf(list, idOf, after) + 1;
  if (before === undefined) return 0;
  return Math.max((before === '' ? list.length : placeOf(list, idOf, before)) - max, 0);
}

function placeOf<T>(list: readonly T[], idOf: (entry: T) => string, id: string): number {
  const place = list.findIndex((entry) => idOf(entry) === id);
  if (place === -1) throw StanzaError.of('item-not-found', 'no entry with that id');
  return place;
}
