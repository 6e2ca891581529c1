/** The archive of a room: what was said in it, for those who join, for those who look back, and for the plugin. */

import { type Clock, Element, find, parse, SerializeError, StanzaError } from '../../stanza/index.ts';
import type { History } from '../../xep/0045-muc.ts';
import { delay } from '../../xep/0203-delay.ts';
import { replace } from '../../xep/0308-correction.ts';
import type { Fin, Metadata, Query, Result } from '../../xep/0313-mam.ts';
import { stanzaId } from '../../xep/0359-stanza-ids.ts';
import { type Retracted, retractionOf } from '../../xep/0424-retraction.ts';
import { cleanElement } from '../outgoing/clean.ts';
import { keptSince } from '../retention.ts';
import type { Retraction } from '../store/room-message-batch.ts';
import type { KeptMessage, RoomMessages, Selection } from '../store/room-messages.ts';
import { findPage } from './archive-page.ts';
import { archivedForm, emojisOf, isArchived, retractedBy, tombstoneOf } from './archived-event.ts';

export { eventKeyOf, isArchived } from './archived-event.ts';

/** Something that happened in the room. */
export interface ArchiveEntry {
  /** The message from `room/nick`, without an addressee. */
  readonly stanza: Element;
  /** The stanza-id by the room. */
  readonly archiveId: string;
  /** See `eventKeyOf`. */
  readonly eventKey: string;
  readonly at: Date;
  /** Whether it comes from the network's history; else it happens now. */
  readonly isBackfilled: boolean;
  /** The message on the network. */
  readonly legacyId?: string;
  /** The resource of the author; `''` for the room itself. */
  readonly nick: string;
  /** The bare JID of the author, where everybody may know it. */
  readonly author?: string;
}

/** A message of the network at the edge of what is known. */
export interface HoleBound {
  /** Its id on the network. */
  readonly legacyId: string;
  /** When it was said. */
  readonly when: Date;
}

export interface HistoryItem {
  /** With delay and stanza-id, without an addressee. */
  readonly element: Element;
  readonly archiveId: string;
  readonly at: Date;
}

/** What somebody gets who does not say how much. */
export interface HistoryDefaults {
  /** Also when more is asked for. */
  readonly maxStanzas: number;
  readonly seconds: number;
}

/** The answer to a query of the archive. */
export interface ArchivePage {
  readonly results: AsyncIterable<Result>;
  readonly fin: Fin;
}

export interface RoomArchiveOptions {
  readonly store: RoomMessages;
  readonly userId: number;
  /** The localpart of the room's JID. */
  readonly chat: string;
  /** The room's bare JID. */
  readonly room: string;
  readonly clock: Clock;
  /** Days that messages are kept; 0, the default, for ever. */
  readonly days?: number;
}

/** What came in within limits may have grown by what the room said of it. */
const AS_STORED = { bytes: Number.MAX_SAFE_INTEGER };

export class RoomArchive {
  readonly #store: RoomMessages;
  readonly #userId: number;
  readonly #chat: string;
  readonly #room: string;
  readonly #clock: Clock;
  readonly #days: number;

  constructor({ store, userId, chat, room, clock, days = 0 }: RoomArchiveOptions) {
    this.#store = store;
    this.#userId = userId;
    this.#chat = chat;
    this.#room = room;
    this.#clock = clock;
    this.#days = days;
  }

