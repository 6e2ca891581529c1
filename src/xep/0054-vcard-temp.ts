/**
 * vcard-temp: what somebody says about themselves, in the form that all clients know.
 * XEP-0054 v1.3.0 <https://xmpp.org/extensions/xep-0054.html>
 */

import {
  type Codec,
  child,
  choice,
  element,
  type Field,
  flag,
  inside,
  leaf,
  many,
  mapped,
  optionalChild,
} from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { StanzaError } from '../stanza/stanza-error.ts';
import { base64 } from '../stanza/value.ts';

export const NS = 'vcard-temp';

/** The parts of a name, for sorting and addressing; `VCard.fullName` is what to show. */
export interface Name {
  readonly family?: string;
  readonly given?: string;
  readonly middle?: string;
  readonly prefix?: string;
  readonly suffix?: string;
}

/** A picture, or where one is. */
export interface Image {
  /** The media type. To be checked against the data: clients get it wrong. */
  readonly type?: string;
  readonly data?: Uint8Array;
  readonly url?: string;
}

/** What kind of address it is. */
export type AddressType = 'home' | 'work' | 'postal' | 'parcel' | 'dom' | 'intl' | 'pref';
/** A postal address. */
export interface Address {
  readonly types: readonly AddressType[];
  readonly postOfficeBox?: string;
  readonly extended?: string;
  readonly street?: string;
  readonly locality?: string;
  readonly region?: string;
  readonly postalCode?: string;
  readonly country?: string;
}

/** An address as it is printed on a letter. */
export interface Label {
  readonly types: readonly AddressType[];
  readonly lines: readonly string[];
}

const PHONE_TYPES = [
  'home',
  'work',
  'voice',
  'fax',
  'pager',
  'msg',
  'cell',
  'video',
  'bbs',
  'modem',
  'isdn',
  'pcs',
  'pref',
] as const;
/** What kind of telephone it is. */
export type PhoneType = (typeof PHONE_TYPES)[number];
/** A telephone number. */
export interface Phone {
  readonly types: readonly PhoneType[];
  readonly number: string;
}

/** What kind of email address it is. */
export type EmailType = 'home' | 'work' | 'internet' | 'pref' | 'x400';
/** An email address. */
export interface Email {
  readonly types: readonly EmailType[];
  readonly address: string;
}

/** In degrees, as decimal numbers. */
export interface Geo {
  readonly latitude: string;
  readonly longitude: string;
}

/** Where somebody works. */
export interface Organization {
  readonly name?: string;
  readonly units: readonly string[];
}

/** Who may see the card. */
export type Confidentiality = 'public' | 'private' | 'confidential';

export interface VCard {
  readonly version?: string;
  readonly fullName?: string;
  readonly name?: Name;
  readonly nickname?: string;
  readonly photos: readonly Image[];
  readonly birthday?: string;
  readonly addresses: readonly Address[];
  readonly labels: readonly Label[];
  readonly phones: readonly Phone[];
  readonly emails: readonly Email[];
  readonly jid?: string;
  readonly mailer?: string;
  readonly timeZone?: string;
  readonly geo?: Geo;
  readonly title?: string;
  readonly role?: string;
  readonly logo?: Image;
  readonly organization?: Organization;
  readonly categories: readonly string[];
  readonly note?: string;
  readonly product?: string;
  readonly revision?: string;
  readonly sortString?: string;
  readonly uid?: string;
  readonly url?: string;
  readonly description?: string;
  readonly confidentiality?: Confidentiality;
}

const line = (name: string) => optionalChild(leaf(NS, name));
/** Types are empty elements, in upper case. */
const types = <const T extends string>(...names: readonly T[]): Field<readonly T[]> =>
  many(
    mapped(
      choice(NS, ...names.map((name) => name.toUpperCase())),
      (name) => name.toLowerCase() as T,
      (name) => name.toUpperCase(),
    ),
  );
const addressTypes = types('home', 'work', 'postal', 'parcel', 'dom', 'intl', 'pref');

const image = (name: string): Codec<Image> =>
  element(NS, name, {
    type: line('TYPE'),
    data: optionalChild(leaf(NS, 'BINVAL', base64)),
    url: line('EXTVAL'),
  });
