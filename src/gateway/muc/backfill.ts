/** What was said in a room before anybody listened: the plugin is asked for it once. */

import type { RoomArchive } from './archive.ts';
import type { LegacyParticipant } from './participant.ts';
import type { LegacyMUC } from './room.ts';

/** Seconds that a plugin may take to look for history before a join goes on without it. */
const PATIENCE = 30;

export class Backfill {
  readonly #room: LegacyMUC;
  #running: Promise<void> | undefined;
  /** Who is met in the history, by key, while it is being fetched: they need not be here any more. */
  #met: Map<string, LegacyParticipant> | undefined;

  constructor(room: LegacyMUC) {
    this.#room = room;
  }

  /** A plugin that does not answer does not hold up anybody; one that fails is asked again the next time. */
  ready(): Promise<RoomArchive> {
    this.#running ??= this.#run();
    return this.#running.then(() => this.#room.archive);
  }

  /** Somebody who is met in the history that is being fetched; `undefined` when none is. */
  meet(key: string, make: () => LegacyParticipant): LegacyParticipant | undefined {
    if (this.#met === undefined) return undefined;
    const known = this.#met.get(key) ?? make();
    this.#met.set(key, known);
    return known;
  }

  async #run(): Promise<void> {
    const { archive, session } = this.#room;
    const { xmpp } = session;
    let giveUp = () => {};
    const patience = new Promise<void>((resolve) => {
      giveUp = xmpp.clock.after(PATIENCE * 1000, resolve);
    });
    this.#met = new Map();
    try {
      const { after, before } = await archive.holeBounds();
      await Promise.race([this.#room.backfill(after, before), patience]);
    } catch (error) {
      // Without what could not be fetched, but with what is there.
      this.#running = undefined;
      xmpp.exception(error);
    } finally {
      this.#met = undefined;
      giveUp();
    }
  }
}
