/**
 * vCard4 over XMPP: what somebody says about themselves, published in a node.
 * XEP-0292 v0.12.0 <https://xmpp.org/extensions/xep-0292.html>, with the elements of RFC 6351.
 */

import { type Codec, child, element, type Field, inside, leaf, many, mapped, optionalChild } from '../stanza/codec.ts';
import type { IqSender } from '../stanza/iq-tracker.ts';
import { unsigned } from '../stanza/value.ts';
import { Element } from '../stanza/xml/element.ts';
import { fetchItems, publish, valuesOf } from './0060-pubsub.ts';
import { CURRENT } from './0163-pep.ts';

export const NS = 'urn:ietf:params:xml:ns:vcard-4.0';
/** The node, which is open for everybody to read. */
export const NODE = 'urn:xmpp:vcard4';

/** The parts of a name, each perhaps several; `VCard.fullNames` is what to show. */
export interface Name {
  readonly surnames: readonly string[];
  readonly givens: readonly string[];
  readonly additionals: readonly string[];
  readonly prefixes: readonly string[];
  readonly suffixes: readonly string[];
}

/** What something is for, of which there may be several. */
export interface Parameters {
  /** `home`, `work`, `voice`, `cell`, … */
  readonly types: readonly string[];
  /** From 1, the best, to 100. */
  readonly pref?: number;
}
/** A postal address. */
export interface Address {
  readonly parameters?: Parameters;
  readonly street?: string;
  readonly locality?: string;
  readonly region?: string;
  readonly code?: string;
  readonly country?: string;
  readonly postOfficeBox?: string;
  readonly extended?: string;
}
/** A number as a `tel:` URI, or as text. */
export interface Phone {
  readonly parameters?: Parameters;
  readonly uri?: string;
  readonly text?: string;
}
/** An email address. */
export interface Email {
  readonly parameters?: Parameters;
  readonly text: string;
}
/** An address of instant messaging, as URI: `xmpp:juliet@example.com`. */
export interface Impp {
  readonly parameters?: Parameters;
  readonly uri: string;
}
/** The gender, as a letter or in words. */
export interface Gender {
  readonly sex?: string;
  readonly identity?: string;
}

export interface VCard {
  /** `individual`, `group`, `org`, `location`, … */
  readonly kind?: string;
  readonly fullNames: readonly string[];
  readonly name?: Name;
  readonly nicknames: readonly string[];
  /** URIs, perhaps `data:`. */
  readonly photos: readonly string[];
  /** A date, a part of one, a point in time, or words. */
  readonly birthday?: string;
  readonly gender?: Gender;
  readonly addresses: readonly Address[];
  readonly phones: readonly Phone[];
  readonly emails: readonly Email[];
  readonly impps: readonly Impp[];
  readonly languages: readonly string[];
  readonly timeZone?: string;
  /** A `geo:` URI. */
  readonly geo?: string;
  readonly titles: readonly string[];
  readonly roles: readonly string[];
  /** Each with its units, from the widest to the narrowest. */
  readonly organizations: readonly (readonly string[])[];
  readonly categories: readonly string[];
  readonly notes: readonly string[];
  readonly revision?: string;
  readonly uid?: string;
  readonly urls: readonly string[];
}

const text = (name: string): Field<string, true> => optionalChild(leaf(NS, name));
/** A property that is an element around one of a type: `<fn><text>…</text></fn>`. */
const property = (name: string, type: string): Codec<string> =>
  mapped(
    element<{ readonly value: string }>(NS, name, { value: child(leaf(NS, type)) }),
    ({ value }) => value,
    (value) => ({ value }),
  );
const one = (name: string, type: string): Field<string, true> => optionalChild(property(name, type));
const parameters: Field<Parameters, true> = optionalChild(
  element<Parameters>(NS, 'parameters', {
    types: inside(NS, 'type', many(leaf(NS, 'text'))),
    pref: inside(NS, 'pref', optionalChild(leaf(NS, 'integer', unsigned))),
  }),
);

