/** How tests say whom they mean. */

import { JID } from '../../../stanza/index.ts';
import { escapeLocal } from '../../../xep/0106-jid-escaping.ts';

/**
 * Somebody: a JID; the part of one before the `@`, for those at the gateway; or whatever has a JID: a contact, a room, a
 * user of the kit, the gateway.
 */
export type Who = string | JID | { readonly jid: JID | string };

/** The address of somebody; without `@`, at this domain. */
export function addressOf(who: Who, domain: string): string {
  if (who instanceof JID) return who.full;
  if (typeof who === 'object') return String(who.jid);
  return who.includes('@') || who === domain ? JID.parse(who).full : new JID(escapeLocal(who), domain).full;
}