const name: Codec<Name> = element(NS, 'N', {
  family: line('FAMILY'),
  given: line('GIVEN'),
  middle: line('MIDDLE'),
  prefix: line('PREFIX'),
  suffix: line('SUFFIX'),
});
const address: Codec<Address> = element(NS, 'ADR', {
  types: addressTypes,
  postOfficeBox: line('POBOX'),
  extended: line('EXTADD'),
  street: line('STREET'),
  locality: line('LOCALITY'),
  region: line('REGION'),
  postalCode: line('PCODE'),
  country: line('CTRY'),
});
const label: Codec<Label> = element(NS, 'LABEL', { types: addressTypes, lines: many(leaf(NS, 'LINE')) });
const phone: Codec<Phone> = element(NS, 'TEL', { types: types(...PHONE_TYPES), number: textOr('NUMBER') });
const email: Codec<Email> = element(NS, 'EMAIL', {
  types: types('home', 'work', 'internet', 'pref', 'x400'),
  address: textOr('USERID'),
});
const geo: Codec<Geo> = element(NS, 'GEO', { latitude: child(leaf(NS, 'LAT')), longitude: child(leaf(NS, 'LON')) });
const organization: Codec<Organization> = element(NS, 'ORG', {
  name: line('ORGNAME'),
  units: many(leaf(NS, 'ORGUNIT')),
});
const confidentiality: Codec<Confidentiality> = mapped(
  element<Record<Confidentiality, boolean>>(NS, 'CLASS', {
    public: flag(NS, 'PUBLIC'),
    private: flag(NS, 'PRIVATE'),
    confidential: flag(NS, 'CONFIDENTIAL'),
  }),
  // What says nothing is treated as if it said the most careful thing.
  (said) => (said.public ? 'public' : said.private ? 'private' : 'confidential'),
  (word) => ({ public: word === 'public', private: word === 'private', confidential: word === 'confidential' }),
);

export const vCard: Codec<VCard> = element(NS, 'vCard', {
  version: line('VERSION'),
  fullName: line('FN'),
  name: optionalChild(name),
  nickname: line('NICKNAME'),
  photos: many(image('PHOTO')),
  birthday: line('BDAY'),
  addresses: many(address),
  labels: many(label),
  phones: many(phone),
  emails: many(email),
  jid: line('JABBERID'),
  mailer: line('MAILER'),
  timeZone: line('TZ'),
  geo: optionalChild(geo),
  title: line('TITLE'),
  role: line('ROLE'),
  logo: optionalChild(image('LOGO')),
  organization: optionalChild(organization),
  categories: inside(NS, 'CATEGORIES', many(leaf(NS, 'KEYWORD'))),
  note: line('NOTE'),
  product: line('PRODID'),
  revision: line('REV'),
  sortString: line('SORT-STRING'),
  uid: line('UID'),
  url: line('URL'),
  confidentiality: optionalChild(confidentiality),
  description: line('DESC'),
});

export const features: readonly string[] = [NS];

/** A card with what is given, and nothing where nothing is. */
export function makeVCard(given: Partial<VCard>): VCard {
  return { photos: [], addresses: [], labels: [], phones: [], emails: [], categories: [], ...given };
}

/**
 * The card of a person or room; one's own without `jid`.
 * @returns `undefined` when there is none: to say so, servers use an empty card or one of two errors.
 * @throws StanzaError with any other error.
 */
export async function fetchVCard(iq: IqSender, jid?: string): Promise<VCard | undefined> {
  try {
    const answer = await iq.request({ type: 'get', to: jid, payload: vCard.build(makeVCard({})) });
    return answer === undefined || answer.children.length === 0 ? undefined : answered(vCard, answer);
  } catch (error) {
    const isAbsent =
      error instanceof StanzaError &&
      (error.condition === 'item-not-found' || error.condition === 'service-unavailable');
    if (isAbsent) return undefined;
    throw error;
  }
}

/** Replaces one's own card, or that of a room. @throws StanzaError with the answered error. */
export async function publishVCard(iq: IqSender, card: VCard, jid?: string): Promise<void> {
  await iq.request({ type: 'set', to: jid, payload: vCard.build(card) });
}

/** COMPAT: clients leave out what the XEP wants there even when it is empty. */
function textOr(name: string): Field<string> {
  const field = line(name);
  return { ...field, optional: false, read: (el, path) => field.read(el, path) ?? '' };
}
