/**
 * Ping: is anybody there?
 * XEP-0199 v2.0.1 <https://xmpp.org/extensions/xep-0199.html>
 */

import { type Codec, marker } from '../stanza/codec.ts';
import type { IqSender } from '../stanza/iq-tracker.ts';
import { StanzaError } from '../stanza/stanza-error.ts';

export const NS = 'urn:xmpp:ping';

export const ping: Codec<true> = marker(NS, 'ping');

export const features: readonly string[] = [NS];

/**
 * Resolves when `jid` answers, or somebody answers that it does not know pings: both are signs of life.
 * @throws StanzaError for any other error, `remote-server-timeout` when nobody answers.
 */
export async function sendPing(iq: IqSender, jid?: string, options: { timeout?: number } = {}): Promise<void> {
  try {
    await iq.request({ type: 'get', to: jid, payload: ping.build(true), timeout: options.timeout });
  } catch (error) {
    const alive =
      error instanceof StanzaError &&
      (error.condition === 'service-unavailable' || error.condition === 'feature-not-implemented');
    if (!alive) throw error;
  }
}
