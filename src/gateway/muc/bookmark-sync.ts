/** Rooms of the network among the user's bookmarks, by privilege. XEP-0402 with XEP-0356. */

import { type Element, type IqSender, MalformedError, StanzaError } from '../../stanza/index.ts';
import {
  type Bookmark,
  conference,
  fetchBookmark,
  NS,
  publishBookmark,
  removeBookmark as retractBookmark,
} from '../../xep/0402-bookmarks.ts';
import { pinned } from '../../xep/0469-pinning.ts';
import { type Level, notify as notifyCodec } from '../../xep/0492-notification-settings.ts';
import { directInvitation } from '../outgoing/invitation.ts';
import type { BaseSession } from '../session.ts';
import { publishPrivately } from './private-node.ts';
import type { LegacyMUC } from './room.ts';

/** How a group stands among the bookmarks. */
export interface BookmarkOptions {
  /** Whether the user's clients join by themselves. Default true. A bookmark that is there keeps its own. */
  readonly autoJoin?: boolean;
  /** Whether to invite the user besides. Default false. Where the server does not let us write bookmarks, always. */
  readonly invite?: boolean;
  /** Whether what the user's clients have put into the bookmark stays. Default true. */
  readonly preserve?: boolean;
  /** Whether clients show it at the top. XEP-0469. */
  readonly pin?: boolean;
  /** Of what clients notify. XEP-0492. */
  readonly notify?: 'always' | 'on-mention' | 'never';
}

/** Puts a room among the user's bookmarks; or invites the user, where the server does not let us. */
export async function bookmarkRoom(room: LegacyMUC, options: BookmarkOptions): Promise<void> {
  const { autoJoin = true, invite = false, preserve = true, pin, notify } = options;
  const { session, displayName, userNick } = room;
  const jid = room.jid.bare;
  const facts = { jid, name: displayName, nick: userNick, autoJoin, preserve, pin, notify };
  const outcome = await syncBookmark(session, facts);
  if (!invite && outcome !== 'refused') return;
  const { xmpp, user } = session;
  xmpp.send(directInvitation({ from: xmpp.jid, to: user.jid.bare, type: 'normal' }, { jid }));
}

export interface BookmarkFacts {
  /** The room, bare. */
  readonly jid: string;
  readonly name?: string | undefined;
  readonly nick?: string | undefined;
  /** Whether the user's clients are to be in the room. */
  readonly autoJoin: boolean;
  /** Whether what is in a bookmark already stays: whether to join, nickname, password, what other clients put there. */
  readonly preserve: boolean;
  /** Whether it is shown first; left out, that stays as it is. */
  readonly pin?: boolean | undefined;
  /** What is worth a noise; left out, that stays as it is. */
  readonly notify?: Level | undefined;
}

/** `refused`: the server does not let us, and the user has to be invited instead. */
export type BookmarkOutcome = 'published' | 'unchanged' | 'refused';

/** Makes the user's bookmark of a room what the network says. */
export async function syncBookmark(session: BaseSession, facts: BookmarkFacts): Promise<BookmarkOutcome> {
  const { xmpp, user } = session;
  const iq = xmpp.privileges.senderFor(user.jid);
  try {
    const current = facts.preserve ? await readBookmark(iq, facts.jid) : undefined;
    const wanted = bookmarkOf(facts, current);
    if (current !== undefined && isSame(current, wanted)) return 'unchanged';
    await publishPrivately(iq, NS, () => publishBookmark(iq, wanted));
    return 'published';
  } catch (error) {
    return refused(session, facts.jid, error);
  }
}

/** Takes a room out of the user's bookmarks, so that clients leave it. Returns whether the server lets us. */
export async function removeBookmark(session: BaseSession, jid: string): Promise<boolean> {
  const { xmpp, user } = session;
  try {
    await retractBookmark(xmpp.privileges.senderFor(user.jid), jid);
    return true;
  } catch (error) {
    return isMissing(error) || refused(session, jid, error) !== 'refused';
  }
}

function refused({ xmpp, user }: BaseSession, jid: string, error: unknown): 'refused' {
  if (!(error instanceof StanzaError)) throw error;
  const { condition } = error;
  xmpp.log.debug({ user: user.jid.bare, jid, condition }, 'the server does not let us change a bookmark');
  return 'refused';
}

async function readBookmark(iq: IqSender, jid: string): Promise<Bookmark | undefined> {
  try {
    return await fetchBookmark(iq, jid);
  } catch (error) {
    // Servers have no node before the first bookmark. What no client can read is not worth keeping.
    if (isMissing(error) || error instanceof MalformedError) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof StanzaError && error.condition === 'item-not-found';
}

function bookmarkOf(facts: BookmarkFacts, current: Bookmark | undefined): Bookmark {
  const name = facts.name ?? current?.name;
  const nick = current?.nick ?? facts.nick;
  const password = current?.password;
  return {
    jid: facts.jid,
    autojoin: current === undefined ? facts.autoJoin : (current.autojoin ?? false),
    ...(name !== undefined && { name }),
    ...(nick !== undefined && { nick }),
    ...(password !== undefined && { password }),
    extensions: extensionsOf(facts, current?.extensions ?? []),
  };
}

function extensionsOf({ pin, notify }: BookmarkFacts, current: readonly Element[]): readonly Element[] {
  let extensions = current;
  if (pin !== undefined) {
    extensions = extensions.filter((each) => pinned.parse(each) === undefined);
    if (pin) extensions = [...extensions, pinned.build(true)];
  }
  if (notify !== undefined) {
    // Levels for certain kinds of clients are the user's.
    const settings = extensions.flatMap((each) => notifyCodec.parse(each)?.settings ?? []);
    const special = settings.filter(({ category }) => category !== undefined);
    const general = settings.find((each) => each.category === undefined && each.level === notify);
    extensions = extensions.filter((each) => notifyCodec.parse(each) === undefined);
    const level = general ?? { level: notify, advanced: [] };
    extensions = [...extensions, notifyCodec.build({ settings: [level, ...special] })];
  }
  return extensions;
}

function isSame(a: Bookmark, b: Bookmark): boolean {
  const written = ({ jid: _, ...value }: Bookmark) =>
    String(conference.build({ ...value, autojoin: value.autojoin ?? false }));
  return written(a) === written(b);
}
