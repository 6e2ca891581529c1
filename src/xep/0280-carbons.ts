/**
 * Message carbons: all clients of an account see what one of them sends and receives.
 * XEP-0280 v1.0.1 <https://xmpp.org/extensions/xep-0280.html>
 */

import { type Codec, child, element, find, has, marker } from '../stanza/codec.ts';
import type { IqSender } from '../stanza/iq-tracker.ts';
import { bareOf } from '../stanza/jid.ts';
import type { Element } from '../stanza/xml/element.ts';
import { type Forwarded, forwarded } from './0297-forwarding.ts';

export const NS = 'urn:xmpp:carbons:2';
// COMPAT(XEP-0280 before 0.7): the direction stands beside the forwarded message, or in it.
export const NS_V1 = 'urn:xmpp:carbons:1';

export const enable: Codec<true> = marker(NS, 'enable');
export const disable: Codec<true> = marker(NS, 'disable');

/** A copy. It counts only when the message that carries it comes from one's own bare JID: see `carbonOf`. */
export interface Carbon {
  readonly forwarded: Forwarded;
}
/** A copy of what another client of the account sent. */
export const sent: Codec<Carbon> = element(NS, 'sent', { forwarded: child(forwarded) });
/** A copy of what another client of the account received. */
export const received: Codec<Carbon> = element(NS, 'received', { forwarded: child(forwarded) });

/** Keeps a message from being copied, together with the hint `no-copy` (XEP-0334). */
export const privateMessage: Codec<true> = marker(NS, 'private');

export const sentV1: Codec<true> = marker(NS_V1, 'sent');
export const receivedV1: Codec<true> = marker(NS_V1, 'received');

export const features: readonly string[] = [NS];

/** Which way a copied message went. */
export type Direction = 'sent' | 'received';

/**
 * The copy that a message carries, in the current form or in the one before.
 * @param account one's own bare JID.
 * @returns `undefined` also for a forgery: a copy that does not come from the account.
 * @throws MalformedError.
 */
export function carbonOf(
  message: Element,
  account: string,
): { readonly direction: Direction; readonly forwarded: Forwarded } | undefined {
  const { from, to } = message.attrs;
  if ((from ?? (to && bareOf(to))) !== account) return undefined;
  const current = find(message, sent);
  if (current !== undefined) return { direction: 'sent', ...current };
  const other = find(message, received);
  if (other !== undefined) return { direction: 'received', ...other };
  return legacyCarbonOf(message);
}

/** Has the server send copies. @throws StanzaError with the answered error. */
export async function enableCarbons(iq: IqSender): Promise<void> {
  await iq.request({ type: 'set', payload: enable.build(true) });
}

/** Has it stop. @throws StanzaError with the answered error. */
export async function disableCarbons(iq: IqSender): Promise<void> {
  await iq.request({ type: 'set', payload: disable.build(true) });
}

function legacyCarbonOf(message: Element): { direction: Direction; forwarded: Forwarded } | undefined {
  const inner = message.getChildElements().find((each) => each.is('forwarded', forwarded.ns));
  const copied = inner && forwarded.parse(inner, '/message/forwarded');
  if (inner === undefined || copied === undefined) return undefined;
  const isMarked = (codec: Codec<true>) => has(message, codec) || has(inner, codec);
  if (isMarked(sentV1)) return { direction: 'sent', forwarded: copied };
  return isMarked(receivedV1) ? { direction: 'received', forwarded: copied } : undefined;
}
