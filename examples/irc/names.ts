/**
 * Addresses: several networks share the domain of the gateway. What a thing of a network is called there and on XMPP:
 *
 *     channel  #slipway@irc.libera.chat   #slipway%irc.libera.chat@irc.example.org
 *     person   juliet@irc.libera.chat     juliet%irc.libera.chat@irc.example.org
 */

import { XmppError } from 'slipway';
import { escapeLocal, unescapeLocal } from 'slipway/xep/0106-jid-escaping';

export interface IrcName {
  /** The name on the network, in lower case. */
  readonly name: string;
  readonly network: string;
}

/** RFC 2811 §2.1. */
export function isChannel(name: string): boolean {
  return /^[#&+!]/.test(name);
}

export function legacyIdOf(name: string, network: string): string {
  return `${name.toLowerCase()}@${network}`;
}

export function nameOf(legacyId: string): IrcName {
  const at = legacyId.lastIndexOf('@');
  return { name: legacyId.slice(0, at), network: legacyId.slice(at + 1) };
}

export function usernameOf(legacyId: string): string {
  const { name, network } = nameOf(legacyId);
  return `${escapeLocal(name)}%${network}`;
}

/** @throws XmppError when it is not the address of such a thing, or of a network that is not known. */
export function legacyIdOfUsername(
  username: string,
  kind: 'channel' | 'person',
  networks: ReadonlyMap<string, unknown>,
): string {
  const percent = username.lastIndexOf('%');
  const name = unescapeLocal(username.slice(0, percent));
  const network = username.slice(percent + 1);
  if (percent < 1 || isChannel(name) !== (kind === 'channel') || /[\s,@]/.test(name)) {
    throw new XmppError('item-not-found', `Addresses of ${kind}s look like ${EXAMPLE[kind]}%irc.example.net.`);
  }
  if (!networks.has(network)) throw new XmppError('item-not-found', `${network} is none of your networks.`);
  return legacyIdOf(name, network);
}

const EXAMPLE = { channel: '#channel', person: 'nick' };
