/** An archive of a room in a store of its own, and what is put into it. */

import { type ArchiveEntry, eventKeyOf, RoomArchive } from '../../src/gateway/muc/archive.ts';
import { Store } from '../../src/gateway/store/store.ts';
import { FakeClock } from '../../src/gateway/testing/fake-clock.ts';
import { body, type Element, find, JID, StanzaError } from '../../src/stanza/index.ts';
import { type ArchiveQuery, type Fin, filter, type Query, type Result } from '../../src/xep/0313-mam.ts';
import { stanza } from './xml.ts';

export const ROOM = 'globe@gw.example';
export const NOW = Date.UTC(2026, 0, 10);
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const DEFAULTS = { maxStanzas: 100, seconds: 86_400 };

interface Setup {
  readonly store: Store;
  readonly userId: number;
  readonly archive: RoomArchive;
  /** The same archive, or that of another room, made anew. */
  readonly again: (room?: string) => RoomArchive;
}

const opened: Store[] = [];

/** Closes what `setup` has opened. */
export async function closeStores(): Promise<void> {
  for (const store of opened.splice(0)) await store.close();
}

/** @param location of the database, as `Store.open` takes it. */
export async function setup(location = ':memory:'): Promise<Setup> {
  const store = await Store.open(location, (error) => {
    throw error;
  });
  opened.push(store);
  const romeo = {
    jid: JID.parse('romeo@example'),
    legacyModuleData: {},
    preferences: {},
    registrationDate: new Date(),
  };
  const { id: userId } = await store.users.save(romeo);
  const clock = new FakeClock(NOW);
  const again = (room = ROOM) =>
    new RoomArchive({ store: store.roomMessages, userId, chat: room.split('@')[0] as string, room, clock });
  return { store, userId, archive: again(), again };
}

interface Said {
  /** Also the stanza-id, unless another is given. */
  readonly id?: string;
  readonly archiveId?: string;
  readonly nick?: string;
  readonly author?: string;
  readonly legacyId?: string;
  /** Milliseconds since `NOW`. */
  readonly at?: number;
  readonly backfilled?: boolean;
}

let lastId = 0;

/** `content` is XML, or a text. */
export function entry(content: string, said: Said = {}): ArchiveEntry {
  const { id = said.legacyId ?? `random-${++lastId}`, nick = 'juliet', at = 0 } = said;
  const archiveId = said.archiveId ?? id;
  const inner = content.startsWith('<') ? content : `<body>${content}</body>`;
  const xml = stanza(
    `<message type='groupchat' from='${ROOM}/${nick}' id='${id}'>${inner}<occupant-id xmlns='urn:xmpp:occupant-id:0' id='o-${nick}'/></message>`,
  );
  return {
    stanza: xml,
    archiveId,
    eventKey: eventKeyOf({ stanza: xml, archiveId, legacyId: said.legacyId, occupantId: `o-${nick}` }),
    at: new Date(NOW + at),
    isBackfilled: said.backfilled ?? false,
    nick,
    ...(said.legacyId !== undefined && { legacyId: said.legacyId }),
    ...(said.author !== undefined && { author: said.author }),
  };
}

export function reaction(target: string, ...emojis: string[]): string {
  const children = emojis.map((emoji) => `<reaction>${emoji}</reaction>`);
  return `<reactions xmlns='urn:xmpp:reactions:0' id='${target}'>${children.join('')}</reactions>`;
}

export const correction = (target: string, text: string) =>
  `<body>${text}</body><replace xmlns='urn:xmpp:message-correct:0' id='${target}'/>`;
export const retraction = (target: string) =>
  `<retract xmlns='urn:xmpp:message-retract:1' id='${target}'/><body>gone</body><replace xmlns='urn:xmpp:message-correct:0' id='${target}'/>`;

export type Asked = Omit<ArchiveQuery, 'archive' | 'pageSize' | 'newestFirst' | 'signal'>;

export function asking(which: Asked = {}, set: Query['set'] = {}, flipPage = false): Query {
  const form = Object.keys(which).length === 0 ? {} : { form: filter.write('submit', { ids: [], ...which }) };
  return { ...form, set, flipPage };
}

export async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const each of all) collected.push(each);
  return collected;
}

export async function page(
  archive: RoomArchive,
  asked: Query,
): Promise<{ results: Result[]; ids: string[]; fin: Fin }> {
  const { results, fin } = await archive.query(asked);
  const all = await collect(results);
  return { results: all, ids: all.map((each) => each.id), fin };
}

export async function texts(archive: RoomArchive): Promise<string[]> {
  const { results } = await page(archive, asking({}, { max: 250 }));
  return results.map(({ forwarded }) => textOf(forwarded.stanza));
}

export function textOf(message: Element): string {
  const emojis = message.getChild('reactions')?.getChildren('reaction');
  if (emojis !== undefined) return emojis.map((each) => each.text()).join('');
  return find(message, body) ?? message.getChildElements()[0]?.name ?? '';
}

export async function condition(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StanzaError) return error.condition;
    throw error;
  }
  return 'none';
}
