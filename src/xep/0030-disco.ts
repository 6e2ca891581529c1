/**
 * Service discovery: what an entity is, what it can do, and what it has.
 * XEP-0030 v2.5.0 <https://xmpp.org/extensions/xep-0030.html>, with the forms of XEP-0128.
 */

import { attr, type Codec, element, many, mapped, optionalAttr, optionalChild } from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { lang } from '../stanza/stanza.ts';
import { nonEmpty } from '../stanza/value.ts';
import { type Form, form } from './0004-data-forms.ts';
import { type Set as ResultSet, set } from './0059-rsm.ts';

export const NS_INFO = 'http://jabber.org/protocol/disco#info';
export const NS_ITEMS = 'http://jabber.org/protocol/disco#items';

/** What an entity is, by the registry of categories: `{ category: 'gateway', type: 'irc' }`. */
export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly name?: string;
  readonly lang?: string;
}
export const identity: Codec<Identity> = element(NS_INFO, 'identity', {
  category: attr('category', nonEmpty),
  type: attr('type', nonEmpty),
  name: optionalAttr('name'),
  lang,
});

/** A protocol that an entity speaks, by its feature name. */
export const feature: Codec<string> = mapped(
  element<{ readonly var: string }>(NS_INFO, 'feature', { var: attr('var') }),
  (value) => value.var,
  (name) => ({ var: name }),
);

export interface Info {
  readonly node?: string;
  readonly identities: readonly Identity[];
  readonly features: readonly string[];
  /** More about the entity. XEP-0128. */
  readonly forms: readonly Form[];
}
export const info: Codec<Info> = element(NS_INFO, 'query', {
  node: optionalAttr('node'),
  identities: many(identity),
  features: many(feature),
  forms: many(form),
});

export interface Item {
  readonly jid: string;
  readonly name?: string;
  readonly node?: string;
}
export const item: Codec<Item> = element(NS_ITEMS, 'item', {
  jid: attr('jid'),
  name: optionalAttr('name'),
  node: optionalAttr('node'),
});

export interface Items {
  readonly node?: string;
  readonly items: readonly Item[];
  /** Which part of a long list to give, or was given. XEP-0059. */
  readonly set?: ResultSet;
}
export const items: Codec<Items> = element(NS_ITEMS, 'query', {
  node: optionalAttr('node'),
  items: many(item),
  set: optionalChild(set),
});

export const features: readonly string[] = [NS_INFO, NS_ITEMS];

/** Asks what `jid`, or one of its nodes, is and can do. @throws StanzaError with the answered error. */
export async function discoInfo(iq: IqSender, jid: string, node?: string): Promise<Info> {
  const asked = info.build({ ...(node !== undefined && { node }), identities: [], features: [], forms: [] });
  return answered(info, await iq.request({ type: 'get', to: jid, payload: asked }));
}

/** Asks what `jid`, or one of its nodes, has: all of it, or a page. @throws StanzaError with the answered error. */
export async function discoItems(iq: IqSender, jid: string, node?: string, page?: ResultSet): Promise<Items> {
  const asked = items.build({
    ...(node !== undefined && { node }),
    items: [],
    ...(page !== undefined && { set: page }),
  });
  return answered(items, await iq.request({ type: 'get', to: jid, payload: asked }));
}