/** The words that a birthday may be given in, and what tells them apart. */
const WHEN = [
  ['date', /^-?-?[\d-]+$/],
  ['date-time', /^-?-?[\d-]*T[\d:Z+-]+$/],
  ['text', /^/],
] as const;
const birthday: Codec<string> = {
  ns: NS,
  names: ['bday'],
  parse(el) {
    if (!el.is('bday', NS)) return undefined;
    return WHEN.map(([name]) => el.getChildText(name, NS)).find((found) => found !== null) ?? '';
  },
  build(value) {
    const [name] = WHEN.find(([, form]) => form.test(value)) as (typeof WHEN)[number];
    return new Element('bday', NS, undefined, [leaf(NS, name).build(value)]);
  },
};

const name: Codec<Name> = element(NS, 'n', {
  surnames: many(leaf(NS, 'surname')),
  givens: many(leaf(NS, 'given')),
  additionals: many(leaf(NS, 'additional')),
  prefixes: many(leaf(NS, 'prefix')),
  suffixes: many(leaf(NS, 'suffix')),
});

export const vcard: Codec<VCard> = element(NS, 'vcard', {
  kind: one('kind', 'text'),
  fullNames: many(property('fn', 'text')),
  name: optionalChild(name),
  nicknames: many(property('nickname', 'text')),
  photos: many(property('photo', 'uri')),
  birthday: optionalChild(birthday),
  gender: optionalChild(element<Gender>(NS, 'gender', { sex: text('sex'), identity: text('identity') })),
  addresses: many(
    element<Address>(NS, 'adr', {
      parameters,
      postOfficeBox: text('pobox'),
      extended: text('ext'),
      street: text('street'),
      locality: text('locality'),
      region: text('region'),
      code: text('code'),
      country: text('country'),
    }),
  ),
  phones: many(element<Phone>(NS, 'tel', { parameters, uri: text('uri'), text: text('text') })),
  emails: many(element<Email>(NS, 'email', { parameters, text: child(leaf(NS, 'text')) })),
  impps: many(element<Impp>(NS, 'impp', { parameters, uri: child(leaf(NS, 'uri')) })),
  languages: many(property('lang', 'language-tag')),
  timeZone: one('tz', 'text'),
  geo: one('geo', 'uri'),
  titles: many(property('title', 'text')),
  roles: many(property('role', 'text')),
  organizations: many(
    mapped(
      element<{ readonly units: readonly string[] }>(NS, 'org', { units: many(leaf(NS, 'text')) }),
      ({ units }) => units,
      (units) => ({ units }),
    ),
  ),
  categories: inside(NS, 'categories', many(leaf(NS, 'text'))),
  notes: many(property('note', 'text')),
  revision: one('rev', 'timestamp'),
  uid: one('uid', 'uri'),
  urls: many(property('url', 'uri')),
});

export const features: readonly string[] = [NS];

/** A card with what is given, and nothing where nothing is. */
export function makeVCard(given: Partial<VCard>): VCard {
  return {
    fullNames: [],
    nicknames: [],
    photos: [],
    addresses: [],
    phones: [],
    emails: [],
    impps: [],
    languages: [],
    titles: [],
    roles: [],
    organizations: [],
    categories: [],
    notes: [],
    urls: [],
    ...given,
  };
}

/** The card that somebody published; `undefined` when none. @throws StanzaError, MalformedError. */
export async function fetchVCard(iq: IqSender, jid: string): Promise<VCard | undefined> {
  const items = await fetchItems(iq, { service: jid, node: NODE }, { maxItems: 1 });
  return valuesOf(items, vcard)[0]?.value;
}

/** Publishes one's own card, in place of the one before. @throws StanzaError with the answered error. */
export async function publishVCard(iq: IqSender, card: VCard): Promise<void> {
  await publish(iq, { node: NODE }, { id: CURRENT, payload: vcard.build(card) }, { accessModel: 'open' });
}
