/**
 * How far the user has read in rooms, exchanged with the user's clients. XEP-0490 by privilege (XEP-0356).
 *
 * The user's account tells the gateway when it is a member of the node and asks for it in its capabilities with
 * `urn:xmpp:mds:displayed:0+notify`.
 */

import { type Element, JID, StanzaError } from '../../stanza/index.ts';
import { changeAffiliations, createNode } from '../../xep/0060-pubsub.ts';
import { eventValues, PRIVATE } from '../../xep/0163-pep.ts';
import { displayed, NS, publishDisplayed } from '../../xep/0490-mds.ts';
import type { BaseSession } from '../session.ts';
import { publishPrivately } from './private-node.ts';

/** The user has read a room up to this message. */
export interface ReadEvent {
  /** Its bare JID. */
  readonly room: string;
  /** The id that the room gave to the message. */
  readonly stanzaId: string;
}

/** Of each session, what is known to both sides. The oldest is forgotten first. */
const known = new WeakMap<BaseSession, Set<string>>();
const MAX_KNOWN = 1000;

/** Asks the user's server to tell the gateway how far the user reads. Where it does not let us, nothing happens. */
export async function startReadSync(session: BaseSession): Promise<void> {
  const { xmpp, user } = session;
  const iq = xmpp.privileges.senderFor(user.jid);
  const node = { node: NS };
  await quietly(session, async () => {
    await createNode(iq, node, PRIVATE).catch((error) => {
      if (!(error instanceof StanzaError) || error.condition !== 'conflict') throw error;
    });
    await changeAffiliations(iq, node, { jid: xmpp.jid, affiliation: 'member' });
  });
}

/** Tells the user's clients that the user has read a room elsewhere, up to the message to which it gave this id. */
export async function publishRead(session: BaseSession, room: string, stanzaId: string): Promise<void> {
  const { xmpp, user } = session;
  // Before it is published: the event of it may come before the answer.
  if (!remember(session, room, stanzaId)) return;
  const iq = xmpp.privileges.senderFor(user.jid);
  const isPublished = await quietly(session, () =>
    publishPrivately(iq, NS, () => publishDisplayed(iq, room, { id: stanzaId, by: room })),
  );
  if (!isPublished) known.get(session)?.delete(keyOf(room, stanzaId));
}

/**
 * What the user has read in rooms of the gateway, by an event of the user's account.
 * What the gateway itself has published is left out, and what has come before.
 * @throws MalformedError
 */
export function readEvents(session: BaseSession, stanza: Element): readonly ReadEvent[] {
  return eventValues(stanza, NS, displayed).flatMap(({ id: room = '', value: { stanzaId } }) => {
    if (stanzaId.by !== room || JID.tryParse(room)?.domain !== session.xmpp.jid) return [];
    return remember(session, room, stanzaId.id) ? [{ room, stanzaId: stanzaId.id }] : [];
  });
}

/** Returns whether it is new. */
function remember(session: BaseSession, room: string, stanzaId: string): boolean {
  const keys = known.get(session) ?? new Set();
  known.set(session, keys);
  const key = keyOf(room, stanzaId);
  if (keys.has(key)) return false;
  if (keys.size >= MAX_KNOWN) keys.delete(keys.values().next().value as string);
  keys.add(key);
  return true;
}

function keyOf(room: string, stanzaId: string): string {
  return `${room}\0${stanzaId}`;
}

/** Returns whether the server let us. */
async function quietly({ xmpp, user }: BaseSession, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    xmpp.log.debug({ user: user.jid.bare, condition: error.condition }, 'no synchronization of what has been read');
    return false;
  }
}
