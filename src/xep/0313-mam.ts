/**
 * Message archive management: what was said before.
 * XEP-0313 v1.1.3 <https://xmpp.org/extensions/xep-0313.html>
 */

import { attr, type Codec, child, element, flag, optionalAttr, optionalChild } from '../stanza/codec.ts';
import { newId } from '../stanza/id.ts';
import { answered, type IqSender } from '../stanza/iq-tracker.ts';
import { bareOf, JID } from '../stanza/jid.ts';
import { StanzaError } from '../stanza/stanza-error.ts';
import { boolean, dateTime, jid } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { type Form, form } from './0004-data-forms.ts';
import { type Set as ResultSet, set } from './0059-rsm.ts';
import { multi, optionalSingle, type Shape, shape } from './0068-form-types.ts';
import { type Forwarded, forwarded } from './0297-forwarding.ts';

/** Also the FORM_TYPE of the filter. */
export const NS = 'urn:xmpp:mam:2';
/** Announced by archives with `before-id`, `after-id`, `ids`, `flip-page` and metadata. */
export const EXTENDED = 'urn:xmpp:mam:2#extended';

/** Asks for messages; in a `get` for the fields of the filter. */
export interface Query {
  /** Mirrored in the results. */
  readonly queryId?: string;
  /** For archives of pubsub services. */
  readonly node?: string;
  /** Which messages: see `filter`. */
  readonly form?: Form;
  /** Which part of them. */
  readonly set?: ResultSet;
  /** Newest first, within the page. */
  readonly flipPage: boolean;
}
export const query: Codec<Query> = element(NS, 'query', {
  queryId: optionalAttr('queryid'),
  node: optionalAttr('node'),
  form: optionalChild(form),
  set: optionalChild(set),
  flipPage: flag(NS, 'flip-page'),
});

/** Which messages to give: those for which all of it is so. */
export interface Filter {
  readonly with?: string;
  readonly start?: Date;
  readonly end?: Date;
  /** Before, and after, the message with this id in the archive. */
  readonly beforeId?: string;
  readonly afterId?: string;
  /** Only these; none means any. */
  readonly ids: readonly string[];
  readonly includeGroupchat?: boolean;
}
export const filter: Shape<Filter> = shape(NS, {
  with: optionalSingle('with', jid),
  start: optionalSingle('start', dateTime),
  end: optionalSingle('end', dateTime),
  beforeId: optionalSingle('before-id'),
  afterId: optionalSingle('after-id'),
  ids: multi('ids', 'list-multi'),
  includeGroupchat: optionalSingle('include-groupchat', boolean),
});

/** One message, in a message of its own. */
export interface Result {
  /** The id in the archive: the stanza-id (XEP-0359) by its JID. */
  readonly id: string;
  readonly queryId?: string;
  readonly forwarded: Forwarded;
}
export const result: Codec<Result> = element(NS, 'result', {
  queryId: optionalAttr('queryid'),
  id: attr('id'),
  forwarded: child(forwarded),
});

/** The answer to a query, after the last result. */
export interface Fin {
  /** There is nothing more in this direction. */
  readonly complete?: boolean;
  /** The archive may not give the same messages another time. Default true. */
  readonly stable?: boolean;
  readonly set: ResultSet;
}
export const fin: Codec<Fin> = element(NS, 'fin', {
  complete: optionalAttr('complete', boolean),
  stable: optionalAttr('stable', boolean),
  set: child(set),
});

/** A message at one end of the archive. */
export interface Bound {
  readonly id: string;
  readonly timestamp: Date;
}
/** How far the archive reaches; empty when there is nothing in it. */
export interface Metadata {
  readonly start?: Bound;
  readonly end?: Bound;
}
const bound = (name: string): Codec<Bound> =>
  element(NS, name, { id: attr('id'), timestamp: attr('timestamp', dateTime) });
