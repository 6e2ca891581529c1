/**
 * Entity time: what time it is where somebody is.
 * XEP-0202 v2.0 <https://xmpp.org/extensions/xep-0202.html>
 */

import { type Codec, element, leaf, optionalChild } from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { dateTime } from '../stanza/value.ts';
import { zone } from './0082-date-time.ts';

export const NS = 'urn:xmpp:time';

/** Empty in a `get`; the answer has both. */
export interface Time {
  /** Minutes east of UTC. */
  readonly zone?: number;
  readonly utc?: Date;
}
export const time: Codec<Time> = element(NS, 'time', {
  zone: optionalChild(leaf(NS, 'tzo', zone)),
  utc: optionalChild(leaf(NS, 'utc', dateTime)),
});

export const features: readonly string[] = [NS];

/** Asks what time it is at `jid`. @throws StanzaError with the answered error. */
export async function entityTime(iq: IqSender, jid: string): Promise<Time> {
  return answered(time, await iq.request({ type: 'get', to: jid, payload: time.build({}) }));
}
