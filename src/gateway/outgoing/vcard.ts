/** What is known about a person, in both forms of vCards. XEP-0054, XEP-0292. */

import type { Element } from '../../stanza/index.ts';
import * as temp from '../../xep/0054-vcard-temp.ts';
import * as four from '../../xep/0292-vcard4.ts';

/** Everything in it can be written as JSON. */
export interface VCardFacts {
  /** Default: `given` and `surname`, or else the contact's name. */
  readonly fullName?: string;
  readonly given?: string;
  readonly surname?: string;
  /** A date such as `1990-12-31`. */
  readonly birthday?: string;
  /** A number; one such as `+49 30 123` becomes a link that can be called. */
  readonly phone?: string;
  /** Further numbers. */
  readonly phones?: readonly string[];
  readonly note?: string;
  readonly url?: string;
  readonly email?: string;
  readonly country?: string;
  /** The town. */
  readonly locality?: string;
}

/** Who it is about. */
export interface VCardOwner {
  /** Bare. */
  readonly jid: string;
  readonly nickname?: string | undefined;
  readonly photo?: Uint8Array | undefined;
}

export function vcard4Of({ jid, nickname }: VCardOwner, facts: VCardFacts | undefined): Element {
  if (facts === undefined) return four.vcard.build(four.makeVCard({}));
  const { given, surname, birthday, note, url, email, country, locality } = facts;
  const fullName = fullNameOf(facts) ?? nickname;
  return four.vcard.build(
    four.makeVCard({
      fullNames: fullName === undefined ? [] : [fullName],
      ...((given !== undefined || surname !== undefined) && {
        name: {
          givens: given === undefined ? [] : [given],
          surnames: surname === undefined ? [] : [surname],
          additionals: [],
          prefixes: [],
          suffixes: [],
        },
      }),
      nicknames: nickname === undefined ? [] : [nickname],
      impps: [{ uri: `xmpp:${jid}` }],
      phones: phonesOf(facts).map(telephone),
      ...(birthday !== undefined && { birthday }),
      notes: note === undefined ? [] : [note],
      urls: url === undefined ? [] : [url],
      emails: email === undefined ? [] : [{ text: email }],
      addresses:
        country === undefined && locality === undefined
          ? []
          : [{ ...(country !== undefined && { country }), ...(locality !== undefined && { locality }) }],
    }),
  );
}

export function vcardTempOf({ jid, nickname, photo }: VCardOwner, facts: VCardFacts | undefined): Element {
  const photos = photo === undefined ? [] : [{ type: 'image/png', data: photo }];
  if (facts === undefined) return temp.vCard.build(temp.makeVCard({ photos }));
  const { given, surname, birthday, note, url, email, country, locality } = facts;
  const fullName = fullNameOf(facts) ?? nickname;
  return temp.vCard.build(
    temp.makeVCard({
      ...(fullName !== undefined && { fullName }),
      ...((given !== undefined || surname !== undefined) && {
        name: { ...(given !== undefined && { given }), ...(surname !== undefined && { family: surname }) },
      }),
      ...(nickname !== undefined && { nickname }),
      photos,
      ...(birthday !== undefined && { birthday }),
      addresses:
        country === undefined && locality === undefined
          ? []
          : [{ types: [], ...(country !== undefined && { country }), ...(locality !== undefined && { locality }) }],
      phones: phonesOf(facts).map((number) => ({ types: [], number })),
      emails: email === undefined ? [] : [{ types: ['internet' as const], address: email }],
      jid,
      ...(note !== undefined && { note }),
      ...(url !== undefined && { url }),
    }),
  );
}

/** RFC 3966 has no spaces, and knows local numbers only together with where they are. */
function telephone(number: string): four.Phone {
  const global = number.trim().replace(/\s+/g, '-');
  return /^\+[\d().-]*\d$/.test(global) ? { uri: `tel:${global}` } : { text: number };
}

function fullNameOf({ fullName, given, surname }: VCardFacts): string | undefined {
  const parts = [given, surname].filter((part) => part !== undefined && part !== '');
  return fullName ?? (parts.length === 0 ? undefined : parts.join(' '));
}

function phonesOf({ phone, phones }: VCardFacts): readonly string[] {
  return [...new Set([...(phone === undefined ? [] : [phone]), ...(phones ?? [])])];
}
