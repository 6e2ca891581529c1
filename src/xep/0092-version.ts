/**
 * Software version: which program somebody runs.
 * XEP-0092 v1.1 <https://xmpp.org/extensions/xep-0092.html>
 */

import { type Codec, element, leaf, optionalChild } from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';

export const NS = 'jabber:iq:version';

/** Empty in a `get`; the answer has `name` and `version`. */
export interface Version {
  readonly name?: string;
  readonly version?: string;
  /** People must be able to keep this to themselves. */
  readonly os?: string;
}
export const query: Codec<Version> = element(NS, 'query', {
  name: optionalChild(leaf(NS, 'name')),
  version: optionalChild(leaf(NS, 'version')),
  os: optionalChild(leaf(NS, 'os')),
});

export const features: readonly string[] = [NS];

/** Asks which program `jid` runs. @throws StanzaError with the answered error. */
export async function softwareVersion(iq: IqSender, jid: string): Promise<Version> {
  return answered(query, await iq.request({ type: 'get', to: jid, payload: query.build({}) }));
}
