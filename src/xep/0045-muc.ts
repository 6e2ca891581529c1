/**
 * Multi-user chat: rooms, who is in them, and who may do what there.
 * XEP-0045 v1.35.5 <https://xmpp.org/extensions/xep-0045.html>
 */

import {
  attr,
  type Codec,
  element,
  find,
  has,
  leaf,
  many,
  mapped,
  optionalAttr,
  optionalChild,
} from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { body, subject, thread } from '../stanza/stanza.ts';
import { StanzaError } from '../stanza/stanza-error.ts';
import { boolean, dateTime, jid, oneOf, unsigned } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { type Form, form, makeForm } from './0004-data-forms.ts';
import { discoInfo } from './0030-disco.ts';
import { multi, optionalSingle, type Shape, shape } from './0068-form-types.ts';

export const NS = 'http://jabber.org/protocol/muc';
export const NS_USER = 'http://jabber.org/protocol/muc#user';
export const NS_ADMIN = 'http://jabber.org/protocol/muc#admin';
export const NS_OWNER = 'http://jabber.org/protocol/muc#owner';

/** Announced by rooms that reflect messages with the id that their sender gave them. */
export const STABLE_ID = 'http://jabber.org/protocol/muc#stable_id';
/** The disco node of a room that tells the asker the nickname reserved for them. */
export const RESERVED_NICK_NODE = 'x-roomuser-item';
/** The disco node of a person that lists the rooms they are in. */
export const ROOMS_NODE = 'http://jabber.org/protocol/muc#rooms';

const AFFILIATIONS = ['owner', 'admin', 'member', 'none', 'outcast'] as const;
const ROLES = ['moderator', 'participant', 'visitor', 'none'] as const;
/** A lasting relation of a person to a room; an `outcast` is banned. */
export type Affiliation = (typeof AFFILIATIONS)[number];
/** What an occupant may do during this visit; `none` when it is over. */
export type Role = (typeof ROLES)[number];

/** What the numbers in `User.statuses` say. */
export const STATUS = {
  /** Everybody in the room sees the real addresses. */
  nonAnonymous: 100,
  /** The affiliation of the reader changed while they were not in the room. */
  affiliationChanged: 101,
  showsUnavailable: 102,
  hidesUnavailable: 103,
  /** The configuration, name or picture of the room changed, but nothing that concerns privacy. */
  configurationChanged: 104,
  /** This presence is the reader's own. */
  self: 110,
  loggingEnabled: 170,
  loggingDisabled: 171,
  nowNonAnonymous: 172,
  nowSemiAnonymous: 173,
  created: 201,
  /** The room gave another nickname than the one asked for. */
  nickAssigned: 210,
  banned: 301,
  /** The nickname becomes that of the item. */
  nickChanged: 303,
  kicked: 307,
  /** Removed because the affiliation changed. */
  affiliationRemoved: 321,
  /** Removed because only members may stay. */
  membersOnly: 322,
  shutdown: 332,
  /** Removed because the occupant could not be reached; then 307 beside it means nothing. */
  error: 333,
} as const;

/** How much of what was said before to send to somebody who joins: the smallest of all that is given. */
export interface History {
  /** 0 for no history. */
  readonly maxChars?: number;
  readonly maxStanzas?: number;
  /** Not older than this many seconds. */
  readonly seconds?: number;
  readonly since?: Date;
}
export const history: Codec<History> = element(NS, 'history', {
  maxChars: optionalAttr('maxchars', unsigned),
  maxStanzas: optionalAttr('maxstanzas', unsigned),
  seconds: optionalAttr('seconds', unsigned),
  since: optionalAttr('since', dateTime),
});

/** In the presence, without a type, that goes to `room/nickname` to enter it: the `x` of `muc`. */
export interface Join {
  readonly history?: History;
  readonly password?: string;
}
export const join: Codec<Join> = element(NS, 'x', {
  history: optionalChild(history),
  password: optionalChild(leaf(NS, 'password')),
});

/** Who kicked, banned, or gave a role or an affiliation. */
export interface Actor {
  readonly jid?: string;
  readonly nick?: string;
}

