/** What waits in each chat and is stored, in the order in which it came. */

import type { Event } from './event.ts';

/**
 * When so many wait in one chat, as in a flood, many are given to the plugin with one write, rather than one with each:
 * after a crash it is unknown of all of them whether they were sent.
 */
const FLOOD = 8;
const FLOOD_BATCH = 32;

export class Queues {
  /** By user and chat. */
  readonly #queues = new Map<string, Event[]>();

  /** The queue of a chat, for what comes there now. */
  at(userId: number, chat: string): Event[] {
    const key = `${userId} ${chat}`;
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = [];
      this.#queues.set(key, queue);
    }
    return queue;
  }

  /** An event has come to its end. */
  leave(userId: number, chat: string, event: Event): void {
    const key = `${userId} ${chat}`;
    const queue = this.#queues.get(key);
    queue?.splice(queue.indexOf(event), 1);
    if (queue?.length === 0) this.#queues.delete(key);
  }
}

/** Notes that the plugin is about to get an event, and in a flood those behind it. @param queue it stands in front of. */
export async function hand(event: Event, queue: readonly Event[]): Promise<void> {
  await Promise.all((queue.length < FLOOD ? [event] : queue.slice(0, FLOOD_BATCH)).map((each) => each.hand()));
}