  /**
   * Keeps what happened, if it is something to be kept. A retraction leaves a tombstone in the place of what it retracts.
   * @throws MalformedError.
   */
  add(entry: ArchiveEntry): void {
    // A network that tells of its history again must not bring back what is to be forgotten.
    if (!isArchived(entry.stanza) || entry.at.getTime() < keptSince(this.#clock, this.#days)) return;
    const { stanza, xml } = fitForXml(archivedForm(entry.stanza));
    const retraction = retractionOf(stanza);
    const message = {
      archiveId: entry.archiveId,
      eventKey: entry.eventKey,
      at: entry.at.getTime(),
      isBackfilled: entry.isBackfilled,
      legacyId: entry.legacyId,
      nick: entry.nick,
      author: entry.author,
      messageId: stanza.attrs.id,
      // A retraction names what it retracts as a correction does, for clients that know only those.
      replaces: retraction === undefined ? find(stanza, replace)?.id : undefined,
      emojis: emojisOf(stanza),
      stanza: xml,
    };
    const effect = retraction && asRetraction(retraction.id, retractedBy(stanza, retraction, entry.at));
    this.#store.add(this.#userId, this.#chat, message, effect);
  }

  /**
   * What was said before, oldest first: the least of what is asked for. XEP-0045 §7.2.13.
   * Messages that were taken back are left out (XEP-0424 §5.2).
   */
  async *history(wanted: History | undefined, defaults: HistoryDefaults): AsyncGenerator<HistoryItem, void, undefined> {
    const { maxChars, maxStanzas = defaults.maxStanzas, seconds, since } = wanted ?? {};
    if (maxChars === 0 || maxStanzas === 0) return;
    const isBare = maxChars === undefined && wanted?.maxStanzas === undefined && since === undefined;
    const longest = seconds ?? (isBare ? defaults.seconds : Number.POSITIVE_INFINITY);
    const start = Math.max(this.#clock.now() - longest * 1000, since?.getTime() ?? Number.NEGATIVE_INFINITY);
    const newest = await this.#list({
      limit: Math.min(maxStanzas, defaults.maxStanzas),
      newestFirst: true,
      ...(Number.isFinite(start) && { start }),
    });
    const fitting = maxChars === undefined ? newest : await this.#fitting(newest, maxChars);
    yield* this.#items(fitting.toReversed());
  }

  /**
   * What a query asks for, a page at most.
   * @throws StanzaError `item-not-found` for ids that are not in the archive, `feature-not-implemented` for fields that
   *   are not known. @throws MalformedError.
   */
  async query(asked: Query): Promise<ArchivePage> {
    // XEP-0313 §4.1.1: nodes are for archives of pubsub services.
    if (asked.node !== undefined) throw StanzaError.of('item-not-found', 'no such node');
    const { messages, fin } = await findPage(asked, {
      room: this.#room,
      place: (archiveId) => this.#store.place(this.#userId, this.#chat, archiveId),
      count: (selection) => this.#store.count(this.#userId, this.#chat, selection),
      list: (selection) => this.#list(selection),
    });
    return { results: this.#results(messages, asked.queryId), fin };
  }

  /** A message by its id, if it is here and was not taken back. */
  async find(archiveId: string): Promise<Element | undefined> {
    const kept = await this.#list({ limit: 1, archiveIds: [archiveId] });
    for await (const { element } of this.#items(kept)) return element;
    return undefined;
  }

  /** How far the archive reaches. */
  async metadata(): Promise<Metadata> {
    const bounds = await this.#store.bounds(this.#userId, this.#chat);
    if (bounds === undefined) return {};
    const boundOf = ({ archiveId, at }: KeptMessage) => ({ id: archiveId, timestamp: new Date(at) });
    return { start: boundOf(bounds.first), end: boundOf(bounds.last) };
  }

  /**
   * Between which messages of the network something may be missing.
   * @returns `after`, the newest that is known from before: from the network's history or an earlier run; and `before`,
   *   the first one after it that came since.
   */
  async holeBounds(): Promise<{ readonly after: HoleBound | undefined; readonly before: HoleBound | undefined }> {
    const [past] = await this.#list({ limit: 1, newestFirst: true, hasLegacyId: true, isPast: true });
    const after = past === undefined ? {} : { after: [past] };
    const [live] = await this.#list({ limit: 1, hasLegacyId: true, isPast: false, ...after });
    return { after: holeBound(past), before: holeBound(live) };
  }

  /** Forgets everything. */
  remove(): Promise<void> {
    return this.#store.remove(this.#userId, this.#chat);
  }

  #list(selection: Selection & { limit: number; newestFirst?: boolean }): Promise<readonly KeptMessage[]> {
    return this.#store.list(this.#userId, this.#chat, selection);
  }

  /** The first of these that have so many characters together at most, as XML. */
  async #fitting(newest: readonly KeptMessage[], maxChars: number): Promise<readonly KeptMessage[]> {
    const fitting: KeptMessage[] = [];
    let chars = 0;
    for await (const { message, element } of this.#items(newest)) {
      chars += String(element).length;
      if (chars > maxChars) break;
      fitting.push(message);
    }
    return fitting;
  }

  async *#items(messages: readonly KeptMessage[]) {
    for await (const { message, stanza, isTombstone } of this.#store.read(messages)) {
      if (isTombstone) continue;
      const { archiveId } = message;
      const at = new Date(message.at);
      const { name, ns, attrs, children } = parse(stanza, AS_STORED);
      const late = delay.build({ stamp: at, from: this.#room });
      const id = stanzaId.build({ id: archiveId, by: this.#room });
      yield { message, element: new Element(name, ns, attrs, [...children, late, id]), archiveId, at };
    }
  }

  async *#results(messages: readonly KeptMessage[], queryId: string | undefined): AsyncGenerator<Result> {
    for await (const { message, stanza } of this.#store.read(messages)) {
      const forwarded = { delay: { stamp: new Date(message.at) }, stanza: parse(stanza, AS_STORED) };
      yield { id: message.archiveId, ...(queryId !== undefined && { queryId }), forwarded };
    }
  }
}

/** Without the characters that XML cannot carry: few have any. */
function fitForXml(given: Element): { readonly stanza: Element; readonly xml: string } {
  try {
    return { stanza: given, xml: String(given) };
  } catch (error) {
    if (!(error instanceof SerializeError)) throw error;
    const stanza = cleanElement(given);
    return { stanza, xml: String(stanza) };
  }
}

function asRetraction(archiveId: string, about: Retracted): Retraction {
  return { archiveId, tombstone: (stanza) => String(tombstoneOf(parse(stanza, AS_STORED), about)) };
}

function holeBound(message: KeptMessage | undefined): HoleBound | undefined {
  return message?.legacyId === undefined ? undefined : { legacyId: message.legacyId, when: new Date(message.at) };
}
