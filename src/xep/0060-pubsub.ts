/**
 * Publish-subscribe: nodes with items, and notifications of what happens to them.
 * XEP-0060 v1.30.0 <https://xmpp.org/extensions/xep-0060.html>
 */

import {
  attr,
  type Codec,
  choice,
  element,
  type Field,
  type Fields,
  flag,
  inside,
  many,
  mapped,
  optionalAttr,
  optionalChild,
} from '../stanza/codec.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import type { StanzaError } from '../stanza/stanza-error.ts';
import { boolean, dateTime, jid, oneOf, unsigned, type Value } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { type Form, form } from './0004-data-forms.ts';
import { type Set as ResultSet, set } from './0059-rsm.ts';
import { multi, optionalSingle, type Places, type Shape, shape } from './0068-form-types.ts';

export const NS = 'http://jabber.org/protocol/pubsub';
export const NS_EVENT = 'http://jabber.org/protocol/pubsub#event';
export const NS_OWNER = 'http://jabber.org/protocol/pubsub#owner';
export const NS_ERRORS = 'http://jabber.org/protocol/pubsub#errors';

export interface Item {
  /** Absent when the service is to make one. An item with the id of another takes its place. */
  readonly id?: string;
  readonly publisher?: string;
  readonly payload?: Element;
}

/** What to fetch, or what was fetched. */
export interface Items {
  readonly node: string;
  /** The newest so many. */
  readonly maxItems?: number;
  readonly subId?: string;
  /** To fetch: only these, without payload. */
  readonly items: readonly Item[];
}
/** What to publish, or with its id alone what was published. */
export interface Publish {
  readonly node: string;
  /** Left out on nodes that only tell that something happened. */
  readonly item?: Item;
}
/** Which items to take back. */
export interface Retract {
  readonly node: string;
  /** Whether subscribers are told. */
  readonly notify?: boolean;
  /** The ids of what to take back: one, by §7.2. */
  readonly items: readonly Item[];
}
/** A node, or the one with a name that the service makes. */
export interface NodeName {
  readonly node?: string;
}
/** To what to subscribe, and for whom. */
export interface Subscribe {
  readonly jid: string;
  readonly node?: string;
}
/** Who subscribes to a node, and how far that is. */
export interface Subscriber extends Subscribe {
  readonly subId?: string;
}
/** Beside `subscribe` those of the subscription that is asked for; else of the one of `jid`. */
export interface Options {
  readonly jid?: string;
  readonly node?: string;
  readonly subId?: string;
  readonly form?: Form;
}

const STATES = ['none', 'pending', 'subscribed', 'unconfigured'] as const;
/** How far a subscription is. */
export type SubscriptionState = (typeof STATES)[number];
/** A subscription to a node. */
export interface Subscription extends Subscriber {
  readonly state?: SubscriptionState;
  readonly expiry?: Date;
}
/** The answer to `subscribe`. */
export interface NewSubscription extends Subscription {
  /** It can be configured. */
  readonly configurable?: Configurable;
}
/** Whether a subscription must be configured. */
export interface Configurable {
  /** Nothing is sent before it has been. */
  readonly required: boolean;
}
/** The subscriptions of somebody, or to a node. */
export interface Subscriptions {
  readonly node?: string;
  readonly subscriptions: readonly Subscription[];
}

/** Those of others to a node, for its owner. */
export interface Subscribers {
  readonly node: string;
  readonly subscriptions: readonly {
    readonly jid: string;
    readonly state: SubscriptionState;
    readonly subId?: string;
  }[];
}

const AFFILIATIONS = ['member', 'none', 'outcast', 'owner', 'publisher', 'publish-only'] as const;
/** What somebody may do with a node. */
export type Affiliation = (typeof AFFILIATIONS)[number];
/** One's own, to all nodes or to one. */
export interface OwnAffiliations {
  readonly node?: string;
  readonly affiliations: readonly { readonly node?: string; readonly affiliation: Affiliation }[];
}
/** Of others to a node, for its owner. */
export interface Affiliations {
  readonly node: string;
  readonly affiliations: readonly Member[];
}
/** What somebody may do with a node. */
export interface Member {
  readonly jid: string;
  readonly affiliation: Affiliation;
}
/** The configuration that nodes get, or one. */
export interface Configuration {
  readonly node?: string;
  readonly form?: Form;
}

