/** Who of a room the user's clients are told of: all, or in a large one those who are active and those who moderate. */

import type { Element } from '../../stanza/index.ts';
import { STATUS } from '../../xep/0045-muc.ts';
import {
  affiliationMessage,
  type Departure,
  type OccupantFacts,
  occupantGone,
  occupantPresence,
} from '../outgoing/room.ts';
import type { LegacyParticipant } from './participant.ts';
import type { LegacyMUC } from './room.ts';

export class Shown {
  readonly #room: LegacyMUC;
  /** How many are shown because there is room for them, not for who they are. */
  #count = 0;

  constructor(room: LegacyMUC) {
    this.#room = room;
  }

  /** Whether this one is shown to clients, or only when they do something. */
  has(participant: LegacyParticipant): boolean {
    if (participant.affiliation === 'outcast') return false;
    if (participant.isAnnounced || participant.isUser) return true;
    if (participant.presence.state === 'offline') return false;
    const { role, affiliation } = participant;
    const isLarge = this.#count >= this.#room.session.xmpp.config.roomPresenceLimit;
    return role === 'moderator' || affiliation === 'owner' || affiliation === 'admin' || !isLarge;
  }

  /** Shows somebody who says something, unless they are shown already. */
  announce(participant: LegacyParticipant): void {
    const { clients } = this.#room;
    const { isSystem, isOutside, isAnnounced } = participant;
    if (isSystem || isOutside || isAnnounced || clients.isEmpty) return;
    this.#add(participant);
    clients.broadcast(presenceOf(participant));
  }

  /** Shows somebody to one client. */
  showTo(jid: string, participant: LegacyParticipant): void {
    const { clients } = this.#room;
    const presence = presenceOf(participant);
    if (!participant.isSystem && !participant.isAnnounced) {
      this.#add(participant);
      clients.broadcast(presence, jid);
    }
    clients.sendTo(jid, presence);
  }

  /** Somebody is new in the room. */
  welcome(participant: LegacyParticipant): void {
    const { clients, occupants, jid } = this.#room;
    if (participant.isAnnounced || occupants.byResource(participant.resource) !== participant) return;
    if (this.has(participant)) this.announce(participant);
    else clients.broadcast(affiliationMessage(jid.bare, participant.facts));
  }

  /** Somebody has left the room. Who was not shown is only told of where it is known that they were there. */
  farewell(participant: LegacyParticipant, why: Departure): void {
    const { clients, occupants, jid } = this.#room;
    if (participant.isAnnounced) this.#remove(participant, why);
    else if (occupants.isFilled) clients.broadcast(affiliationMessage(jid.bare, participant.facts));
  }

  /** Somebody is called something else. @param before what was known of them until now. */
  renamed(participant: LegacyParticipant, before: OccupantFacts): void {
    if (!participant.isAnnounced) return;
    const { clients } = this.#room;
    const statuses = [...(participant.isUser ? [STATUS.self] : []), STATUS.nickChanged];
    clients.broadcast(occupantGone(before, { statuses, newNick: participant.resource }));
    clients.broadcast(presenceOf(participant));
  }

  /** Role or affiliation have changed. */
  standingChanged(participant: LegacyParticipant): void {
    // XEP-0045 §5.2: who is banned is not there.
    const statuses = [STATUS.banned];
    const isBanned = participant.affiliation === 'outcast';
    if (isBanned && participant.isUser) this.#room.clients.removeAll({ statuses });
    else if (isBanned && participant.isAnnounced) this.#remove(participant, { statuses });
    else if (participant.isAnnounced) this.#room.clients.broadcast(presenceOf(participant));
  }

  presenceChanged(participant: LegacyParticipant): void {
    const { clients, occupants } = this.#room;
    if (clients.isEmpty) return;
    if (participant.presence.state === 'offline' && !participant.isUser) {
      if (participant.isAnnounced) this.#remove(participant, {});
    } else if (participant.isAnnounced) {
      clients.broadcast(presenceOf(participant));
    } else if (occupants.isFilled && this.has(participant)) {
      this.announce(participant);
    }
  }

  /** No client is left to whom anybody could be shown. */
  clear(): void {
    for (const participant of this.#room.occupants) participant.isAnnounced = false;
    this.#count = 0;
  }

  #remove(participant: LegacyParticipant, why: Departure): void {
    participant.isAnnounced = false;
    this.#count--;
    this.#room.clients.broadcast(occupantGone(participant.facts, why));
  }

  #add(participant: LegacyParticipant): void {
    this.#room.occupants.adopt(participant);
    participant.isAnnounced = true;
    this.#count++;
  }
}

function presenceOf(participant: LegacyParticipant): Element {
  return occupantPresence(participant.facts, participant.presence, participant.isUser ? [STATUS.self] : []);
}
