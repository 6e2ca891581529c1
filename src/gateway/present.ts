/** Those who can be there or not: contacts, and participants of rooms. */

import { Actor } from './actor.ts';
import type { PresenceFacts } from './outgoing/presence.ts';

/** What goes with a presence. */
export interface PresenceOptions {
  /** What they say beside it, in words. */
  readonly status?: string;
  /** When they were last seen on the network. XEP-0319. */
  readonly lastSeen?: Date;
}

/** An actor with presence. What has not changed is not sent. */
export abstract class Present extends Actor {
  /** Takes what is known about the presence now. @internal */
  protected abstract takePresence(facts: PresenceFacts): void;

  /** Is there. */
  online(options: PresenceOptions = {}): void {
    this.takePresence({ state: 'online', ...options });
  }

  /** Is away for a moment. */
  away(options: PresenceOptions = {}): void {
    this.takePresence({ state: 'away', ...options });
  }

  /** Is away for long. */
  extendedAway(options: PresenceOptions = {}): void {
    this.takePresence({ state: 'xa', ...options });
  }

  /** Does not want to be disturbed. */
  busy(options: PresenceOptions = {}): void {
    this.takePresence({ state: 'dnd', ...options });
  }

  /** Is not there. In a room: belongs to it, but is not in it at present. */
  offline(options: PresenceOptions = {}): void {
    this.takePresence({ state: 'offline', ...options });
  }
}
