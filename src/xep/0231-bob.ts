/**
 * Bits of binary: small pictures and the like, in a stanza or on request.
 * XEP-0231 v1.1 <https://xmpp.org/extensions/xep-0231.html>
 */

import { createHash } from 'node:crypto';
import { attr, type Codec, element, optionalAttr, text } from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { base64, unsigned } from '../stanza/value.ts';
import { isHashOf } from './0300-hashes.ts';

export const NS = 'urn:xmpp:bob';

/** With data, or without to ask for it. */
export interface Data {
  /** What `cid:` URLs name. */
  readonly cid: string;
  /** The media type. */
  readonly type?: string;
  /** For how many seconds it may be kept; 0 for not at all. */
  readonly maxAge?: number;
  readonly bytes: Uint8Array;
}
export const data: Codec<Data> = element(NS, 'data', {
  cid: attr('cid'),
  maxAge: optionalAttr('max-age', unsigned),
  type: optionalAttr('type'),
  bytes: text(base64),
});

export const features: readonly string[] = [NS];

/** The id of data: its hash. Anything with the same id is the same, whoever has it. */
export function contentId(bytes: Uint8Array): string {
  return `sha1+${createHash('sha1').update(bytes).digest('hex')}@bob.xmpp.org`;
}

/** The content id in a `cid:` URL. */
export function cidOf(url: string): string | undefined {
  return /^cid:(.+)$/i.exec(url)?.[1];
}

/** Whether data is what its id says. False for an id with a hash that is not understood. */
export function isGenuine(cid: string, bytes: Uint8Array): boolean {
  // COMPAT: some write the name of the hash as in XEP-0300, with a hyphen; §2.6 wants `sha1`.
  const match = /^sha-?(1|256|512)\+([0-9a-f]+)@bob\.xmpp\.org$/i.exec(cid);
  const [, size = '', hex = ''] = match ?? [];
  return isHashOf({ algo: `sha-${size}`, value: Buffer.from(hex, 'hex') }, bytes) === true;
}

/**
 * Asks `jid` for data.
 * @returns `undefined` when it is not what its id says.
 * @throws StanzaError with the answered error.
 */
export async function fetchData(iq: IqSender, jid: string, cid: string): Promise<Data | undefined> {
  const payload = data.build({ cid, bytes: new Uint8Array() });
  const answer = answered(data, await iq.request({ type: 'get', to: jid, payload }));
  return isGenuine(cid, answer.bytes) ? answer : undefined;
}
