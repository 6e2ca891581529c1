/**
 * URL address information: where something is.
 * XEP-0103 v0.4.1 <https://xmpp.org/extensions/xep-0103.html>
 */

import { attr, type Codec, element, leaf, optionalChild } from '../stanza/codec.ts';

export const NS = 'http://jabber.org/protocol/url-data';

export interface UrlData {
  readonly target: string;
  readonly desc?: string;
}
export const urlData: Codec<UrlData> = element(NS, 'url-data', {
  target: attr('target'),
  desc: optionalChild(leaf(NS, 'desc')),
});

export const features: readonly string[] = [NS];
