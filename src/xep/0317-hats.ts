/**
 * Hats: what occupants are in a room beyond their role.
 * XEP-0317 v0.3.1 <https://xmpp.org/extensions/xep-0317.html>
 */

import { attr, type Codec, element, many, optionalAttr, rest } from '../stanza/codec.ts';
import { lang } from '../stanza/stanza.ts';
import { jid, type Value } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { optionalSingle, type Shape, shape } from './0068-form-types.ts';

export const NS = 'urn:xmpp:hats:0';

/** The nodes of the commands (XEP-0050) by which admins give hats. */
export const NODES = {
  create: 'urn:xmpp:hats:commands:create',
  destroy: 'urn:xmpp:hats:commands:destroy',
  list: 'urn:xmpp:hats:commands:list',
  assign: 'urn:xmpp:hats:commands:assign',
  unassign: 'urn:xmpp:hats:commands:unassign',
  listAssigned: 'urn:xmpp:hats:commands:list-assigned',
} as const;

/** To a millionth: below that, JavaScript writes numbers as no other does. */
const degrees: Value<number> = {
  expected: 'an angle in degrees',
  parse(text) {
    const angle = /^\d{1,3}(?:\.\d+)?$/.test(text.trim()) ? Number(Number(text).toFixed(6)) : Number.NaN;
    return angle <= 360 ? angle : undefined;
  },
  format: String,
};

export interface Hat {
  /** What tells it from others. */
  readonly uri: string;
  readonly title: string;
  /** The color, as an angle from 0 to 360 (XEP-0392). */
  readonly hue?: number;
  /** The language of the title. */
  readonly lang?: string;
  readonly payloads: readonly Element[];
}
export const hat: Codec<Hat> = element(NS, 'hat', {
  uri: attr('uri'),
  title: attr('title'),
  hue: optionalAttr('hue', degrees),
  lang,
  payloads: rest(),
});

/** In the presence of an occupant. Only the room may say so: it removes what occupants claim. */
export interface Hats {
  readonly hats: readonly Hat[];
}
export const hats: Codec<Hats> = element(NS, 'hats', { hats: many(hat) });

/** The fields of the commands. */
export interface HatForm {
  readonly jid?: string;
  readonly title?: string;
  readonly uri?: string;
  readonly hue?: number;
}
export const hatForm: Shape<HatForm> = shape('urn:xmpp:hats:commands', {
  jid: optionalSingle('hats#jid', jid),
  title: optionalSingle('hats#title'),
  uri: optionalSingle('hats#uri'),
  hue: optionalSingle('hats#hue', degrees),
});

/** What the information of a room says about its hats. */
export interface RoomHats {
  /** Changes whenever the list of hats does. */
  readonly hash?: string;
}
export const roomHats: Shape<RoomHats> = shape('http://jabber.org/protocol/muc#roominfo', {
  hash: optionalSingle('hats#hash'),
});

/** For rooms. */
export const features: readonly string[] = [NS];