/** What users of nodes ask, and the answers. One thing at a time, with what belongs to it. */
export interface Pubsub {
  readonly publish?: Publish;
  /** With `publish`: what the node must be configured as, or will be when it is made now. */
  readonly publishOptions?: Form;
  readonly items?: Items;
  /** With `items`: which part of them to give, or was given. XEP-0059. */
  readonly set?: ResultSet;
  readonly retract?: Retract;
  readonly create?: NodeName;
  /** With `create`. */
  readonly configure?: Form;
  readonly subscribe?: Subscribe;
  readonly unsubscribe?: Subscriber;
  readonly options?: Options;
  readonly subscription?: NewSubscription;
  readonly subscriptions?: Subscriptions;
  readonly affiliations?: OwnAffiliations;
  readonly default?: Configuration;
}

/** The one child element that is the payload. */
const payload: Field<Element, true> = {
  optional: true,
  read: (el) => el.children.find((each) => typeof each !== 'string'),
  write(part, draft) {
    draft.children.push(part);
  },
};
const itemIn = (ns: string): Codec<Item> =>
  element(ns, 'item', { id: optionalAttr('id'), publisher: optionalAttr('publisher'), payload });
const SUBSCRIPTION: Fields<Subscription> = {
  jid: attr('jid', jid),
  node: optionalAttr('node'),
  subId: optionalAttr('subid'),
  state: optionalAttr('subscription', oneOf(...STATES)),
  expiry: optionalAttr('expiry', dateTime),
};
const subscriptionIn = (ns: string): Codec<Subscription> => element(ns, 'subscription', SUBSCRIPTION);
const affiliation = attr('affiliation', oneOf(...AFFILIATIONS));
const configurationIn = (ns: string, name: string): Codec<Configuration> =>
  element(ns, name, { node: optionalAttr('node'), form: optionalChild(form) });

export const item: Codec<Item> = itemIn(NS);

export const pubsub: Codec<Pubsub> = element(NS, 'pubsub', {
  publish: optionalChild(element<Publish>(NS, 'publish', { node: attr('node'), item: optionalChild(item) })),
  publishOptions: inside(NS, 'publish-options', optionalChild(form)),
  items: optionalChild(
    element<Items>(NS, 'items', {
      node: attr('node'),
      maxItems: optionalAttr('max_items', unsigned),
      subId: optionalAttr('subid'),
      items: many(item),
    }),
  ),
  set: optionalChild(set),
  retract: optionalChild(
    element<Retract>(NS, 'retract', { node: attr('node'), notify: optionalAttr('notify', boolean), items: many(item) }),
  ),
  create: optionalChild(element<NodeName>(NS, 'create', { node: optionalAttr('node') })),
  configure: inside(NS, 'configure', optionalChild(form)),
  subscribe: optionalChild(element<Subscribe>(NS, 'subscribe', { jid: attr('jid', jid), node: optionalAttr('node') })),
  unsubscribe: optionalChild(
    element<Subscriber>(NS, 'unsubscribe', {
      jid: attr('jid', jid),
      node: optionalAttr('node'),
      subId: optionalAttr('subid'),
    }),
  ),
  options: optionalChild(
    element<Options>(NS, 'options', {
      jid: optionalAttr('jid', jid),
      node: optionalAttr('node'),
      subId: optionalAttr('subid'),
      form: optionalChild(form),
    }),
  ),
  subscription: optionalChild(
    element<NewSubscription>(NS, 'subscription', {
      ...SUBSCRIPTION,
      configurable: optionalChild(element<Configurable>(NS, 'subscribe-options', { required: flag(NS, 'required') })),
    }),
  ),
  subscriptions: optionalChild(
    element<Subscriptions>(NS, 'subscriptions', {
      node: optionalAttr('node'),
      subscriptions: many(subscriptionIn(NS)),
    }),
  ),
  affiliations: optionalChild(
    element<OwnAffiliations>(NS, 'affiliations', {
      node: optionalAttr('node'),
      affiliations: many(
        element<OwnAffiliations['affiliations'][number]>(NS, 'affiliation', {
          node: optionalAttr('node'),
          affiliation,
        }),
      ),
    }),
  ),
  default: optionalChild(configurationIn(NS, 'default')),
});

