/** What a room says about itself and those in it. XEP-0045. */

import { type Element, message, presence, type Show, show, status, subject } from '../../stanza/index.ts';
import { type Affiliation, type Destroy, type Role, STATUS, user } from '../../xep/0045-muc.ts';
import { x as photo } from '../../xep/0153-vcard-avatars.ts';
import { nick } from '../../xep/0172-nick.ts';
import { delay } from '../../xep/0203-delay.ts';
import { type Hat, hats } from '../../xep/0317-hats.ts';
import { idle } from '../../xep/0319-idle.ts';
import { occupantId } from '../../xep/0421-occupant-id.ts';
import type { PresenceFacts } from './presence.ts';

/** Somebody in a room, as the user sees them. */
export interface OccupantFacts {
  /** `room/nickname`. */
  readonly jid: string;
  readonly affiliation: Affiliation;
  readonly role: Role;
  /** The real address; nothing when it is not known, or not shown in this room. */
  readonly realJid?: string | undefined;
  readonly occupantId: string;
  /** The nickname as it is, where it cannot be written in a JID. */
  readonly nickname?: string | undefined;
  readonly hats: readonly Hat[];
  /** The hash of the picture, `''` for none; nothing when pictures are not shown. */
  readonly avatarHash?: string | undefined;
}

/** Somebody is in the room. */
export function occupantPresence(
  facts: OccupantFacts,
  state: PresenceFacts,
  statuses: readonly number[] = [],
): Element {
  const shown = state.state === 'online' || state.state === 'offline' ? [] : [show.build(state.state as Show)];
  return presence(
    { from: facts.jid, to: undefined },
    ...shown,
    ...(state.status === undefined || state.status === '' ? [] : [status.build(state.status)]),
    ...(state.lastSeen === undefined ? [] : [idle.build({ since: state.lastSeen })]),
    itemOf(facts, { affiliation: facts.affiliation, role: facts.role }, { statuses }),
    ...aboutOccupant(facts),
    ...(facts.hats.length === 0 ? [] : [hats.build({ hats: facts.hats })]),
    ...(facts.avatarHash === undefined
      ? []
      : [photo.build(facts.avatarHash === '' ? {} : { photo: facts.avatarHash })]),
  );
}

export interface Departure {
  readonly statuses?: readonly number[];
  readonly reason?: string | undefined;
  /** With a change of the nickname: the new one. */
  readonly newNick?: string;
  readonly destroy?: Destroy;
}

/** Somebody is not in the room any more, or not under this name. */
export function occupantGone(
  facts: OccupantFacts,
  { statuses = [], reason, newNick, destroy }: Departure = {},
): Element {
  // §7.6: who changes only the name keeps the role.
  const role = newNick === undefined ? ('none' as const) : facts.role;
  const item = {
    affiliation: facts.affiliation,
    role,
    ...(newNick !== undefined && { nick: newNick }),
    ...(reason !== undefined && { reason }),
  };
  return presence(
    { from: facts.jid, type: 'unavailable' },
    itemOf(facts, item, { statuses, ...(destroy !== undefined && { destroy }) }),
    ...aboutOccupant(facts),
  );
}

/** The standing of somebody who is not in the room: as a message, since they have no presence. */
export function affiliationMessage(room: string, facts: OccupantFacts): Element {
  return message({ from: room, type: 'normal' }, itemOf(facts, { affiliation: facts.affiliation }, {}));
}

/** The standing of the author, as archives keep it beside a message. */
export function standingOf(facts: OccupantFacts): Element {
  return itemOf(facts, { affiliation: facts.affiliation, role: facts.role }, {});
}

/** Name, picture or another thing of the room is new: clients ask what. */
export function configurationChanged(room: string): Element {
  return message(
    { from: room, type: 'groupchat' },
    user.build({ items: [], invites: [], statuses: [STATUS.configurationChanged] }),
  );
}

/** The hash of the room's picture: some clients look for it here. */
export function roomPhoto(room: string, hash: string | undefined): Element {
  return presence({ from: room }, photo.build(hash === undefined ? {} : { photo: hash }));
}

export interface SubjectFacts {
  /** Who set it: the JID of an occupant, or the room. */
  readonly from: string;
  readonly room: string;
  readonly text: string;
  /** When it was set, if that is not now. */
  readonly when?: Date | undefined;
  readonly occupantId?: string | undefined;
}

/** §7.2.15: the last thing that somebody gets who joins, empty if there is none. */
export function subjectMessage({ from, room, text, when, occupantId: id }: SubjectFacts): Element {
  return message(
    { from, type: 'groupchat' },
    subject.build(text),
    ...(id === undefined ? [] : [occupantId.build({ id })]),
    ...(when === undefined ? [] : [delay.build({ stamp: when, from: room })]),
  );
}

function itemOf(
  { realJid }: OccupantFacts,
  item: { affiliation: Affiliation; role?: Role; nick?: string; reason?: string },
  more: { readonly statuses?: readonly number[]; readonly destroy?: Destroy },
): Element {
  return user.build({
    items: [{ ...item, ...(realJid !== undefined && { jid: realJid }) }],
    invites: [],
    statuses: more.statuses ?? [],
    ...(more.destroy !== undefined && { destroy: more.destroy }),
  });
}

function aboutOccupant({ occupantId: id, nickname }: OccupantFacts): Element[] {
  return [occupantId.build({ id }), ...(nickname === undefined ? [] : [nick.build(nickname)])];
}
