/**
 * Direct invitations: somebody is asked into a room, without the room.
 * XEP-0249 v1.2 <https://xmpp.org/extensions/xep-0249.html>
 */

import { attr, type Codec, element, optionalAttr } from '../stanza/codec.ts';
import { boolean, jid } from '../stanza/value.ts';

export const NS = 'jabber:x:conference';

export interface Invitation {
  /** The room. */
  readonly jid: string;
  readonly password?: string;
  readonly reason?: string;
  /** The room continues a conversation between two, of this thread. */
  readonly continue?: boolean;
  readonly thread?: string;
}
export const x: Codec<Invitation> = element(NS, 'x', {
  continue: optionalAttr('continue', boolean),
  jid: attr('jid', jid),
  password: optionalAttr('password'),
  reason: optionalAttr('reason'),
  thread: optionalAttr('thread'),
});

export const features: readonly string[] = [NS];
