/** What scenarios in rooms need. */

import { type Element, find } from '../../src/stanza/index.ts';
import { user as mucUser } from '../../src/xep/0045-muc.ts';
import { occupantId } from '../../src/xep/0421-occupant-id.ts';
import { GROUPS_PLUGIN, type GroupsSession, type TestRoom } from './groups-plugin.ts';
import { GATEWAY, Stage, type StageOptions, type User } from './stage.ts';

export const roomJid = (id = 'group') => `#${id}@${GATEWAY}`;

/** A stage with groups, and romeo registered. */
export function playInRooms(
  scene: (stage: Stage, romeo: User) => Promise<void>,
  options: StageOptions = {},
): Promise<void> {
  return Stage.with({ ...options, plugin: { ...GROUPS_PLUGIN, ...options.plugin } }, async (stage) => {
    const romeo = await stage.registered();
    stage.session().calls.length = 0;
    await scene(stage, romeo);
  });
}

/** Joins, and gives everything that comes up to the end of it. */
export async function enter(
  user: User,
  id = 'group',
  { nick = 'romeo', history = '', presenceId = '' }: { nick?: string; history?: string; presenceId?: string } = {},
): Promise<Element[]> {
  user.received.length = 0;
  const marked = presenceId === '' ? '' : ` id='${presenceId}'`;
  const x = `<x xmlns='http://jabber.org/protocol/muc'>${history}</x>`;
  user.sends(`<presence to='${roomJid(id)}/${nick}'${marked}>${x}</presence>`);
  const end = await user.receives(
    (s) => s.name === 'presence' && (s.attrs.type === 'error' || s.attrs.from === roomJid(id)),
  );
  return [...user.received.splice(0), end].filter((each) => each.attrs.from?.startsWith(roomJid(id)));
}

export async function room(stage: Stage, id = 'group'): Promise<TestRoom> {
  return (stage.session() as GroupsSession).bookmarks.byLegacyId(id) as Promise<TestRoom>;
}

/** What stands in it, as a list: nickname, type, show, affiliation, role, real JID, status codes. */
export function occupant(presence: Element): unknown[] {
  const x = find(presence, mucUser);
  const [item] = x?.items ?? [];
  return [
    presence.attrs.from?.split('/')[1],
    presence.attrs.type,
    item?.affiliation,
    item?.role,
    item?.jid,
    [...(x?.statuses ?? [])].sort(),
  ];
}

export const occupantIdOf = (stanza: Element) => find(stanza, occupantId)?.id;