export const metadata: Codec<Metadata> = element(NS, 'metadata', {
  start: optionalChild(bound('start')),
  end: optionalChild(bound('end')),
});

export const features: readonly string[] = [NS, EXTENDED];

/**
 * What a query wants. For archives: an unknown field must be refused, since the answer would hold too much.
 * @throws StanzaError `feature-not-implemented` for such fields. @throws MalformedError.
 */
export function filterOf({ form }: Query): Filter {
  const wanted = form && filter.read(form, '/query/x');
  if (form === undefined || wanted === undefined) return { ids: [] };
  const unknown = form.fields.find((field) => field.var !== 'FORM_TYPE' && !filter.names.includes(field.var ?? ''));
  if (unknown !== undefined) throw StanzaError.of('feature-not-implemented', `unknown field: ${unknown.var}`);
  return wanted;
}

/** Where incoming messages can be listened to: a `Router`. */
export interface Listener {
  /** @returns the function that ends the listening. */
  readonly on: <T>(codec: Codec<T>, handler: (stanza: Element, value: T) => void) => () => void;
}

/** What to fetch from an archive. */
export interface ArchiveQuery extends Partial<Filter> {
  /** Whose: the bare JID of a room. Default: one's own. */
  readonly archive?: string;
  readonly node?: string;
  /** How many messages to ask for at a time. Default 50. */
  readonly pageSize?: number;
  /** From the newest to the oldest. */
  readonly newestFirst?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Fetches messages, page by page as they are asked for.
 *
 *     for await (const { id, forwarded } of fetchArchive(stream, router, { archive: room })) …
 *
 * @throws StanzaError with the answered error. @throws MalformedError for a result that is broken.
 */
export async function* fetchArchive(
  iq: IqSender,
  listener: Listener,
  { pageSize = 50, newestFirst = false, ...wanted }: ArchiveQuery = {},
): AsyncGenerator<Result, void, undefined> {
  let next: ResultSet = newestFirst ? { max: pageSize, before: '' } : { max: pageSize };
  while (true) {
    const { results, fin } = await fetchPage(iq, listener, wanted, next);
    yield* newestFirst ? results.toReversed() : results;
    const { first, last } = fin.set;
    if (fin.complete || first?.id === undefined || last === undefined) return;
    next = newestFirst ? { max: pageSize, before: first.id } : { max: pageSize, after: last };
  }
}

/** Fetches one page of messages. @throws StanzaError with the answered error. @throws MalformedError. */
export async function fetchPage(
  iq: IqSender,
  listener: Listener,
  wanted: Omit<ArchiveQuery, 'pageSize' | 'newestFirst'>,
  page: ResultSet,
): Promise<{ readonly results: readonly Result[]; readonly fin: Fin }> {
  const { archive, node, signal, ...which } = wanted;
  const queryId = newId();
  const results: Result[] = [];
  const stop = listener.on(result, (stanza, value) => {
    if (value.queryId === queryId && isFrom(stanza, archive)) results.push(value);
  });
  try {
    const payload = query.build({
      queryId,
      ...(node !== undefined && { node }),
      ...(Object.keys(which).length > 0 && { form: filter.write('submit', which) }),
      set: page,
      flipPage: false,
    });
    return { fin: answered(fin, await iq.request({ type: 'set', to: archive, payload, signal })), results };
  } finally {
    stop();
  }
}

/** How far an archive reaches. @throws StanzaError with the answered error. */
export async function fetchMetadata(iq: IqSender, archive?: string): Promise<Metadata> {
  return answered(metadata, await iq.request({ type: 'get', to: archive, payload: metadata.build({}) }));
}

/** Anybody can send a message that looks like a result. §8.2 */
function isFrom(stanza: Element, archive: string | undefined): boolean {
  const { from, to } = stanza.attrs;
  if (archive !== undefined) return from === (JID.tryParse(archive)?.full ?? archive);
  return from === undefined || (to !== undefined && from === bareOf(to));
}
