/**
 * Search: directories of people.
 * XEP-0055 v1.3 <https://xmpp.org/extensions/xep-0055.html>
 */

import { attr, type Codec, element, leaf, many, optionalChild } from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { jid } from '../stanza/value.ts';
import { type Form, form } from './0004-data-forms.ts';
import { type Set as ResultSet, set } from './0059-rsm.ts';

/** Also the FORM_TYPE of the form inside. */
export const NS = 'jabber:iq:search';

/** Somebody who was found. */
export interface Item {
  readonly jid: string;
  readonly first?: string;
  readonly last?: string;
  readonly nick?: string;
  readonly email?: string;
}
export const item: Codec<Item> = element(NS, 'item', {
  jid: attr('jid', jid),
  first: optionalChild(leaf(NS, 'first')),
  last: optionalChild(leaf(NS, 'last')),
  nick: optionalChild(leaf(NS, 'nick')),
  email: optionalChild(leaf(NS, 'email')),
});

/**
 * In the answer to `get`, the fields that one can search by, empty, or a form with more; in a `set` what to look for; in
 * the answer to it `items`, or a form of type `result`. Nothing inside means that nobody was found.
 */
export interface Search {
  readonly instructions?: string;
  readonly first?: string;
  readonly last?: string;
  readonly nick?: string;
  readonly email?: string;
  readonly form?: Form;
  readonly items: readonly Item[];
  /** Which part of a long list to give, or was given. XEP-0059. */
  readonly set?: ResultSet;
}
export const query: Codec<Search> = element(NS, 'query', {
  instructions: optionalChild(leaf(NS, 'instructions')),
  first: optionalChild(leaf(NS, 'first')),
  last: optionalChild(leaf(NS, 'last')),
  nick: optionalChild(leaf(NS, 'nick')),
  email: optionalChild(leaf(NS, 'email')),
  form: optionalChild(form),
  items: many(item),
  set: optionalChild(set),
});

export const features: readonly string[] = [NS];

/** Asks what one can search by. @throws StanzaError with the answered error. */
export async function searchForm(iq: IqSender, directory: string): Promise<Search> {
  const payload = query.build({ items: [] });
  return answered(query, await iq.request({ type: 'get', to: directory, payload }));
}

/**
 * Searches: by the fields that were offered, or by the form.
 * @returns a row of named values for each hit, whichever way the directory answers; `jid` is among them.
 * @throws StanzaError with the answered error.
 */
export async function search(
  iq: IqSender,
  directory: string,
  wanted: Partial<Pick<Search, 'first' | 'last' | 'nick' | 'email' | 'form' | 'set'>>,
): Promise<readonly Readonly<Record<string, string>>[]> {
  const payload = query.build({ items: [], ...wanted });
  const answer = await iq.request({ type: 'set', to: directory, payload });
  // COMPAT: an empty result without a query, where the XEP wants an empty query.
  return answer === undefined ? [] : rows(answered(query, answer));
}

/** What was found, as rows of named values. A field with several values has the first. */
export function rows(answer: Search): readonly Readonly<Record<string, string>>[] {
  if (answer.form === undefined) return answer.items.map((each) => ({ ...each }));
  return answer.form.items.map((each) =>
    Object.fromEntries(each.fields.map((field) => [field.var ?? '', field.values[0] ?? ''])),
  );
}
