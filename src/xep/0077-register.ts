/**
 * In-band registration: accounts at a service, made, changed and removed in a stanza.
 * XEP-0077 v2.4 <https://xmpp.org/extensions/xep-0077.html>
 */

import { type Codec, element, flag, leaf, optionalChild } from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { type Form, form } from './0004-data-forms.ts';
import { type Oob, x as oob } from './0066-oob.ts';

/** Also the FORM_TYPE of the form inside. */
export const NS = 'jabber:iq:register';

/**
 * The standard fields. In the answer to `get` a field that is asked for is there, empty or filled; in a `set` it has
 * its value. Services with other fields, or with better labels, add a form: it comes first.
 */
export interface Register {
  /** Whether the requester is registered; the fields then hold what is on file. */
  readonly registered: boolean;
  readonly instructions?: string;
  readonly username?: string;
  readonly nick?: string;
  readonly password?: string;
  readonly name?: string;
  readonly first?: string;
  readonly last?: string;
  readonly email?: string;
  readonly address?: string;
  readonly city?: string;
  readonly state?: string;
  readonly zip?: string;
  readonly phone?: string;
  readonly url?: string;
  readonly date?: string;
  /** A `set` with this and nothing else removes the registration. */
  readonly remove: boolean;
  readonly form?: Form;
  /** Where to register instead. */
  readonly oob?: Oob;
}

/** The names of the standard fields, in the order of the schema. */
export const FIELDS = [
  'username',
  'nick',
  'password',
  'name',
  'first',
  'last',
  'email',
  'address',
  'city',
  'state',
  'zip',
  'phone',
  'url',
  'date',
] as const;
/** The name of a standard field. */
export type FieldName = (typeof FIELDS)[number];

export const query: Codec<Register> = element(NS, 'query', {
  registered: flag(NS, 'registered'),
  instructions: optionalChild(leaf(NS, 'instructions')),
  username: optionalChild(leaf(NS, 'username')),
  nick: optionalChild(leaf(NS, 'nick')),
  password: optionalChild(leaf(NS, 'password')),
  name: optionalChild(leaf(NS, 'name')),
  first: optionalChild(leaf(NS, 'first')),
  last: optionalChild(leaf(NS, 'last')),
  email: optionalChild(leaf(NS, 'email')),
  address: optionalChild(leaf(NS, 'address')),
  city: optionalChild(leaf(NS, 'city')),
  state: optionalChild(leaf(NS, 'state')),
  zip: optionalChild(leaf(NS, 'zip')),
  phone: optionalChild(leaf(NS, 'phone')),
  url: optionalChild(leaf(NS, 'url')),
  date: optionalChild(leaf(NS, 'date')),
  remove: flag(NS, 'remove'),
  form: optionalChild(form),
  oob: optionalChild(oob),
});

export const features: readonly string[] = [NS];

/** Asks what a service wants to know, or knows already. @throws StanzaError with the answered error. */
export async function registrationForm(iq: IqSender, jid: string): Promise<Register> {
  const asked = query.build({ registered: false, remove: false });
  return answered(query, await iq.request({ type: 'get', to: jid, payload: asked }));
}

/** Registers, or changes a registration: with the fields that were asked for, or with the form. @throws StanzaError. */
export async function register(
  iq: IqSender,
  jid: string,
  answer: Partial<Pick<Register, FieldName | 'form'>>,
): Promise<void> {
  const payload = query.build({ registered: false, remove: false, ...answer });
  await iq.request({ type: 'set', to: jid, payload });
}

/** Removes the registration. @throws StanzaError with the answered error. */
export async function unregister(iq: IqSender, jid: string): Promise<void> {
  await iq.request({ type: 'set', to: jid, payload: query.build({ registered: false, remove: true }) });
}