/** What owners of nodes ask, and the answers. One thing at a time. */
export interface Owner {
  readonly affiliations?: Affiliations;
  readonly configure?: Configuration;
  readonly default?: Configuration;
  readonly delete?: Delete;
  readonly purge?: { readonly node: string };
  readonly subscriptions?: Subscribers;
}
/** Which node to delete, and where to go instead. */
export interface Delete {
  readonly node: string;
  /** Where the items are from now on. */
  readonly redirect?: string;
}
const deleteIn = (ns: string): Codec<Delete> =>
  element(ns, 'delete', {
    node: attr('node'),
    redirect: optionalChild(
      mapped(
        element<{ readonly uri: string }>(ns, 'redirect', { uri: attr('uri') }),
        ({ uri }) => uri,
        (uri) => ({ uri }),
      ),
    ),
  });
const purgeIn = (ns: string): Codec<{ readonly node: string }> => element(ns, 'purge', { node: attr('node') });

export const owner: Codec<Owner> = element(NS_OWNER, 'pubsub', {
  affiliations: optionalChild(
    element<Affiliations>(NS_OWNER, 'affiliations', {
      node: attr('node'),
      affiliations: many(element<Member>(NS_OWNER, 'affiliation', { jid: attr('jid', jid), affiliation })),
    }),
  ),
  configure: optionalChild(configurationIn(NS_OWNER, 'configure')),
  default: optionalChild(configurationIn(NS_OWNER, 'default')),
  delete: optionalChild(deleteIn(NS_OWNER)),
  purge: optionalChild(purgeIn(NS_OWNER)),
  subscriptions: optionalChild(
    element<Subscribers>(NS_OWNER, 'subscriptions', {
      node: attr('node'),
      subscriptions: many(
        element<Subscribers['subscriptions'][number]>(NS_OWNER, 'subscription', {
          jid: attr('jid', jid),
          state: attr('subscription', oneOf(...STATES)),
          subId: optionalAttr('subid'),
        }),
      ),
    }),
  ),
});

/** What happened to a node, in a message from the service. One thing at a time. */
export interface Event {
  readonly items?: EventItems;
  readonly purge?: { readonly node: string };
  readonly delete?: Delete;
  readonly configuration?: Configuration;
  readonly collection?: Collection;
  readonly subscription?: Subscription;
}
/** Items that were published, and the ids of items that were retracted. */
export interface EventItems {
  readonly node: string;
  readonly items: readonly Item[];
  readonly retracted: readonly string[];
}
/** A node that came to a collection, or left it. */
export interface Collection {
  readonly node?: string;
  readonly associated?: string;
  readonly disassociated?: string;
}
const named = (name: string, attribute: string): Codec<string> =>
  mapped(
    element<{ readonly value: string }>(NS_EVENT, name, { value: attr(attribute) }),
    ({ value }) => value,
    (value) => ({ value }),
  );
export const event: Codec<Event> = element(NS_EVENT, 'event', {
  items: optionalChild(
    element<EventItems>(NS_EVENT, 'items', {
      node: attr('node'),
      items: many(itemIn(NS_EVENT)),
      retracted: many(named('retract', 'id')),
    }),
  ),
  purge: optionalChild(purgeIn(NS_EVENT)),
  delete: optionalChild(deleteIn(NS_EVENT)),
  configuration: optionalChild(configurationIn(NS_EVENT, 'configuration')),
  collection: optionalChild(
    element<Collection>(NS_EVENT, 'collection', {
      node: optionalAttr('node'),
      associated: optionalChild(named('associate', 'node')),
      disassociated: optionalChild(named('disassociate', 'node')),
    }),
  ),
  subscription: optionalChild(subscriptionIn(NS_EVENT)),
});

