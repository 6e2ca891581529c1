/** Personal events: each account is a publish-subscribe service of its own. XEP-0163 with what it needs of XEP-0060. */

import { bareOf, Element, find, message, result, StanzaError } from '../../../stanza/index.ts';
import { type Form, fieldValue, form } from '../../../xep/0004-data-forms.ts';
import { discoInfo } from '../../../xep/0030-disco.ts';
import type { Account, PepNode } from './account.ts';
import type { ClientSession } from './client-session.ts';
import type { XmppServer } from './server.ts';

export const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
export const NS_EVENT = `${NS_PUBSUB}#event`;
export const NS_OWNER = `${NS_PUBSUB}#owner`;
const NS_ERRORS = `${NS_PUBSUB}#errors`;
const NS_CAPS = 'http://jabber.org/protocol/caps';

export const PEP_FEATURES: readonly string[] = [
  'access-presence',
  'access-whitelist',
  'access-open',
  'auto-create',
  'config-node-max',
  'create-nodes',
  'delete-nodes',
  'filtered-notifications',
  'item-ids',
  'last-published',
  'modify-affiliations',
  'multi-items',
  'persistent-items',
  'publish',
  'publish-options',
  'retract-items',
  'retrieve-items',
].map((feature) => `${NS_PUBSUB}#${feature}`);

export function answerPep(server: XmppServer, account: Account, stanza: Element): Element | StanzaError | undefined {
  const request = stanza.getChild('pubsub', NS_PUBSUB);
  const owner = stanza.getChild('pubsub', NS_OWNER);
  const isOwn = bareOf(stanza.attrs.from ?? '') === account.jid;
  if (owner !== undefined) return isOwn ? answerOwner(account, stanza, owner) : StanzaError.of('forbidden');
  if (request === undefined) return undefined;
  if (stanza.attrs.type === 'get') return answerItems(account, stanza, request, isOwn);
  if (!isOwn) return StanzaError.of('forbidden');
  const publish = request.getChild('publish', NS_PUBSUB);
  if (publish !== undefined) return answerPublish(server, account, stanza, request, publish);
  const retract = request.getChild('retract', NS_PUBSUB);
  if (retract !== undefined) return answerRetract(server, account, stanza, retract);
  const create = request.getChild('create', NS_PUBSUB);
  if (create !== undefined) {
    const name = create.attrs.node ?? server.newId();
    if (account.pep.has(name)) return StanzaError.of('conflict');
    configure(nodeOf(account, name), find(request.getChild('configure', NS_PUBSUB) ?? request, form));
    return result(stanza);
  }
  return undefined;
}

/** What a client gets when it comes online and has said what it is interested in. */
export function sendLastItems(server: XmppServer, session: ClientSession): void {
  if (session.presence?.getChild('c', NS_CAPS) === undefined) return;
  // The features behind the caps are asked for each time: this server has few clients.
  discoInfo(server, session.jid.full)
    .then(({ features }) => {
      session.notify = new Set(features.filter((f) => f.endsWith('+notify')).map((f) => f.slice(0, -'+notify'.length)));
      const { account } = session;
      for (const [name, node] of account.pep) {
        const last = [...node.items].at(-1);
        if (last === undefined || !node.sendLast || !session.notify.has(name)) continue;
        session.send(event(account, session.jid.full, name, [itemOf(last[0], last[1])]));
      }
    })
    .catch(() => undefined);
}

function answerPublish(
  server: XmppServer,
  account: Account,
  stanza: Element,
  request: Element,
  publish: Element,
): Element | StanzaError {
  const name = publish.attrs.node;
  const item = publish.getChild('item', NS_PUBSUB);
  const payload = item?.getChildElements()[0];
  if (name === undefined || item === undefined || payload === undefined) return StanzaError.of('bad-request');
  const options = find(request.getChild('publish-options', NS_PUBSUB) ?? request, form);
  const isNew = !account.pep.has(name);
  const node = nodeOf(account, name);
  if (isNew) configure(node, options);
  else if (!meets(node, options)) {
    const application = [new Element('precondition-not-met', NS_ERRORS)];
    return StanzaError.of('conflict', 'the node is configured otherwise', { application });
  }
  const id = item.attrs.id ?? server.newId();
  putItem(server, account, name, id, payload);
  const published = new Element('publish', NS_PUBSUB, { node: name }, [new Element('item', NS_PUBSUB, { id })]);
  return result(stanza, new Element('pubsub', NS_PUBSUB, undefined, [published]));
}

function answerRetract(server: XmppServer, account: Account, stanza: Element, retract: Element): Element | StanzaError {
  const name = retract.attrs.node ?? '';
  const id = retract.getChild('item', NS_PUBSUB)?.attrs.id ?? '';
  const isLoud = retract.attrs.notify === 'true' || retract.attrs.notify === '1';
  return takeItem(server, account, name, id, isLoud) ? result(stanza) : StanzaError.of('item-not-found');
}

/** Publishes an item of an account, in a node that is made so if it is new. */
export function putItem(
  server: XmppServer,
  account: Account,
  name: string,
  id: string,
  payload: Element,
  config: Partial<Pick<PepNode, 'accessModel' | 'maxItems' | 'sendLast'>> = {},
): void {
  const isNew = !account.pep.has(name);
  const node = nodeOf(account, name);
  if (isNew) Object.assign(node, config);
  node.items.delete(id);
  node.items.set(id, payload);
  while (node.items.size > node.maxItems) node.items.delete(node.items.keys().next().value as string);
  notify(server, account, name, [itemOf(id, payload)]);
}

