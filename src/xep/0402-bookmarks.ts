/**
 * PEP native bookmarks: the rooms that somebody wants to be in.
 * XEP-0402 v1.2.0 <https://xmpp.org/extensions/xep-0402.html>
 */

import { type Codec, element, inside, leaf, optionalAttr, optionalChild, rest } from '../stanza/codec.ts';
import type { IqSender } from '../stanza/iq-tracker.ts';
import { boolean } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { fetchItems, publish, retract, valuesOf } from './0060-pubsub.ts';
import { PRIVATE } from './0163-pep.ts';

/** Also the node. The id of an item is the JID of the room. */
export const NS = 'urn:xmpp:bookmarks:1';

export interface Conference {
  readonly name?: string;
  /** Whether all clients are to be in the room. Default false. */
  readonly autojoin?: boolean;
  readonly nick?: string;
  readonly password?: string;
  /** What other clients keep here: an edit must not lose it. */
  readonly extensions: readonly Element[];
}
export const conference: Codec<Conference> = element(NS, 'conference', {
  name: optionalAttr('name'),
  autojoin: optionalAttr('autojoin', boolean),
  nick: optionalChild(leaf(NS, 'nick')),
  password: optionalChild(leaf(NS, 'password')),
  extensions: inside(NS, 'extensions', rest()),
});

export const features: readonly string[] = [NS];

/** A bookmark with its room. */
export interface Bookmark extends Conference {
  readonly jid: string;
}

/** One's bookmarks. @throws StanzaError with the answered error. @throws MalformedError. */
export async function fetchBookmarks(iq: IqSender): Promise<readonly Bookmark[]> {
  return bookmarksIn(valuesOf(await fetchItems(iq, { node: NS }), conference));
}

/** The bookmark of one room, to be looked at before it is changed. @throws StanzaError, MalformedError. */
export async function fetchBookmark(iq: IqSender, room: string): Promise<Bookmark | undefined> {
  const items = await fetchItems(iq, { node: NS }, { ids: [room] });
  return bookmarksIn(valuesOf(items, conference)).find((each) => each.jid === room);
}

/** Adds a bookmark, or changes the one of that room. @throws StanzaError with the answered error. */
export async function publishBookmark(iq: IqSender, { jid, ...value }: Bookmark): Promise<void> {
  await publish(iq, { node: NS }, { id: jid, payload: conference.build(value) }, PRIVATE);
}

/** Removes a bookmark: clients leave the room. @throws StanzaError with the answered error. */
export async function removeBookmark(iq: IqSender, room: string): Promise<void> {
  await retract(iq, { node: NS }, room);
}

function bookmarksIn(values: readonly { id: string | undefined; value: Conference }[]): readonly Bookmark[] {
  return values.flatMap(({ id, value }) => (id === undefined ? [] : [{ jid: id, ...value }]));
}
