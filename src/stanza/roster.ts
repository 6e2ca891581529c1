/** Rosters: the contacts of an account, kept by its server. RFC 6121 §2. */

import { attr, type Codec, element, leaf, many, optionalAttr } from './codec.ts';
import { answered, type IqSender } from './iq-tracker.ts';
import { bareOf } from './jid.ts';
import { boolean, jid, oneOf } from './value.ts';
import type { Element } from './xml/element.ts';

/** The namespace of rosters. */
export const NS = 'jabber:iq:roster';

/** Who gets whose presence: `to` means that the owner gets that of the contact. */
export type Subscription = 'none' | 'to' | 'from' | 'both';

/** A contact in a roster. */
export interface Item {
  readonly jid: string;
  readonly name?: string;
  /** Default `none`; `remove` takes the contact off. Kept by the server: others are ignored in what a client sends. */
  readonly subscription?: Subscription | 'remove';
  /** The owner has asked for a subscription, and waits. */
  readonly ask?: 'subscribe';
  /** The owner has agreed in advance to be subscribed to. */
  readonly approved?: boolean;
  readonly groups: readonly string[];
}
/** Reads and builds an entry of a roster. */
export const item: Codec<Item> = element(NS, 'item', {
  approved: optionalAttr('approved', boolean),
  ask: optionalAttr('ask', oneOf('subscribe')),
  jid: attr('jid', jid),
  name: optionalAttr('name'),
  subscription: optionalAttr('subscription', oneOf('none', 'to', 'from', 'both', 'remove')),
  groups: many(leaf(NS, 'group')),
});

/** The whole roster, or in a `set` one item of it. */
export interface Roster {
  /** The version, where the server has versions. `''` asks for the whole, with its version. */
  readonly ver?: string;
  readonly items: readonly Item[];
}
/** Reads and builds a roster, or a part of it. */
export const query: Codec<Roster> = element(NS, 'query', { ver: optionalAttr('ver'), items: many(item) });

/**
 * The roster of one's own account, or of `owner` with the privilege (XEP-0356).
 * @returns `undefined` when it is still the version that was given.
 * @throws StanzaError with the answered error.
 */
export async function fetchRoster(
  iq: IqSender,
  { owner, ver }: { readonly owner?: string; readonly ver?: string } = {},
): Promise<Roster | undefined> {
  const payload = query.build({ items: [], ...(ver !== undefined && { ver }) });
  const answer = await iq.request({ type: 'get', to: owner, payload });
  return answer === undefined ? undefined : answered(query, answer);
}

/** Adds a contact, or changes its name and groups. @throws StanzaError with the answered error. */
export async function setItem(
  iq: IqSender,
  contact: Pick<Item, 'jid' | 'name' | 'groups' | 'subscription'>,
  owner?: string,
): Promise<void> {
  await iq.request({ type: 'set', to: owner, payload: query.build({ items: [contact] }) });
}

/** Takes a contact off, with all subscriptions. @throws StanzaError with the answered error. */
export async function removeItem(iq: IqSender, jid: string, owner?: string): Promise<void> {
  await setItem(iq, { jid, subscription: 'remove', groups: [] }, owner);
}

/**
 * Whether a roster push comes from the server of the account that it is sent to. From anybody else it must be ignored.
 * §2.1.6
 */
export function isGenuinePush(push: Element): boolean {
  const { from, to } = push.attrs;
  return from === undefined || (to !== undefined && from === bareOf(to));
}