/** Removes an item. Returns whether it was there. */
export function takeItem(server: XmppServer, account: Account, name: string, id: string, isLoud: boolean): boolean {
  if (account.pep.get(name)?.items.delete(id) !== true) return false;
  if (isLoud) notify(server, account, name, [new Element('retract', NS_EVENT, { id })]);
  return true;
}

function answerItems(account: Account, stanza: Element, request: Element, isOwn: boolean): Element | StanzaError {
  const asked = request.getChild('items', NS_PUBSUB);
  if (asked === undefined) return StanzaError.of('feature-not-implemented');
  const name = asked.attrs.node ?? '';
  const node = account.pep.get(name);
  if (node === undefined) return StanzaError.of('item-not-found');
  if (!isOwn && !mayRead(account, node, bareOf(stanza.attrs.from ?? ''))) return StanzaError.of('forbidden');
  const ids = asked.getChildren('item', NS_PUBSUB).map((item) => item.attrs.id);
  const max = asked.attrs.max_items === undefined ? node.items.size : Number(asked.attrs.max_items);
  const found = [...node.items].filter(([id]) => ids.length === 0 || ids.includes(id)).slice(-max);
  const list = found.map(([id, payload]) => new Element('item', NS_PUBSUB, { id }, [payload]));
  const answer = new Element('items', NS_PUBSUB, { node: name }, list);
  return result(stanza, new Element('pubsub', NS_PUBSUB, undefined, [answer]));
}

function answerOwner(account: Account, stanza: Element, owner: Element): Element | StanzaError {
  const [asked] = owner.getChildElements();
  const name = asked?.attrs.node ?? '';
  const node = account.pep.get(name);
  if (asked === undefined) return StanzaError.of('bad-request');
  if (node === undefined) return StanzaError.of('item-not-found');
  switch (asked.name) {
    case 'delete':
      account.pep.delete(name);
      return result(stanza);
    case 'configure':
      configure(node, find(asked, form));
      return result(stanza);
    case 'affiliations':
      for (const each of asked.getChildren('affiliation', NS_OWNER)) {
        const jid = each.attrs.jid ?? '';
        if (each.attrs.affiliation === 'member') node.members.add(jid);
        else node.members.delete(jid);
      }
      return result(stanza);
    default:
      return StanzaError.of('feature-not-implemented');
  }
}

function nodeOf(account: Account, name: string): PepNode {
  let node = account.pep.get(name);
  if (node === undefined) {
    node = { accessModel: 'presence', maxItems: 1, sendLast: true, members: new Set(), items: new Map() };
    account.pep.set(name, node);
  }
  return node;
}

function configure(node: PepNode, options: Form | undefined): void {
  if (options === undefined) return;
  node.accessModel = fieldValue(options, 'pubsub#access_model') ?? node.accessModel;
  const max = fieldValue(options, 'pubsub#max_items');
  if (max !== undefined) node.maxItems = max === 'max' ? Number.POSITIVE_INFINITY : Number(max);
  const last = fieldValue(options, 'pubsub#send_last_published_item');
  if (last !== undefined) node.sendLast = last !== 'never';
}

/** The options of a publication are preconditions. XEP-0060 §7.1.5. */
function meets(node: PepNode, options: Form | undefined): boolean {
  const wanted = { ...node };
  configure(wanted, options);
  const fields = ['accessModel', 'maxItems', 'sendLast'] as const;
  return fields.every((field) => wanted[field] === node[field]);
}

function mayRead(account: Account, node: PepNode, jid: string): boolean {
  if (node.members.has(jid) || node.accessModel === 'open') return true;
  return node.accessModel === 'presence' && account.roster.get(jid)?.from === true;
}

/** Tells the account's interested clients, its contacts here, and the members of the node. */
function notify(server: XmppServer, account: Account, name: string, content: readonly Element[]): void {
  const node = account.pep.get(name);
  if (node === undefined) return;
  for (const session of account.available) {
    if (session.notify.has(name)) session.send(event(account, session.jid.full, name, content));
  }
  for (const member of node.members) server.route(event(account, member, name, content));
  if (node.accessModel === 'whitelist') return;
  for (const entry of account.roster.values()) {
    if (!entry.from || node.members.has(entry.jid)) continue;
    for (const session of server.account(entry.jid)?.available ?? []) {
      if (session.notify.has(name)) session.send(event(account, session.jid.full, name, content));
    }
  }
  // A component's capabilities are not known here: it gets what those who subscribe to the user get.
  for (const component of server.components) {
    if (account.roster.get(component.domain)?.from) server.route(event(account, component.domain, name, content));
  }
}

function itemOf(id: string, payload: Element): Element {
  return new Element('item', NS_EVENT, { id }, [payload]);
}

function event({ jid: from, newId }: Account, to: string, node: string, content: readonly Element[]): Element {
  const list = new Element('items', NS_EVENT, { node }, content);
  return message({ type: 'headline', id: newId(), from, to }, new Element('event', NS_EVENT, undefined, [list]));
}