/**
 * Somebody's standing. From a room both `affiliation` and `role` are always there. A change that is asked for names one
 * of them: the affiliation of a bare `jid`, or the role of a `nick`.
 */
export interface Item {
  readonly affiliation?: Affiliation;
  readonly role?: Role;
  /** In presences the full JID, only for those who may see it. */
  readonly jid?: string;
  /** With status 303 the new nickname. */
  readonly nick?: string;
  readonly actor?: Actor;
  readonly reason?: string;
}

/** An invitation through the room: it goes there with `to`, and on to that address with `from`. */
export interface Invite {
  readonly to?: string;
  readonly from?: string;
  readonly reason?: string;
  /** The room continues a conversation between two. */
  readonly continue?: Continue;
}
/** That the room goes on with a conversation between two. */
export interface Continue {
  readonly thread?: string;
}
export const invite: Codec<Invite> = element(NS_USER, 'invite', {
  to: optionalAttr('to', jid),
  from: optionalAttr('from', jid),
  reason: optionalChild(leaf(NS_USER, 'reason')),
  continue: optionalChild(element<Continue>(NS_USER, 'continue', { thread: optionalAttr('thread') })),
});

/** The answer to an invitation that is not taken, through the room like it. */
export interface Decline {
  readonly to?: string;
  readonly from?: string;
  readonly reason?: string;
}
export const decline: Codec<Decline> = element(NS_USER, 'decline', {
  to: optionalAttr('to', jid),
  from: optionalAttr('from', jid),
  reason: optionalChild(leaf(NS_USER, 'reason')),
});

/** That a room is no more, and where to go instead. */
export interface Destroy {
  /** The room to go to instead. */
  readonly jid?: string;
  /** The password of that room. */
  readonly password?: string;
  readonly reason?: string;
}

/** What a room says beside presences and messages, and what goes through it: the `x` of `muc#user`, one per stanza. */
export interface User {
  readonly items: readonly Item[];
  /** See `STATUS`. */
  readonly statuses: readonly number[];
  readonly invites: readonly Invite[];
  readonly decline?: Decline;
  /** The room is no more. */
  readonly destroy?: Destroy;
  /** The password of the room to which the reader is invited. */
  readonly password?: string;
}
const status: Codec<number> = mapped(
  element<{ readonly code: number }>(NS_USER, 'status', { code: attr('code', unsigned) }),
  ({ code }) => code,
  (code) => ({ code }),
);
export const user: Codec<User> = element(NS_USER, 'x', {
  items: many(itemIn(NS_USER)),
  destroy: optionalChild(destroyIn(NS_USER)),
  decline: optionalChild(decline),
  invites: many(invite),
  password: optionalChild(leaf(NS_USER, 'password')),
  statuses: many(status),
});

/** A list of affiliations or roles, or changes to it: the `query` of `muc#admin`. */
export interface Admin {
  readonly items: readonly Item[];
}
export const admin: Codec<Admin> = element(NS_ADMIN, 'query', { items: many(itemIn(NS_ADMIN)) });

/** The configuration of a room, or its end: the `query` of `muc#owner`. */
export interface Owner {
  readonly form?: Form;
  readonly destroy?: Destroy;
}
export const owner: Codec<Owner> = element(NS_OWNER, 'query', {
  form: optionalChild(form),
  destroy: optionalChild(destroyIn(NS_OWNER)),
});

/** What disco says about a room. */
export interface RoomInfo {
  readonly maxHistoryFetch?: number;
  readonly contactJids: readonly string[];
  readonly description?: string;
  readonly lang?: string;
  readonly ldapGroup?: string;
  readonly logs?: string;
  readonly occupants?: number;
  readonly subject?: string;
  /** Whether participants may change the subject. */
  readonly subjectModifiable?: boolean;
}
export const roomInfo: Shape<RoomInfo> = shape('http://jabber.org/protocol/muc#roominfo', {
  maxHistoryFetch: optionalSingle('muc#maxhistoryfetch', unsigned),
  contactJids: multi('muc#roominfo_contactjid', 'jid-multi'),
  description: optionalSingle('muc#roominfo_description'),
  lang: optionalSingle('muc#roominfo_lang'),
  ldapGroup: optionalSingle('muc#roominfo_ldapgroup'),
  logs: optionalSingle('muc#roominfo_logs'),
  occupants: optionalSingle('muc#roominfo_occupants', unsigned),
  subject: optionalSingle('muc#roominfo_subject'),
  subjectModifiable: optionalSingle('muc#roominfo_subjectmod', boolean),
});

