/** Which messages of an archive a query asks for. XEP-0313, with the paging of XEP-0059. */

import { JID, StanzaError } from '../../stanza/index.ts';
import { type Filter, type Fin, filterOf, type Query } from '../../xep/0313-mam.ts';
import type { KeptMessage, Place, Selection } from '../store/room-messages.ts';

/** Messages that are given when nobody says how many, and at most. */
const DEFAULT_PAGE = 50;
const MAX_PAGE = 250;

/** What there is to look into. */
export interface ArchiveIndex {
  /** The room's bare JID. */
  readonly room: string;
  readonly place: (archiveId: string) => Promise<Place | undefined>;
  readonly count: (selection: Selection) => Promise<number>;
  readonly list: (selection: Selection & { limit: number; newestFirst?: boolean }) => Promise<readonly KeptMessage[]>;
}

/**
 * The messages of a page in the order in which they are to be given, and what is to be said of it.
 * @throws StanzaError `item-not-found` for ids that are not in the archive, `feature-not-implemented` for fields that
 *   are not known, and for places by number. @throws MalformedError.
 */
export async function findPage(
  asked: Query,
  index: ArchiveIndex,
): Promise<{ readonly messages: readonly KeptMessage[]; readonly fin: Fin }> {
  const { max = DEFAULT_PAGE, before, after, index: number } = asked.set ?? {};
  if (number !== undefined) throw StanzaError.of('feature-not-implemented', 'pages are found by id');
  const selection = await selectionOf(filterOf(asked), index);
  const count = await index.count(selection);
  const limit = Math.min(max, MAX_PAGE);
  // XEP-0059 §2.7: the count alone is wanted.
  if (limit === 0) return { messages: [], fin: { set: { count } } };
  const newestFirst = before !== undefined;
  const found = await index.list({
    ...selection,
    after: [...(selection.after ?? []), ...(await placesOf(index, after))],
    before: [...(selection.before ?? []), ...(await placesOf(index, before === '' ? undefined : before))],
    // One more tells whether there are more.
    limit: limit + 1,
    newestFirst,
  });
  const isComplete = found.length <= limit;
  const page = found.slice(0, limit);
  if (newestFirst) page.reverse();
  const [first, last] = [page[0], page.at(-1)];
  const ends = first && last && { first: { id: first.archiveId }, last: last.archiveId };
  // §4.2: the order within the page is another, but the page is the same; so are its ends.
  const messages = asked.flipPage ? page.toReversed() : page;
  return { messages, fin: { ...(isComplete && { complete: true }), set: { ...ends, count } } };
}

async function selectionOf(filter: Filter, index: ArchiveIndex): Promise<Selection> {
  const { start, end, beforeId, afterId, ids } = filter;
  const archiveIds = [...new Set(ids)];
  if (archiveIds.length > 0 && (await index.count({ archiveIds })) < archiveIds.length) throw notFound();
  return {
    ...(filter.with !== undefined && byAuthor(JID.parse(filter.with), index.room)),
    ...(start !== undefined && { start: start.getTime() }),
    ...(end !== undefined && { end: end.getTime() }),
    after: await placesOf(index, afterId),
    before: await placesOf(index, beforeId),
    ...(archiveIds.length > 0 && { archiveIds }),
  };
}

/** Somebody in the room, or somebody whose address is known; with the room itself, it is everybody. */
function byAuthor(jid: JID, room: string): Selection {
  if (jid.bare !== room) return { author: jid.bare };
  return jid.resource === '' ? {} : { nick: jid.resource };
}

async function placesOf(index: ArchiveIndex, archiveId: string | undefined): Promise<readonly Place[]> {
  if (archiveId === undefined) return [];
  const place = await index.place(archiveId);
  if (place === undefined) throw notFound();
  return [place];
}

function notFound(): StanzaError {
  return StanzaError.of('item-not-found', 'There is no message with that id.');
}
