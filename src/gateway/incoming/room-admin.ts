/** Who belongs to a room, and how it is configured. XEP-0045 §9, §10; XEP-0425. */

import { bareOf, type Element, StanzaError } from '../../stanza/index.ts';
import { makeField, makeForm } from '../../xep/0004-data-forms.ts';
import { type Admin, admin, type Item, type Owner, owner, roomConfig } from '../../xep/0045-muc.ts';
import { type ApplyTo, applyTo } from '../../xep/0422-fastening.ts';
import { type Moderate, moderate, moderateV0 } from '../../xep/0425-moderation.ts';
import { notImplemented } from '../capability.ts';
import { XmppError } from '../errors.ts';
import type { LegacyParticipant } from '../muc/participant.ts';
import type { LegacyMUC } from '../muc/room.ts';
import { expectType, type IncomingIq, type IqRoute, roomOf } from './route.ts';

/** Lists of affiliations and roles, and changes to them. */
export const roomAdmin: IqRoute = {
  kind: admin,
  async handle(incoming) {
    const room = await administered(incoming);
    const { items } = admin.parse(incoming.payload) as Admin;
    if (items.length === 0) throw new XmppError('bad-request', 'It is not said what about whom.');
    if (incoming.type === 'get') return admin.build({ items: await listed(room, items[0] as Item) });
    // §9: all changes or none. What a plugin can do is known before anything is done.
    const changes = [];
    for (const item of items) changes.push(await changeOf(room, item));
    for (const change of changes) await change();
    return undefined;
  },
};

/** The configuration, and the end, of a room. */
export const roomOwner: IqRoute = {
  kind: owner,
  async handle(incoming): Promise<Element | undefined> {
    const room = await administered(incoming);
    if (incoming.type === 'get') return owner.build({ form: configForm(room, 'form') });
    const { form, destroy } = owner.parse(incoming.payload) as Owner;
    if (destroy !== undefined) {
      if (room.onDestroyRequest === undefined) throw notImplemented();
      await room.onDestroyRequest(destroy.reason);
      room.destroy(destroy);
      await room.session.bookmarks.drop(room);
      return undefined;
    }
    if (form === undefined) throw new XmppError('bad-request', 'This is neither a configuration nor an end.');
    // §10.2: what is open already stays as it is.
    if (form.type === 'cancel') return undefined;
    if (room.onSetConfig === undefined) throw notImplemented();
    const wanted = roomConfig.read(form, '/query/x');
    await room.onSetConfig({ name: wanted?.name, description: wanted?.description });
    return owner.build({ form: configForm(room, 'result') });
  },
};

export const roomModeration: IqRoute = {
  kind: moderate,
  async handle(incoming) {
    expectType(incoming, 'set');
    const { id, retract, reason } = moderate.parse(incoming.payload) as Moderate;
    if (!retract) throw notImplemented();
    return moderateMessage(incoming, id, reason);
  },
};

/** COMPAT(XEP-0425 before 0.3): in the envelope of XEP-0422. */
export const roomModerationV0: IqRoute = {
  kind: applyTo,
  async handle(incoming) {
    expectType(incoming, 'set');
    const { id, payloads } = applyTo.parse(incoming.payload) as ApplyTo;
    const asked = payloads.map((each) => moderateV0.parse(each)).find((each) => each !== undefined);
    if (asked?.retract !== true) throw notImplemented();
    return moderateMessage(incoming, id, asked.reason);
  },
};

/** The room, if the user may do more there than look. What a member may do exactly is for the network to say. */
async function administered(incoming: IncomingIq): Promise<LegacyMUC> {
  const room = await roomOf(incoming);
  const { affiliation, role } = room.userParticipant;
  const isGuest = affiliation === 'outcast' || role === 'visitor' || role === 'none';
  if (isGuest && incoming.type === 'set') throw new XmppError('forbidden', 'You may not do that in this room.');
  return room;
}

async function moderateMessage(incoming: IncomingIq, id: string, reason: string | undefined): Promise<undefined> {
  const room = await administered(incoming);
  const { session } = room;
  if (session.onModerate === undefined) throw notImplemented();
  await session.onModerate(room, await room.conversation.legacyIdOf(id), reason);
  return undefined;
}

async function listed(room: LegacyMUC, { affiliation, role }: Item): Promise<Item[]> {
  if ((affiliation === undefined) === (role === undefined)) {
    throw new XmppError('bad-request', 'Ask for one affiliation, or for one role.');
  }
  await room.occupants.fill();
  void room.userParticipant;
  return [...room.occupants]
    .filter((each) => (affiliation !== undefined ? each.affiliation === affiliation : each.role === role))
    .filter((each) => affiliation !== undefined || each.isAnnounced)
    .map((each) => itemOf(each, affiliation !== undefined));
}

/** §9.5: affiliations are of bare JIDs, roles of those who are there. */
function itemOf({ facts, resource }: LegacyParticipant, isAffiliation: boolean): Item {
  const { affiliation, role, realJid } = facts;
  return {
    affiliation,
    nick: resource,
    ...(!isAffiliation && { role }),
    ...(realJid !== undefined && { jid: isAffiliation ? bareOf(realJid) : realJid }),
  };
}

/** What a change comes to, with everything that can be known to be wrong found out. */
async function changeOf(room: LegacyMUC, item: Item): Promise<() => Promise<void>> {
  const { affiliation, role, reason, nick } = item;
  if ((affiliation === undefined) === (role === undefined)) {
    throw new XmppError('bad-request', 'Change one affiliation, or one role.');
  }
  const contact = await contactOf(room, item);
  const { onSetAffiliation, onKick } = room;
  if (affiliation !== undefined) {
    if (onSetAffiliation === undefined) throw notImplemented();
    return () => onSetAffiliation.call(room, contact, affiliation, reason, nick);
  }
  if (role !== 'none' || onKick === undefined) throw notImplemented();
  return () => onKick.call(room, contact, reason);
}

async function contactOf(room: LegacyMUC, { jid, nick }: Item) {
  // A JID of another domain is nobody here, whatever its localpart.
  if (jid !== undefined) return room.session.contacts.byJid(jid);
  const contact = nick === undefined ? undefined : await room.occupants.byResource(nick)?.getContact();
  if (contact === undefined) throw StanzaError.of('item-not-found', `There is no ${nick ?? 'such person'} here.`);
  return contact;
}

function configForm(room: LegacyMUC, type: 'form' | 'result') {
  const fields = [
    makeField({ var: 'FORM_TYPE', type: 'hidden', values: [roomConfig.formType] }),
    makeField({
      var: 'muc#roomconfig_roomname',
      type: 'text-single',
      label: 'Name',
      values: room.name === undefined ? [] : [room.name],
    }),
  ];
  if (room.hasDescription) {
    const values = room.description === undefined ? [] : [room.description];
    fields.push(makeField({ var: 'muc#roomconfig_roomdesc', type: 'text-single', label: 'Description', values }));
  }
  return makeForm({ type, title: `Configuration of ${room.displayName}`, fields });
}
