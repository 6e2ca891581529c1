/**
 * How many messages of a room answer a question, for as long as nothing comes to it: who reads an archive page by page
 * asks again with each, and to count takes as long as the archive is.
 */

/** Rooms to remember at most, and questions about one. */
const MAX_ROOMS = 100;
const MAX_QUESTIONS = 20;

export class RoomCounts {
  readonly #rooms = new Map<string, Map<string, number>>();

  /** The answer that is known, or that `count` finds. */
  async get(room: string, question: string, count: () => Promise<number>): Promise<number> {
    let answers = this.#rooms.get(room);
    if (answers === undefined) {
      if (this.#rooms.size >= MAX_ROOMS) this.#rooms.clear();
      answers = new Map();
      this.#rooms.set(room, answers);
    }
    const known = answers.get(question);
    if (known !== undefined) return known;
    const counted = await count();
    if (answers.size >= MAX_QUESTIONS) answers.clear();
    // Not kept by anybody if something has come to the room in the meantime.
    answers.set(question, counted);
    return counted;
  }

  /** Something comes to this room, or goes. */
  forget(room: string): void {
    this.#rooms.delete(room);
  }

  clear(): void {
    this.#rooms.clear();
  }
}