export interface RoomConfig {
  readonly maxHistoryFetch?: number;
  /** The roles that may send private messages: `anyone`, `participants`, `moderators` or `none`. */
  readonly allowPm?: string;
  readonly allowInvites?: boolean;
  readonly changeSubject?: boolean;
  readonly enableLogging?: boolean;
  readonly getMemberList: readonly string[];
  readonly lang?: string;
  readonly pubsub?: string;
  /** A number, or `none`. */
  readonly maxUsers?: string;
  readonly membersOnly?: boolean;
  readonly moderated?: boolean;
  readonly passwordProtected?: boolean;
  readonly persistent?: boolean;
  readonly presenceBroadcast: readonly string[];
  readonly public?: boolean;
  readonly admins: readonly string[];
  readonly description?: string;
  readonly name?: string;
  readonly owners: readonly string[];
  readonly secret?: string;
  /** Who may see real addresses. */
  readonly whois?: 'anyone' | 'moderators';
}
export const roomConfig: Shape<RoomConfig> = shape('http://jabber.org/protocol/muc#roomconfig', {
  maxHistoryFetch: optionalSingle('muc#maxhistoryfetch', unsigned),
  allowPm: optionalSingle('muc#roomconfig_allowpm'),
  allowInvites: optionalSingle('muc#roomconfig_allowinvites', boolean),
  changeSubject: optionalSingle('muc#roomconfig_changesubject', boolean),
  enableLogging: optionalSingle('muc#roomconfig_enablelogging', boolean),
  getMemberList: multi('muc#roomconfig_getmemberlist', 'list-multi'),
  lang: optionalSingle('muc#roomconfig_lang'),
  pubsub: optionalSingle('muc#roomconfig_pubsub'),
  maxUsers: optionalSingle('muc#roomconfig_maxusers'),
  membersOnly: optionalSingle('muc#roomconfig_membersonly', boolean),
  moderated: optionalSingle('muc#roomconfig_moderatedroom', boolean),
  passwordProtected: optionalSingle('muc#roomconfig_passwordprotectedroom', boolean),
  persistent: optionalSingle('muc#roomconfig_persistentroom', boolean),
  presenceBroadcast: multi('muc#roomconfig_presencebroadcast', 'list-multi'),
  public: optionalSingle('muc#roomconfig_publicroom', boolean),
  admins: multi('muc#roomconfig_roomadmins', 'jid-multi'),
  description: optionalSingle('muc#roomconfig_roomdesc'),
  name: optionalSingle('muc#roomconfig_roomname'),
  owners: multi('muc#roomconfig_roomowners', 'jid-multi'),
  secret: optionalSingle('muc#roomconfig_roomsecret'),
  whois: optionalSingle('muc#roomconfig_whois', oneOf('anyone', 'moderators')),
});

/** What somebody says who registers a nickname with a room (XEP-0077). */
export interface RoomRegistration {
  /** The answer of an admin who is asked. */
  readonly allow?: boolean;
  readonly nick?: string;
  readonly first?: string;
  readonly last?: string;
  readonly email?: string;
  readonly url?: string;
  readonly faqEntry: readonly string[];
}
export const roomRegistration: Shape<RoomRegistration> = shape('http://jabber.org/protocol/muc#register', {
  allow: optionalSingle('muc#register_allow', boolean),
  nick: optionalSingle('muc#register_roomnick'),
  first: optionalSingle('muc#register_first'),
  last: optionalSingle('muc#register_last'),
  email: optionalSingle('muc#register_email'),
  url: optionalSingle('muc#register_url'),
  faqEntry: multi('muc#register_faqentry'),
});

/** In a message: a visitor asks for voice, or a moderator is asked whether they may have it. */
export interface VoiceRequest {
  readonly role?: Role;
  readonly jid?: string;
  readonly nick?: string;
  /** The answer of the moderator. */
  readonly allow?: boolean;
}
export const voiceRequest: Shape<VoiceRequest> = shape('http://jabber.org/protocol/muc#request', {
  role: optionalSingle('muc#role', oneOf(...ROLES)),
  jid: optionalSingle('muc#jid', jid),
  nick: optionalSingle('muc#roomnick'),
  allow: optionalSingle('muc#request_allow', boolean),
});

