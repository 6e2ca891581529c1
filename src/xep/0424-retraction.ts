/**
 * Message retraction: a message is taken back.
 * XEP-0424 v0.4.2 <https://xmpp.org/extensions/xep-0424.html>
 */

import { attr, type Codec, element, find, leaf, marker, optionalAttr, optionalChild } from '../stanza/codec.ts';
import { body } from '../stanza/stanza.ts';
import { dateTime, jid } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { hint } from './0334-hints.ts';
import { applyTo } from './0422-fastening.ts';
import { type Moderated, moderated, moderatedV0 } from './0425-moderation.ts';
import { allText } from './0428-fallback.ts';

export const NS = 'urn:xmpp:message-retract:1';
/** Announced by archives that keep a tombstone in the place of a retracted message. */
export const TOMBSTONE = 'urn:xmpp:message-retract:1#tombstone';
// COMPAT(XEP-0424 before 0.4): inside the envelope of XEP-0422.
export const NS_V0 = 'urn:xmpp:message-retract:0';

export interface Retract {
  /** The message retracted: in rooms its stanza-id by the room, else its id. */
  readonly id: string;
  /** Set by the room when a moderator retracted it; from anybody else it is a forgery. */
  readonly moderated?: Moderated;
  readonly reason?: string;
}
export const retract: Codec<Retract> = element(NS, 'retract', {
  id: attr('id'),
  moderated: optionalChild(moderated),
  reason: optionalChild(leaf(NS, 'reason')),
});

/** What an archive keeps of a retracted message. */
export interface Retracted {
  /** The id of the message that retracted, not of the one that was retracted; absent after a moderation. */
  readonly id?: string;
  /** When it was retracted. */
  readonly stamp?: Date;
  readonly by?: string;
  readonly moderated?: Moderated;
  readonly reason?: string;
}
export const retracted: Codec<Retracted> = element(NS, 'retracted', {
  id: optionalAttr('id'),
  stamp: optionalAttr('stamp', dateTime),
  by: optionalAttr('by', jid),
  moderated: optionalChild(moderated),
  reason: optionalChild(leaf(NS, 'reason')),
});

export const retractV0: Codec<true> = marker(NS_V0, 'retract');

export const features: readonly string[] = [NS];

const FALLBACK_TEXT = "/me retracted a previous message, but it's unsupported by your client.";

/** The payloads of a message that retracts: with a text for clients that do not know how, and the hint to archive it. */
export function retractPayloads(value: Retract, text = FALLBACK_TEXT): readonly Element[] {
  return [retract.build(value), allText(NS), body.build(text), hint.build('store')];
}

/** The retraction that a message carries, in the current form or in the one before. @throws MalformedError. */
export function retractionOf(message: Element): Retract | undefined {
  const current = find(message, retract);
  if (current !== undefined) return current;
  const envelope = find(message, applyTo);
  if (envelope === undefined) return undefined;
  for (const payload of envelope.payloads) {
    if (retractV0.parse(payload)) return { id: envelope.id };
    const old = moderatedV0.parse(payload);
    if (old?.retract) {
      const { by, occupantId, reason } = old;
      const moderated = { ...(by !== undefined && { by }), ...(occupantId !== undefined && { occupantId }) };
      return { id: envelope.id, moderated, ...(reason !== undefined && { reason }) };
    }
  }
  return undefined;
}
