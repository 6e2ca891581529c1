/**
 * Addresses: several networks share the domain of the gateway. What a thing of a network is called there and on XMPP:
 *
 *     channel  #slipway@irc.libera.chat   #slipway%irc.libera.chat@irc.example.org
 *     person   juliet@irc.libera.chat     juliet%irc.libera.chat@irc.example.org
 *
 * A thing has one address, and an address is that of one thing. Names that are the same to the network are written in one
 * way (casemapping.ts). Addresses know no capitals at all, and not all characters: a name that would be changed there,
 * such as #Ärger, has the bytes of these characters as %c3%84.
 */

import { JID, XmppError } from 'slipway';
import { escapeLocal, unescapeLocal } from 'slipway/xep/0106-jid-escaping';
import { type CaseMapping, DEFAULT_CASE_MAPPING, fold } from './casemapping.ts';

export interface IrcName {
  /** The name on the network, as `fold` writes it. */
  readonly name: string;
  readonly network: string;
}

/** What must be known of a network to name what is there. */
export interface Naming {
  readonly name: string;
  /** As the network has said. */
  readonly caseMapping?: CaseMapping | undefined;
}

/** RFC 2811 §2.1. */
export function isChannel(name: string): boolean {
  return /^[#&+!]/.test(name);
}

export function legacyIdOf(name: string, { name: network, caseMapping = DEFAULT_CASE_MAPPING }: Naming): string {
  return `${fold(name, caseMapping)}@${network}`;
}

export function nameOf(legacyId: string): IrcName {
  const at = legacyId.lastIndexOf('@');
  return { name: legacyId.slice(0, at), network: legacyId.slice(at + 1) };
}

export function usernameOf(legacyId: string): string {
  const { name, network } = nameOf(legacyId);
  const escaped = name.replace(/%(?=[0-9a-f]{2})/gi, '%25');
  const username = `${escapeLocal(escaped)}%${network}`;
  if (JID.tryParse(`${username}@localhost`)?.local === username) return username;
  return `${escapeLocal(escaped.replace(NOT_PRINTABLE_ASCII, percentOf))}%${network}`;
}

/** @throws XmppError when it is not the address of such a thing, or of a network that is not known. */
export function legacyIdOfUsername(
  username: string,
  kind: 'channel' | 'person',
  networks: ReadonlyMap<string, Naming>,
): string {
  const percent = username.lastIndexOf('%');
  const name = unescapePercent(unescapeLocal(username.slice(0, percent)));
  const networkName = username.slice(percent + 1);
  if (percent < 1 || isChannel(name) !== (kind === 'channel') || /[\s,@]/.test(name)) {
    throw new XmppError('item-not-found', `Addresses of ${kind}s look like ${EXAMPLE[kind]}%irc.example.net.`);
  }
  const network = networks.get(networkName);
  if (network === undefined) throw new XmppError('item-not-found', `${networkName} is none of your networks.`);
  return legacyIdOf(name, network);
}

const EXAMPLE = { channel: '#channel', person: 'nick' };
const NOT_PRINTABLE_ASCII = /[^\x20-\x7e]+/g;

function percentOf(text: string): string {
  return Buffer.from(text).toString('hex').replace(/../g, '%$&');
}

/** What is no text becomes U+FFFD, which is not the address of anything: it would be written otherwise. */
function unescapePercent(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}
