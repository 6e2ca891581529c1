/** How a component proves that it knows the secret. XEP-0114 §3. */

import { createHash } from 'node:crypto';

/** The namespace of component streams. In memory their stanzas are in `jabber:client`, like all others. */
export const NS_COMPONENT = 'jabber:component:accept';

/** What proves knowledge of the secret for the stream with this id: the hexadecimal SHA-1 of both. */
export function handshakeDigest(streamId: string, secret: string): string {
  return createHash('sha1')
    .update(streamId + secret)
    .digest('hex');
}
