/** What of a room's messages is kept, as what, and what makes two of them the same event. */

import { createHash } from 'node:crypto';
import { body, Element, find, findAll, has, type Kind, messageType, type Node } from '../../stanza/index.ts';
import { NS_USER } from '../../xep/0045-muc.ts';
import { x as oob } from '../../xep/0066-oob.ts';
import { chatState } from '../../xep/0085-chat-states.ts';
import { delay, legacyDelay } from '../../xep/0203-delay.ts';
import { replace } from '../../xep/0308-correction.ts';
import { markable } from '../../xep/0333-markers.ts';
import { hint } from '../../xep/0334-hints.ts';
import { stanzaId } from '../../xep/0359-stanza-ids.ts';
import { sharedMedia } from '../../xep/0385-sims.ts';
import { occupantId } from '../../xep/0421-occupant-id.ts';
import { applyTo } from '../../xep/0422-fastening.ts';
import { type Retract, type Retracted, retract, retracted, retractionOf } from '../../xep/0424-retraction.ts';
import { distinct, reactions } from '../../xep/0444-reactions.ts';
import { fileSharing, sources } from '../../xep/0447-sfs.ts';

/** What a message is about, for those who come later. Subjects are not among it: whoever joins is told the last. */
const CONTENT: readonly Kind[] = [body, reactions, retract, applyTo, fileSharing, sources, oob];

/** What says something about the moment only, or about the way a message took. */
const PASSING: readonly Kind[] = [delay, legacyDelay, markable, hint, chatState, stanzaId];

/** Whether a room keeps this message. */
export function isArchived(stanza: Element): boolean {
  if (messageType(stanza) !== 'groupchat') return false;
  const hints = findAll(stanza, hint);
  if (hints.includes('no-store') || hints.includes('no-permanent-store')) return false;
  return CONTENT.some((kind) => has(stanza, kind)) || sharedMedia(stanza).length > 0;
}

/** The message as the archive keeps it. */
export function archivedForm({ name, ns, attrs, children }: Element): Element {
  const { to: _, ...kept } = attrs;
  return new Element(name, ns, kept, children.filter(isLasting));
}

export interface EventFacts {
  readonly stanza: Element;
  readonly archiveId: string;
  /** The message on the network; for a correction the event that corrected, if it has an id. */
  readonly legacyId: string | undefined;
  /** Of the author. */
  readonly occupantId: string;
}

/**
 * What makes an event the same however often the network tells of it, although the stanza may have another id each time.
 * @throws MalformedError.
 */
export function eventKeyOf({ stanza, archiveId, legacyId, occupantId }: EventFacts): string {
  const retraction = retractionOf(stanza);
  if (retraction !== undefined) return `retraction:${retraction.id}`;
  const reaction = find(stanza, reactions);
  if (reaction !== undefined) return `reaction:${occupantId}:${reaction.id}`;
  if (legacyId !== undefined) return `message:${legacyId}`;
  const correction = find(stanza, replace);
  if (correction === undefined) return `stanza:${archiveId}`;
  const hash = createHash('sha256').update(find(stanza, body) ?? '');
  return `correction:${correction.id}:${hash.digest('base64url')}`;
}

/** The emoji of a reaction in an order that is always the same; nothing when it is none. @throws MalformedError. */
export function emojisOf(stanza: Element): string | undefined {
  const reaction = find(stanza, reactions);
  return reaction && [...distinct(reaction)].sort().join(' ');
}

/** What is to be known about a message that was taken back, from the message that does so. XEP-0424 §5.2, XEP-0425. */
export function retractedBy(stanza: Element, { moderated, reason }: Retract, stamp: Date): Retracted {
  const { id, from } = stanza.attrs;
  const why = { stamp, ...(reason !== undefined && { reason }) };
  if (moderated !== undefined) return { ...why, moderated };
  return { ...why, ...(id !== undefined && { id }), ...(from !== undefined && { by: from }) };
}

/** What stays of a message that was taken back: who wrote it, but not what. */
export function tombstoneOf({ name, ns, attrs, children }: Element, about: Retracted): Element {
  const kept = children.filter(
    (child) => typeof child !== 'string' && (child.ns === occupantId.ns || child.is('x', NS_USER)),
  );
  return new Element(name, ns, attrs, [retracted.build(about), ...kept]);
}

function isLasting(node: Node): boolean {
  return typeof node === 'string' || !PASSING.some((kind) => kind.ns === node.ns && kind.names.includes(node.name));
}
