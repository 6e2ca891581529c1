/**
 * Explicit message encryption: says how a message is encrypted.
 * XEP-0380 v0.4.0 <https://xmpp.org/extensions/xep-0380.html>
 */

import { attr, type Codec, element, optionalAttr } from '../stanza/codec.ts';

export const NS = 'urn:xmpp:eme:0';

/** The body beside it is a hint for people, not what was written. */
export interface Encryption {
  /** The namespace of the protocol. */
  readonly namespace: string;
  /** For protocols that are not well known. */
  readonly name?: string;
}
export const encryption: Codec<Encryption> = element(NS, 'encryption', {
  namespace: attr('namespace'),
  name: optionalAttr('name'),
});

export const features: readonly string[] = [NS];

/** The well-known protocols. §3.2 */
const NAMES: Readonly<Record<string, string>> = {
  'urn:xmpp:otr:0': 'OTR',
  'jabber:x:encrypted': 'Legacy OpenPGP',
  'urn:xmpp:openpgp:0': 'OpenPGP for XMPP',
  'eu.siacs.conversations.axolotl': 'OMEMO',
  'urn:xmpp:omemo:1': 'OMEMO 1',
  'urn:xmpp:omemo:2': 'OMEMO 2',
};

/** What to call the protocol. */
export function protocolName({ namespace, name }: Encryption): string {
  return (Object.hasOwn(NAMES, namespace) ? NAMES[namespace] : undefined) ?? name ?? namespace;
}
