/**
 * MUC self-ping: am I still in that room?
 * XEP-0410 v1.1.0 <https://xmpp.org/extensions/xep-0410.html>
 */

import type { IqSender } from '../stanza/iq-tracker.ts';
import { StanzaError } from '../stanza/stanza-error.ts';
import { ping } from './0199-ping.ts';

/** Announced by rooms that answer for the occupants who ask about themselves. */
export const NS = 'http://jabber.org/protocol/muc#self-ping-optimization';

/** For rooms. */
export const features: readonly string[] = [NS];

/** Still in the room, also under another nickname; no longer in it; or nobody can say. */
export type Standing = 'joined' | 'renamed' | 'not-joined' | 'unknown';

/** Asks the room about one's own occupant JID, `room/nickname`. */
export async function selfPing(
  iq: IqSender,
  occupant: string,
  options: { readonly timeout?: number } = {},
): Promise<Standing> {
  try {
    await iq.request({ type: 'get', to: occupant, payload: ping.build(true), timeout: options.timeout });
    return 'joined';
  } catch (error) {
    if (error instanceof StanzaError) return standing(error);
    throw error;
  }
}

/** §3.2 */
function standing({ condition }: StanzaError): Standing {
  switch (condition) {
    case 'service-unavailable':
    case 'feature-not-implemented':
      return 'joined';
    case 'item-not-found':
      return 'renamed';
    case 'remote-server-not-found':
    case 'remote-server-timeout':
    case 'recipient-unavailable':
      return 'unknown';
    default:
      return 'not-joined';
  }
}
