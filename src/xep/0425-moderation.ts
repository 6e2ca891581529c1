/**
 * Moderated message retraction: a moderator of a room has a message of somebody else retracted.
 * XEP-0425 v0.3.0 <https://xmpp.org/extensions/xep-0425.html>
 *
 * The request is `moderate`, in an iq to the room. What the room then sends to all is a `retract` of XEP-0424 with
 * `moderated` inside.
 */

import { attr, type Codec, element, flag, leaf, optionalAttr, optionalChild } from '../stanza/codec.ts';
import type { IqSender } from '../stanza/iq-tracker.ts';
import { jid } from '../stanza/value.ts';
import { type OccupantId, occupantId } from './0421-occupant-id.ts';
import { applyTo } from './0422-fastening.ts';

export const NS = 'urn:xmpp:message-moderate:1';
// COMPAT(XEP-0425 before 0.3): inside the envelope of XEP-0422, and with the retraction and the reason inside.
export const NS_V0 = 'urn:xmpp:message-moderate:0';

/** Asks the room to retract a message. */
export interface Moderate {
  /** The stanza-id of the message by the room. */
  readonly id: string;
  readonly retract: boolean;
  readonly reason?: string;
}
export const moderate: Codec<Moderate> = element(NS, 'moderate', {
  id: attr('id'),
  retract: flag('urn:xmpp:message-retract:1', 'retract'),
  reason: optionalChild(leaf(NS, 'reason')),
});

/** Says that a retraction is the doing of a moderator. It counts only in what comes from the bare JID of the room. */
export interface Moderated {
  /** The occupant JID of the moderator. */
  readonly by?: string;
  readonly occupantId?: OccupantId;
}
export const moderated: Codec<Moderated> = element(NS, 'moderated', {
  by: optionalAttr('by', jid),
  occupantId: optionalChild(occupantId),
});

/** The request of version 0, without the id: it is that of the envelope. */
export interface ModerateV0 {
  readonly retract: boolean;
  readonly reason?: string;
}
export const moderateV0: Codec<ModerateV0> = element(NS_V0, 'moderate', {
  retract: flag('urn:xmpp:message-retract:0', 'retract'),
  reason: optionalChild(leaf(NS_V0, 'reason')),
});

/** What rooms of version 0 send to all, without the id: it is that of the envelope. */
export interface ModeratedV0 {
  readonly by?: string;
  // COMPAT(XEP-0425 before 0.3 with XEP-0421 before 0.2): the id of the moderator among the children.
  readonly occupantId?: OccupantId;
  readonly retract: boolean;
  readonly reason?: string;
}
export const moderatedV0: Codec<ModeratedV0> = element(NS_V0, 'moderated', {
  by: optionalAttr('by', jid),
  occupantId: optionalChild(occupantId),
  retract: flag('urn:xmpp:message-retract:0', 'retract'),
  reason: optionalChild(leaf(NS_V0, 'reason')),
});

/** For rooms. */
export const features: readonly string[] = [NS];

/** Has the room retract the message with this stanza-id. @throws StanzaError with the answered error. */
export async function moderateMessage(iq: IqSender, room: string, id: string, reason?: string): Promise<void> {
  const payload = moderate.build({ id, retract: true, ...(reason !== undefined && { reason }) });
  await iq.request({ type: 'set', to: room, payload });
}

/** Asks a room that knows only version 0. @throws StanzaError with the answered error. */
export async function moderateMessageV0(iq: IqSender, room: string, id: string, reason?: string): Promise<void> {
  const inner = moderateV0.build({ retract: true, ...(reason !== undefined && { reason }) });
  const payload = applyTo.build({ id, payloads: [inner], externals: [] });
  await iq.request({ type: 'set', to: room, payload });
}
