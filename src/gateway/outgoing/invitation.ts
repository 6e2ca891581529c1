/** An invitation into a room. XEP-0249. */

import { type Element, message } from '../../stanza/index.ts';
import { x } from '../../xep/0249-direct-invite.ts';
import { hint } from '../../xep/0334-hints.ts';
import type { Envelope } from './envelope.ts';

export interface InvitationFacts {
  /** The room. */
  readonly jid: string;
  /** For the user to read. */
  readonly reason?: string | undefined;
}

export function directInvitation(envelope: Envelope, { jid, reason }: InvitationFacts): Element {
  // It must wait for a user who is offline, although it has no body.
  return message(envelope, x.build({ jid, ...(reason !== undefined && { reason }) }), hint.build('store'));
}
