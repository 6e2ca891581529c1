/**
 * User nickname: what somebody likes to be called.
 * XEP-0172 v1.1 <https://xmpp.org/extensions/xep-0172.html>
 */

import { type Codec, leaf } from '../stanza/codec.ts';

/** Also the node of personal events (XEP-0163). */
export const NS = 'http://jabber.org/protocol/nick';

/** For subscription requests, first messages to strangers, and events; not for presence of any other kind. */
export const nick: Codec<string> = leaf(NS, 'nick');

export const features: readonly string[] = [NS];