/** The application conditions of errors about nodes. */
export type PubsubErrorCondition = (typeof ERRORS)[number];
const ERRORS = [
  'closed-node',
  'configuration-required',
  'invalid-jid',
  'invalid-options',
  'invalid-payload',
  'invalid-subid',
  'item-forbidden',
  'item-required',
  'jid-required',
  'max-items-exceeded',
  'max-nodes-exceeded',
  'nodeid-required',
  'node-full',
  'not-in-roster-group',
  'not-subscribed',
  'payload-too-big',
  'payload-required',
  'pending-subscription',
  'precondition-not-met',
  'presence-subscription-required',
  'subid-required',
  'too-many-subscriptions',
] as const;
export const errorCondition: Codec<PubsubErrorCondition> = choice(NS_ERRORS, ...ERRORS);

/** What the service does not do, in the error `feature-not-implemented`. */
export interface Unsupported {
  /** Without `http://jabber.org/protocol/pubsub#`. */
  readonly feature: string;
}
export const unsupported: Codec<Unsupported> = element(NS_ERRORS, 'unsupported', { feature: attr('feature') });

/** Who may subscribe to a node and read it. */
export type AccessModel = 'authorize' | 'open' | 'presence' | 'roster' | 'whitelist';
/** How a node behaves. */
export interface NodeConfig {
  readonly accessModel?: AccessModel;
  readonly deliverNotifications?: boolean;
  readonly deliverPayloads?: boolean;
  readonly description?: string;
  readonly maxItems?: number | 'max';
  readonly notificationType?: 'normal' | 'headline';
  readonly notifyDelete?: boolean;
  readonly notifyRetract?: boolean;
  readonly payloadType?: string;
  readonly persistItems?: boolean;
  readonly publishModel?: 'publishers' | 'subscribers' | 'open';
  readonly rosterGroups: readonly string[];
  readonly sendLastPublishedItem?: 'never' | 'on_sub' | 'on_sub_and_presence';
  readonly title?: string;
}
const maxItems: Value<number | 'max'> = {
  expected: 'an integer from 0, or max',
  parse: (text) => (text === 'max' ? 'max' : unsigned.parse(text)),
  format: String,
};
const CONFIG: Places<NodeConfig> = {
  accessModel: optionalSingle('pubsub#access_model', oneOf('authorize', 'open', 'presence', 'roster', 'whitelist')),
  deliverNotifications: optionalSingle('pubsub#deliver_notifications', boolean),
  deliverPayloads: optionalSingle('pubsub#deliver_payloads', boolean),
  description: optionalSingle('pubsub#description'),
  maxItems: optionalSingle('pubsub#max_items', maxItems),
  notificationType: optionalSingle('pubsub#notification_type', oneOf('normal', 'headline')),
  notifyDelete: optionalSingle('pubsub#notify_delete', boolean),
  notifyRetract: optionalSingle('pubsub#notify_retract', boolean),
  payloadType: optionalSingle('pubsub#type'),
  persistItems: optionalSingle('pubsub#persist_items', boolean),
  publishModel: optionalSingle('pubsub#publish_model', oneOf('publishers', 'subscribers', 'open')),
  rosterGroups: multi('pubsub#roster_groups_allowed', 'list-multi'),
  sendLastPublishedItem: optionalSingle(
    'pubsub#send_last_published_item',
    oneOf('never', 'on_sub', 'on_sub_and_presence'),
  ),
  title: optionalSingle('pubsub#title'),
};
export const nodeConfig: Shape<NodeConfig> = shape('http://jabber.org/protocol/pubsub#node_config', CONFIG);
export const publishOptions: Shape<NodeConfig> = shape('http://jabber.org/protocol/pubsub#publish-options', CONFIG);

/** For services; those of single accounts (XEP-0163) announce the parts that they do as `NS#…`. */
export const features: readonly string[] = [NS];

/** A node, at a service or, without one, at one's own account. */
export interface NodeAddress {
  readonly service?: string;
  readonly node: string;
}

/** Publishes an item. @returns its id. @throws StanzaError with the answered error. */
export async function publish(
  iq: IqSender,
  { service, node }: NodeAddress,
  what: Item,
  options?: Partial<NodeConfig>,
): Promise<string | undefined> {
  const asked = pubsub.build({
    publish: { node, item: what },
    ...(options !== undefined && { publishOptions: publishOptions.write('submit', options) }),
  });
  const answer = await iq.request({ type: 'set', to: service, payload: asked });
  // Servers may leave out of the answer what the publisher knows already.
  return (answer && pubsub.parse(answer)?.publish?.item?.id) ?? what.id;
}

