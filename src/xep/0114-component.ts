/**
 * The component protocol: the handshake of a service with its server. The stream itself is `ComponentStream`.
 * XEP-0114 v1.6 <https://xmpp.org/extensions/xep-0114.html>
 */

import { type Codec, leaf } from '../stanza/codec.ts';
import { NS as NS_STANZA } from '../stanza/stanza.ts';

export { handshakeDigest, NS_COMPONENT as NS } from '../stanza/stream/handshake.ts';

/** The proof that the component knows the secret; empty when the server accepts it. */
export const handshake: Codec<string> = leaf(NS_STANZA, 'handshake');

export const features: readonly string[] = [];
