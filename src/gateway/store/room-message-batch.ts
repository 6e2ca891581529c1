/**
 * What becomes of new messages of a room beside those that are stored: so that a network may tell of the same event any
 * number of times, before or after it happened, and no id that a client was given is ever lost.
 *
 * - What has an id on the network has one place, where it was first put. The live message counts more than what the
 *   network's history makes of it.
 * - What has none (reactions, retractions, corrections) moves to where it happens again, so that clients that catch up
 *   hear of it; told again by the history it is only news when it says something else, and is younger.
 */

import type { RoomMessageRow } from './schema.ts';

export type NewRow = Omit<RoomMessageRow, 'id'>;
export type StoredRow = NewRow & { readonly id: number };

/** A message is taken back: what was said in it, and in its corrections, shall be found no more. */
export interface Retraction {
  readonly archiveId: string;
  /** The XML that stays in the place of the message, made of its XML. */
  readonly tombstone: (stanza: string) => string;
}

/** The messages of one room that a batch touches, as they will be. */
export class RoomBatch {
  readonly #byKey = new Map<string, NewRow | StoredRow>();
  readonly #byArchiveId = new Map<string, NewRow | StoredRow>();
  readonly #changed = new Set<NewRow | StoredRow>();

  /** `stored` are the rows with the keys and ids of the batch, and those that its retractions concern. */
  constructor(stored: readonly StoredRow[]) {
    // The rows are copied: they will be changed.
    for (const row of stored) this.#index({ ...row });
  }

  /** To be written, with their ids where they have one already. */
  get changed(): readonly (NewRow | StoredRow)[] {
    return [...this.#changed];
  }

  add(row: NewRow): void {
    const twin = this.#byArchiveId.get(row.archive_id);
    const known = this.#byKey.get(row.event_key) ?? twin;
    if (known === undefined) return this.#put({ ...row });
    if (twin === undefined && takesPlace(row, known)) {
      this.#supersede(known);
      return this.#put({ ...row });
    }
    if (isRefreshed(known, row)) this.#refresh(known, row);
    // Clients got the message under this id: they may ask what came after it.
    if (row.is_backfilled === 0 && twin === undefined) this.#put(withoutContent(row));
  }

  retract({ archiveId, tombstone }: Retraction): void {
    const retracted = this.#byArchiveId.get(archiveId);
    if (retracted === undefined || retracted.is_superseded === 1 || retracted.is_tombstone === 1) return;
    retracted.stanza = tombstone(retracted.stanza);
    retracted.is_tombstone = 1;
    this.#changed.add(retracted);
    for (const row of this.#byArchiveId.values()) {
      if (row.replaces === null || (row.replaces !== archiveId && row.replaces !== retracted.message_id)) continue;
      // It keeps its key, so that it is not stored when it is told again.
      Object.assign(row, { is_superseded: 1, stanza: '' });
      this.#changed.add(row);
    }
  }

  #put(row: NewRow): void {
    this.#index(row);
    this.#changed.add(row);
  }

  #supersede(row: NewRow | StoredRow): void {
    this.#byKey.delete(row.event_key);
    Object.assign(row, withoutContent(row));
    this.#put(row);
  }

  #refresh(known: NewRow | StoredRow, { archive_id: _, event_key: __, at: ___, ...news }: NewRow): void {
    Object.assign(known, news);
    this.#changed.add(known);
  }

  #index(row: NewRow | StoredRow): void {
    this.#byKey.set(row.event_key, row);
    this.#byArchiveId.set(row.archive_id, row);
  }
}

/** Whether a new row takes the place of one with the same key. */
function takesPlace(row: NewRow, known: NewRow): boolean {
  if (row.legacy_id !== null || known.is_superseded === 1) return false;
  return row.is_backfilled === 0 || (row.emojis !== known.emojis && row.at > known.at);
}

/** Whether what is known becomes as it is told now, in its place. */
function isRefreshed(known: NewRow, row: NewRow): boolean {
  if (known.is_backfilled === 0 || known.is_superseded === 1 || known.is_tombstone === 1) return false;
  return row.legacy_id !== null && (row.is_backfilled === 0 || row.stanza !== known.stanza);
}

/** Holds the place of an id. The key is no longer that of the event, but one that nothing else has. */
function withoutContent<T extends NewRow>(row: T): T {
  return { ...row, event_key: `superseded:${row.archive_id}`, is_superseded: 1, legacy_id: null, stanza: '' };
}