export const features: readonly string[] = [NS];

/**
 * The subject that a message gives to a room; `''` takes it away. `undefined` when the message is no change of subject:
 * one that also has a body is a message like others. §8.1
 */
export function subjectChange(message: Element): string | undefined {
  return has(message, body) || has(message, thread) ? undefined : find(message, subject);
}

/** Who has this affiliation to the room. @throws StanzaError with the answered error. */
export async function fetchAffiliations(
  iq: IqSender,
  room: string,
  affiliation: Affiliation,
): Promise<readonly Item[]> {
  return fetchItems(iq, room, { affiliation });
}

/** Who has this role in the room. @throws StanzaError with the answered error. */
export async function fetchRoles(iq: IqSender, room: string, role: Role): Promise<readonly Item[]> {
  return fetchItems(iq, room, { role });
}

/**
 * Changes affiliations, each item with `jid` and `affiliation`, or roles, each with `nick` and `role`: all or none.
 * @throws StanzaError with the answered error.
 */
export async function changeStanding(iq: IqSender, room: string, ...items: readonly Item[]): Promise<void> {
  await iq.request({ type: 'set', to: room, payload: admin.build({ items }) });
}

/** What an owner may configure, with what it is now. Read it with `roomConfig`. @throws StanzaError. */
export async function fetchRoomConfig(iq: IqSender, room: string): Promise<Form> {
  const answer = answered(owner, await iq.request({ type: 'get', to: room, payload: owner.build({}) }));
  if (answer.form === undefined) throw StanzaError.of('undefined-condition', 'the room sent no form');
  return answer.form;
}

/**
 * Changes the configuration of a room. A room that was created just now is locked until its owner does so; without
 * `config` it is opened as it is.
 * @throws StanzaError with the answered error.
 */
export async function configureRoom(iq: IqSender, room: string, config?: Partial<RoomConfig>): Promise<void> {
  const answer = config === undefined ? makeForm({ type: 'submit' }) : roomConfig.write('submit', config);
  await iq.request({ type: 'set', to: room, payload: owner.build({ form: answer }) });
}

/** Puts an end to a room. @throws StanzaError with the answered error. */
export async function destroyRoom(iq: IqSender, room: string, destroy: Destroy = {}): Promise<void> {
  await iq.request({ type: 'set', to: room, payload: owner.build({ destroy }) });
}

/** The nickname reserved for the asker; `undefined` when there is none, or the room cannot say. */
export async function fetchReservedNick(iq: IqSender, room: string): Promise<string | undefined> {
  try {
    return (await discoInfo(iq, room, RESERVED_NICK_NODE)).identities[0]?.name;
  } catch (error) {
    if (error instanceof StanzaError) return undefined;
    throw error;
  }
}

async function fetchItems(iq: IqSender, room: string, asked: Item): Promise<readonly Item[]> {
  const payload = admin.build({ items: [asked] });
  return answered(admin, await iq.request({ type: 'get', to: room, payload })).items;
}

function itemIn(ns: string): Codec<Item> {
  return element(ns, 'item', {
    affiliation: optionalAttr('affiliation', oneOf(...AFFILIATIONS)),
    role: optionalAttr('role', oneOf(...ROLES)),
    jid: optionalAttr('jid', jid),
    nick: optionalAttr('nick'),
    actor: optionalChild(element<Actor>(ns, 'actor', { jid: optionalAttr('jid', jid), nick: optionalAttr('nick') })),
    reason: optionalChild(leaf(ns, 'reason')),
  });
}

/** The two schemas have the two children in different orders. */
function destroyIn(ns: string): Codec<Destroy> {
  const password = optionalChild(leaf(ns, 'password'));
  const reason = optionalChild(leaf(ns, 'reason'));
  const fields = ns === NS_OWNER ? { password, reason } : { reason, password };
  return element<Destroy>(ns, 'destroy', { jid: optionalAttr('jid', jid), ...fields });
}
