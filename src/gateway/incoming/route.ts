/** What a route is, and what many of them need. */

import { type Element, find, has, type JID, type Kind, thread } from '../../stanza/index.ts';
import { request as receiptRequest } from '../../xep/0184-receipts.ts';
import { originId } from '../../xep/0359-stanza-ids.ts';
import type { LegacyContact } from '../contact.ts';
import { XmppError } from '../errors.ts';
import type { BaseGateway } from '../gateway.ts';
import { receiptMessage } from '../outgoing/notices.ts';
import type { BaseSession } from '../session.ts';

export interface Incoming {
  readonly gateway: BaseGateway;
  readonly stanza: Element;
  readonly from: JID;
  readonly to: JID;
}

/** A way for messages or presences. */
export interface Route {
  readonly takes: (stanza: Element) => boolean;
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
  readonly contact: LegacyContact;
}

/** @throws XmppError when the sender is no user, is not logged in, or there is no such contact. */
export async function chatOf({ gateway, stanza, to }: Incoming): Promise<ChatEvent> {
  const session = gateway.getSessionFromStanza(stanza);
  await session.waitForReady();
  return { session, contact: await session.contacts.byJid(to) };
}

/** The network's thread for the one that the message is part of. */
export function threadOf({ contact }: ChatEvent, stanza: Element): Promise<string | undefined> {
  return contact.conversation.legacyThreadOf(find(stanza, thread)?.id, (id) => contact.createThread(id));
}

/** Remembers what a message of the user became, under every id that may be used to refer to it. */
export function remember({ contact }: ChatEvent, stanza: Element, legacyId: unknown): void {
  if (typeof legacyId !== 'string') return;
  const ids = new Set([stanza.attrs.id, find(stanza, originId)?.id]);
  for (const id of ids) if (id !== undefined) contact.conversation.userSent(id, legacyId);
}

/** Says that the message has arrived, if that was asked, and the network does not say it itself. */
export function acknowledge({ contact, session }: ChatEvent, { gateway, stanza, to, from }: Incoming): void {
  const { id } = stanza.attrs;
  if (id === undefined || gateway.properReceipts || !contact.receipts || !has(stanza, receiptRequest)) return;
  const envelope = { from: to.full, to: from.full, type: 'chat' } as const;
  contact.conversation.send(receiptMessage(envelope, id, session.xmpp.newId()), 'actor');
}

/** @throws XmppError `bad-request` unless the request is of this type. */
export function expectType({ type }: IncomingIq, expected: 'get' | 'set'): void {
  if (type !== expected) throw new XmppError('bad-request', `This must be asked with type "${expected}".`);
}
