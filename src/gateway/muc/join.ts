/** A client of the user joins a room: what it is told, in the order of XEP-0045 §7.1. */

import { Element, type JID } from '../../stanza/index.ts';
import { type History, STATUS } from '../../xep/0045-muc.ts';
import { stanzaIdBy } from '../../xep/0359-stanza-ids.ts';
import { XmppError } from '../errors.ts';
import { occupantPresence, roomPhoto } from '../outgoing/room.ts';
import { nextTurn } from '../serial.ts';
import type { LegacyParticipant } from './participant.ts';
import type { LegacyMUC } from './room.ts';
import { shownSubject } from './subject.ts';

export interface Joining {
  /** The client. */
  readonly jid: JID;
  /** The nickname that it asks for. */
  readonly nick: string;
  /** The id of its presence. */
  readonly id: string | undefined;
  readonly history: History | undefined;
  /** Of the user's own picture, for the user's own presence. */
  readonly avatarHash: string | undefined;
}

/** Participants told of before others get their turn. */
const AT_ONCE = 200;

/** Seconds that history goes back when a client does not say. */
const DAY = 24 * 3600;

/** Rejects when the plugin cannot say who is in the room, or the user is banned: the client has not joined then. */
export async function joinRoom(room: LegacyMUC, joining: Joining): Promise<void> {
  const { clients } = room;
  const { jid } = joining;
  await admit(room);
  clients.add(jid);
  try {
    await showOccupants(room, jid.full);
  } catch (error) {
    clients.cancel(jid);
    throw error;
  }
  clients.sendTo(jid.full, selfPresence(room, joining));
  room.userParticipant.isAnnounced = true;
  const archive = await room.archiveReady();
  const defaults = { maxStanzas: room.maxHistoryFetch, seconds: DAY };
  const known = new Set<string>();
  for await (const { element, archiveId } of archive.history(joining.history, defaults)) {
    known.add(archiveId);
    clients.sendTo(jid.full, element);
  }
  clients.sendTo(jid.full, shownSubject(room));
  clients.sendTo(jid.full, roomPhoto(room.jid.bare, room.avatarHash));
  clients.ready(jid, (stanza) => known.has(stanzaIdBy(stanza, room.jid.bare) ?? ''));
}

/** The user has been removed, and comes back; unless the plugin, which is asked again, says that the ban goes on. */
async function admit(room: LegacyMUC): Promise<void> {
  const { userParticipant: user } = room;
  if (user.affiliation === 'outcast') await room.occupants.fill();
  if (user.affiliation === 'outcast') throw new XmppError('forbidden', 'You are banned from this group.');
  if (user.role === 'none') user.standAs({ role: 'participant' });
}

/** Those who are known at once; others as the plugin finds them. */
async function showOccupants(room: LegacyMUC, jid: string): Promise<void> {
  const shown = new Set<LegacyParticipant>();
  const show = (participant: LegacyParticipant) => {
    if (participant.isUser || shown.has(participant)) return;
    shown.add(participant);
    if (room.shown.has(participant)) room.shown.showTo(jid, participant);
  };
  await room.occupants.fill(show);
  let count = 0;
  for (const participant of [...room.occupants]) {
    show(participant);
    if (++count % AT_ONCE === 0) await nextTurn();
  }
}

function selfPresence(room: LegacyMUC, { jid, nick, id, avatarHash }: Joining): Element {
  const { userParticipant: user, isAnonymous } = room;
  const facts = { ...user.facts, avatarHash, ...(!isAnonymous && { realJid: jid.full }) };
  const statuses = [
    STATUS.self,
    ...(isAnonymous ? [] : [STATUS.nonAnonymous]),
    ...(nick === user.resource ? [] : [STATUS.nickAssigned]),
  ];
  const presence = occupantPresence(facts, { state: 'online' }, statuses);
  return new Element('presence', presence.ns, { ...presence.attrs, id }, presence.children);
}
