/** What a route is, and what many of them need. */

import { type Element, find, has, type JID, type Kind, StanzaError, thread } from '../../stanza/index.ts';
import { STATUS } from '../../xep/0045-muc.ts';
import { request as receiptRequest } from '../../xep/0184-receipts.ts';
import { originIdOf } from '../../xep/0359-stanza-ids.ts';
import type { LegacyContact } from '../contact.ts';
import { XmppError } from '../errors.ts';
import type { BaseGateway } from '../gateway.ts';
import type { LegacyMUC } from '../muc/room.ts';
import { receiptMessage } from '../outgoing/notices.ts';
import type { BaseSession, EventOptions } from '../session.ts';
import type { Trace } from '../watch/trace.ts';

export interface Incoming {
  readonly gateway: BaseGateway;
  readonly stanza: Element;
  readonly from: JID;
  readonly to: JID;
  /** What happens to it is remembered there, if it is a message. */
  readonly trace?: Trace | undefined;
  /** What is known of it in the journal, if it is there. */
  readonly event?: JournaledEvent;
}

/** Something a user has done, as far as a route has to know that it is stored. */
export interface JournaledEvent {
  /** The same whenever this event is given to the plugin. */
  readonly key: string;
  /** The plugin has taken it: stored together with what the user is told of that. */
  sent(): void;
}

/** A way for messages or presences. */
export interface Route {
  readonly takes: (stanza: Element, incoming: Incoming) => boolean;
  /** Whether it changes something on the network: then it must not be lost, nor done twice. */
  readonly isLasting?: true;
  /** Whether something is fetched for it, which may take long. */
  readonly takesLong?: true;
  /** What it throws becomes an error stanza for the sender. */
  readonly handle: (incoming: Incoming) => Promise<void> | void;
}

export interface IncomingIq extends Incoming {
  readonly payload: Element;
  readonly type: 'get' | 'set';
}

/** A way for requests. */
export interface IqRoute {
  /** The payload it is for. */
  readonly kind: Kind;
  /** Returns the payload of the result. What it throws becomes the error that answers the request. */
  readonly handle: (incoming: IncomingIq) => Promise<Element | undefined> | Element | undefined;
}

/** A chat that the user has done something in. */
export interface ChatEvent {
  readonly session: BaseSession;
  readonly recipient: LegacyContact | LegacyMUC;
}

/** @throws StanzaError when the sender is no user, is not logged in, not in the room, or there is no such contact. */
export async function chatOf(incoming: Incoming): Promise<ChatEvent> {
  const { gateway, stanza, to } = incoming;
  const session = gateway.getSessionFromStanza(stanza);
  await session.waitForReady();
  const isInRoom = stanza.attrs.type === 'groupchat';
  const recipient = isInRoom ? await joinedRoom(session, incoming) : await session.contacts.byJid(to);
  if (incoming.trace !== undefined) gateway.watch.found(incoming.trace);
  return { session, recipient };
}

/** The network's thread for the one that the message is part of. */
export function threadOf({ recipient }: ChatEvent, stanza: Element): Promise<string | undefined> {
  return recipient.conversation.legacyThreadOf(find(stanza, thread)?.id, (id) => recipient.createThread(id));
}

/**
 * The plugin has taken a message: the user's clients learn that, each kind of chat in its way.
 * @param legacyId what it became on the network, if it became a message there.
 */
export function taken(chat: ChatEvent, incoming: Incoming, legacyId?: unknown): void {
  const { recipient } = chat;
  const { stanza } = incoming;
  incoming.event?.sent();
  const id = typeof legacyId === 'string' ? legacyId : undefined;
  if (incoming.trace !== undefined) incoming.trace.legacyId = id;
  // Under every id that may be used to refer to it.
  const ids = new Set([stanza.attrs.id, originIdOf(stanza)]);
  for (const each of ids) if (id !== undefined && each !== undefined) recipient.conversation.userSent(each, id);
  if (recipient.isGroup) recipient.conversation.reflect(stanza, id);
  else acknowledge(recipient, incoming);
}

/** What came before comes again, since the answer was not heard: it is given again. */
export async function repeatTaken(incoming: Incoming): Promise<void> {
  const { recipient } = await chatOf(incoming);
  if (!recipient.isGroup) return acknowledge(recipient, incoming);
  const { stanza, from } = incoming;
  const legacyId = await recipient.conversation.knownLegacyIdOf(stanza.attrs.id ?? '');
  if (legacyId !== undefined) recipient.conversation.reflectAgain(stanza, legacyId, from);
}

/** What hooks are told of an event besides what it is. */
export function eventOptions({ event }: Incoming): EventOptions {
  return { idempotencyKey: event?.key ?? '' };
}

/** Says that the message has arrived, if that was asked, and the network does not say it itself. */
function acknowledge(contact: LegacyContact, { gateway, stanza, to, from }: Incoming): void {
  const { id } = stanza.attrs;
  if (id === undefined || gateway.properReceipts || !contact.receipts || !has(stanza, receiptRequest)) return;
  const envelope = { from: to.full, to: from.full, type: 'chat' } as const;
  contact.conversation.send(receiptMessage(envelope, id, gateway.newId()), 'actor');
}

/** The room that a stanza is for, if the user is known to be in it. */
export function knownRoom({ gateway, from, to }: Incoming): LegacyMUC | undefined {
  return gateway.sessions.get(from.bare)?.bookmarks.ifKnownLocal(to.local);
}

/** The room with this JID. @throws XmppError when there can be none. */
export async function roomAt(session: BaseSession, jid: JID | string): Promise<LegacyMUC> {
  if (!session.xmpp.groups) throw new XmppError('feature-not-implemented', 'There are no rooms here.');
  return session.bookmarks.byJid(jid);
}

/** The room that a request is for. @throws StanzaError when the sender is no user, or there is no such room. */
export async function roomOf(incoming: Incoming): Promise<LegacyMUC> {
  const session = incoming.gateway.getSessionFromStanza(incoming.stanza);
  return knownRoom(incoming) ?? roomAt(session, incoming.to);
}

/** Whomever a request is for: what the user knows, else what there can be. */
export async function entityOf(incoming: Incoming): Promise<LegacyContact | LegacyMUC> {
  const { gateway, stanza, to } = incoming;
  const session = gateway.getSessionFromStanza(stanza);
  const known = knownRoom(incoming);
  if (known !== undefined) return known;
  try {
    return await session.contacts.byJid(to);
  } catch (error) {
    if (!gateway.groups || !(error instanceof StanzaError) || error.condition !== 'item-not-found') throw error;
    return await session.bookmarks.byJid(to);
  }
}

/** XEP-0410 §3: of this type, so that clients join again. */
export function notJoined(room: LegacyMUC): StanzaError {
  return new StanzaError('cancel', 'not-acceptable', 'Your client is not in this room.', { by: room.jid.bare });
}

async function joinedRoom(session: BaseSession, { from, to }: Incoming): Promise<LegacyMUC> {
  const room = await roomAt(session, to);
  if (to.resource !== '') throw new XmppError('bad-request', 'What is said in a room is said to the room.');
  if (room.clients.has(from)) return room;
  room.clients.tellGone(from.full, STATUS.error);
  throw notJoined(room);
}

/** @throws XmppError `bad-request` unless the request is of this type. */
export function expectType({ type }: IncomingIq, expected: 'get' | 'set'): void {
  if (type !== expected) throw new XmppError('bad-request', `This must be asked with type "${expected}".`);
}
