/** Whether somebody is there. RFC 6121 §4. */

import { type Element, presence, priority, type Show, show, status } from '../../stanza/index.ts';
import { nick } from '../../xep/0172-nick.ts';
import { idle } from '../../xep/0319-idle.ts';

export interface PresenceFacts {
  /** `online`, `offline`, or one of the values of `<show/>`. */
  readonly state: 'online' | 'offline' | Show;
  readonly status?: string | undefined;
  /** When they were last seen. XEP-0319. */
  readonly lastSeen?: Date | undefined;
}

export function isSamePresence(a: PresenceFacts | undefined, b: PresenceFacts | undefined): boolean {
  return a?.state === b?.state && a?.status === b?.status && a?.lastSeen?.getTime() === b?.lastSeen?.getTime();
}

/** `extra` is for what an available presence also has: capabilities, the hash of an avatar. */
export function presenceStanza(
  address: { readonly from: string; readonly to: string },
  facts: PresenceFacts,
  ...extra: readonly Element[]
): Element {
  const { state, lastSeen } = facts;
  const words = facts.status === undefined || facts.status === '' ? [] : [status.build(facts.status)];
  if (lastSeen !== undefined) words.push(idle.build({ since: lastSeen }));
  if (state === 'offline') return presence({ ...address, type: 'unavailable' }, ...words);
  const shown = state === 'online' ? [] : [show.build(state)];
  return presence(address, ...shown, ...words, priority.build(0), ...extra);
}

const SUBSCRIPTION: readonly unknown[] = ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'];

/** Whether a presence of this type is about who may see whom, not about who is there. RFC 6121 §3. */
export function isAboutSubscription(type: string | undefined): boolean {
  return SUBSCRIPTION.includes(type);
}

/** A presence of the kinds that manage subscriptions, with the name that the other should see. RFC 6121 §3. */
export function subscriptionStanza(
  header: { readonly from: string; readonly to: string; readonly type: 'subscribe' | 'subscribed' | 'unsubscribed' },
  name: string | undefined,
  text = '',
): Element {
  return presence(
    header,
    ...(text === '' ? [] : [status.build(text)]),
    // XEP-0172 §4.2: so that the one who is asked knows by whom.
    ...(name === undefined || header.type === 'unsubscribed' ? [] : [nick.build(name)]),
  );
}

const WEEK = 7 * 24 * 3600 * 1000;

/** The status, followed by when somebody was last seen: for clients that do not know XEP-0319. */
export function statusWithLastSeen(status: string | undefined, lastSeen: Date, now: number): string {
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' } as const;
  const isRecent = now - lastSeen.getTime() < WEEK;
  const when = isRecent
    ? lastSeen.toLocaleString('en-GB', { weekday: 'long', ...time }).replace(',', '')
    : lastSeen.toISOString().slice(0, 10);
  return status === undefined || status === '' ? `Last seen ${when}` : `${status} -- last seen ${when}`;
}
