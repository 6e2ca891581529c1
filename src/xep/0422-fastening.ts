/**
 * Message fastening: payloads for an earlier message.
 * XEP-0422 v0.2.0 <https://xmpp.org/extensions/xep-0422.html>
 *
 * COMPAT(XEP-0424 before 0.4, XEP-0425 before 0.3): retractions and moderations came in this envelope. Nothing current
 * uses it: read it, do not send it.
 */

import { attr, type Codec, element, many, optionalAttr, rest } from '../stanza/codec.ts';
import { boolean } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';

export const NS = 'urn:xmpp:fasten:0';

/** A child of the message that belongs to the fastening. */
export interface External {
  readonly name: string;
  /** Default: the namespace of the message. */
  readonly ns?: string;
}
export const external: Codec<External> = element(NS, 'external', {
  name: attr('name'),
  ns: optionalAttr('element-namespace'),
});

export interface ApplyTo {
  /** The origin-id of the message that the payloads are for; a stanza-id where a room moderates. */
  readonly id: string;
  /** Takes back what the sender fastened before with such payloads. */
  readonly clear?: boolean;
  /** The payloads are in the encrypted part of the message. */
  readonly shell?: boolean;
  readonly payloads: readonly Element[];
  readonly externals: readonly External[];
}
export const applyTo: Codec<ApplyTo> = element(NS, 'apply-to', {
  id: attr('id'),
  clear: optionalAttr('clear', boolean),
  shell: optionalAttr('shell', boolean),
  payloads: rest(),
  externals: many(external),
});

export const features: readonly string[] = [NS];