/** Fetches items: all, the newest, those with certain ids, or a page. @throws StanzaError with the answered error. */
export async function fetchItems(
  iq: IqSender,
  { service, node }: NodeAddress,
  which: { readonly ids?: readonly string[]; readonly maxItems?: number; readonly set?: ResultSet } = {},
): Promise<readonly Item[]> {
  const { ids = [], maxItems, set } = which;
  const payload = pubsub.build({
    items: { node, items: ids.map((id) => ({ id })), ...(maxItems !== undefined && { maxItems }) },
    ...(set !== undefined && { set }),
  });
  return answered(pubsub, await iq.request({ type: 'get', to: service, payload })).items?.items ?? [];
}

/** Takes an item back. @throws StanzaError with the answered error. */
export async function retract(
  iq: IqSender,
  { service, node }: NodeAddress,
  id: string,
  { notify = true }: { readonly notify?: boolean } = {},
): Promise<void> {
  const payload = pubsub.build({ retract: { node, notify, items: [{ id }] } });
  await iq.request({ type: 'set', to: service, payload });
}

/** Makes a node. @throws StanzaError with the answered error: `conflict` when it is there already. */
export async function createNode(
  iq: IqSender,
  { service, node }: NodeAddress,
  config?: Partial<NodeConfig>,
): Promise<void> {
  const payload = pubsub.build({
    create: { node },
    ...(config !== undefined && { configure: nodeConfig.write('submit', config) }),
  });
  await iq.request({ type: 'set', to: service, payload });
}

/** Changes how a node behaves. @throws StanzaError with the answered error. */
export async function configureNode(
  iq: IqSender,
  { service, node }: NodeAddress,
  config: Partial<NodeConfig>,
): Promise<void> {
  const payload = owner.build({ configure: { node, form: nodeConfig.write('submit', config) } });
  await iq.request({ type: 'set', to: service, payload });
}

/** Removes a node with all that is in it. @throws StanzaError with the answered error. */
export async function deleteNode(iq: IqSender, { service, node }: NodeAddress): Promise<void> {
  await iq.request({ type: 'set', to: service, payload: owner.build({ delete: { node } }) });
}

/** Gives or takes affiliations to a node. @throws StanzaError with the answered error. */
export async function changeAffiliations(
  iq: IqSender,
  { service, node }: NodeAddress,
  ...affiliations: readonly Member[]
): Promise<void> {
  await iq.request({ type: 'set', to: service, payload: owner.build({ affiliations: { node, affiliations } }) });
}

/** Subscribes an address to a node. @throws StanzaError with the answered error. */
export async function subscribe(
  iq: IqSender,
  { service, node }: NodeAddress,
  subscriber: string,
): Promise<NewSubscription | undefined> {
  const payload = pubsub.build({ subscribe: { node, jid: subscriber } });
  const answer = await iq.request({ type: 'set', to: service, payload });
  return answer && answered(pubsub, answer).subscription;
}

/** Ends a subscription. @throws StanzaError with the answered error. */
export async function unsubscribe(
  iq: IqSender,
  { service, node }: NodeAddress,
  subscriber: string,
  subId?: string,
): Promise<void> {
  const asked = { node, jid: subscriber, ...(subId !== undefined && { subId }) };
  await iq.request({ type: 'set', to: service, payload: pubsub.build({ unsubscribe: asked }) });
}

/** The values of those items whose payload is of this kind, with their ids. @throws MalformedError. */
export function valuesOf<T>(items: readonly Item[], codec: Codec<T>): readonly { id: string | undefined; value: T }[] {
  return items.flatMap(({ id, payload }) => {
    const value = payload && codec.parse(payload);
    return value === undefined ? [] : [{ id, value }];
  });
}

/** What exactly a node service objects to. */
export function pubsubError(error: StanzaError): PubsubErrorCondition | undefined {
  return error.application.map((each) => errorCondition.parse(each)).find((each) => each !== undefined);
}
