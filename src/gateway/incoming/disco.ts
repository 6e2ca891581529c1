/** What the gateway and its contacts say about themselves. XEP-0030. */

import { NS as NS_DATA_FORMS } from '../../xep/0004-data-forms.ts';
import { type Info, type Items, info, items, NS_INFO, NS_ITEMS } from '../../xep/0030-disco.ts';
import { NS as NS_MUC, RESERVED_NICK_NODE, STABLE_ID } from '../../xep/0045-muc.ts';
import { NS as NS_COMMANDS } from '../../xep/0050-commands.ts';
import { NS as NS_VCARD_TEMP } from '../../xep/0054-vcard-temp.ts';
import { NS as NS_SEARCH } from '../../xep/0055-search.ts';
import { NS as NS_REGISTER } from '../../xep/0077-register.ts';
import { NS_METADATA } from '../../xep/0084-avatar.ts';
import { NS as NS_VERSION } from '../../xep/0092-version.ts';
import { NS as NS_GATEWAY } from '../../xep/0100-gateway.ts';
import { features as JID_ESCAPING } from '../../xep/0106-jid-escaping.ts';
import { features as CAPS } from '../../xep/0115-caps.ts';
import { notifyFeature, features as PEP, IDENTITY as PEP_IDENTITY } from '../../xep/0163-pep.ts';
import { NS as NS_PING } from '../../xep/0199-ping.ts';
import { NS as NS_TIME } from '../../xep/0202-time.ts';
import { NS as NS_MDS } from '../../xep/0490-mds.ts';
import { describeContact } from '../capability.ts';
import { byName } from '../directory.ts';
import { XmppError } from '../errors.ts';
import type { BaseGateway } from '../gateway.ts';
import { describeOccupant, describeRoom } from '../muc/describe.ts';
import type { LegacyMUC } from '../muc/room.ts';
import { entityOf, expectType, type IncomingIq, type IqRoute } from './route.ts';

type Described = Omit<Info, 'node'>;

export const discoInfo: IqRoute = {
  kind: info,
  async handle(incoming) {
    expectType(incoming, 'get');
    const { node } = info.parse(incoming.payload) as Info;
    const described = incoming.to.local === '' ? ofGateway(incoming, node) : await ofEntity(incoming, node);
    // A node is mirrored, as clients match answers by it.
    return info.build({ ...described, ...(node !== undefined && { node }) });
  },
};

export const discoItems: IqRoute = {
  kind: items,
  handle(incoming) {
    expectType(incoming, 'get');
    const { gateway, payload, from, to } = incoming;
    const { node } = items.parse(payload) as Items;
    if (node !== undefined && node !== NS_COMMANDS) throw new XmppError('item-not-found');
    if (node === undefined && to.local === '') return items.build({ items: roomsOf(incoming) });
    if (node === undefined || to.local !== '') return items.build({ ...(node !== undefined && { node }), items: [] });
    const listed = gateway.commandRegistry.listed({ from, session: gateway.sessions.get(from.bare) });
    return items.build({ node, items: listed.map((each) => ({ jid: gateway.jid, ...each })) });
  },
};

/** The gateway itself: also what its capabilities stand for. */
export function describeGateway(gateway: BaseGateway): Described {
  const { componentName: name, componentType } = gateway;
  const searchable = [NS_SEARCH, ...(gateway.searchFields.length === 1 ? [NS_GATEWAY] : [])];
  return {
    identities: [
      { category: 'gateway', type: componentType === '' ? 'gateway' : componentType, name },
      { ...PEP_IDENTITY, name },
      { category: 'account', type: 'registered', name },
      ...(gateway.groups ? [{ category: 'conference', type: 'text', name }] : []),
    ],
    features: [
      ...(gateway.groups ? [NS_MUC, STABLE_ID] : []),
      ...[NS_INFO, NS_ITEMS, NS_COMMANDS, NS_REGISTER, NS_PING, NS_VERSION, NS_TIME, NS_VCARD_TEMP],
      ...(gateway.hasHook('search') ? searchable : []),
      ...JID_ESCAPING,
      ...CAPS,
      ...PEP,
      // That the user's server tells us of the user's picture, and how far the user has read.
      notifyFeature(NS_METADATA),
      ...(gateway.groups ? [notifyFeature(NS_MDS)] : []),
    ],
    forms: [],
  };
}

function ofGateway({ gateway }: IncomingIq, node: string | undefined): Described {
  if (node === undefined) return describeGateway(gateway);
  const known = gateway.caps.byNode(node);
  if (known !== undefined) return known;
  if (node === NS_COMMANDS) return automation('command-list', gateway.componentName, [NS_INFO, NS_ITEMS]);
  const name = gateway.commandRegistry.nameOf(node);
  if (name === undefined) throw new XmppError('item-not-found');
  return automation('command-node', name, [NS_INFO, NS_COMMANDS, NS_DATA_FORMS]);
}

/** The rooms of whoever asks, by name. */
function roomsOf({ gateway, from }: IncomingIq): Items['items'] {
  const rooms = gateway.sessions.get(from.bare)?.bookmarks ?? [];
  return byName(rooms).map((room) => ({ jid: room.jid.bare, name: room.displayName }));
}

async function ofRoom(room: LegacyMUC, { to }: IncomingIq, node: string | undefined): Promise<Described> {
  if (node === RESERVED_NICK_NODE) {
    return { identities: [{ category: 'conference', type: 'text', name: room.userNick }], features: [], forms: [] };
  }
  if (node !== undefined) throw new XmppError('item-not-found');
  if (to.resource === '') return describeRoom(room);
  const occupant = room.occupants.byResource(to.resource);
  if (occupant === undefined) throw new XmppError('item-not-found', 'There is nobody of that name in this room.');
  return describeOccupant(occupant);
}

async function ofEntity(incoming: IncomingIq, node: string | undefined): Promise<Described> {
  const { gateway, to } = incoming;
  const contact = await entityOf(incoming);
  if (contact.isGroup) return ofRoom(contact, incoming, node);
  if (node !== undefined) {
    const known = gateway.caps.byNode(node);
    if (known === undefined) throw new XmppError('item-not-found');
    return known;
  }
  if (to.resource !== '') return describeContact(contact);
  const name = contact.displayName;
  return {
    identities: [{ category: 'account', type: 'registered', name }, PEP_IDENTITY],
    features: [NS_INFO, NS_ITEMS, NS_PING, NS_VCARD_TEMP, ...PEP],
    forms: [],
  };
}

function automation(type: string, name: string, features: readonly string[]): Described {
  return { identities: [{ category: 'automation', type, name }], features, forms: [] };
}
