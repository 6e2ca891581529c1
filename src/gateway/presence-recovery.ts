/**
 * Presence after a break of the link. What the gateway has said and the server has not read it says again by itself (see
 * `Outbox`). But a server that was started anew has forgotten all of it; and clients that have come in the meantime have
 * asked contacts that could not be reached, just as clients that have gone could not say so. So each user's server is
 * asked who is there. Who answers is told the last presence of each contact, unless the server has asked for it itself.
 */

import type { JID } from '../stanza/index.ts';
import type { BaseGateway } from './gateway.ts';
import { Serial } from './serial.ts';
import type { BaseSession } from './session.ts';

/** Users who are asked for, and presences that are sent, before the server must have taken them. */
const PAGE = 100;

/** Milliseconds that a client which has come waits: its server is about to ask for the contacts, or has just done so. */
const TELL_DELAY = 1000;

/** Milliseconds in which clients that are there must answer. */
const PATIENCE = 30_000;

export class PresenceRecovery {
  readonly #gateway: BaseGateway;
  /** Clients are told one after the other: the more there are, the longer it takes. */
  readonly #telling = new Serial();
  readonly #cancels = new Set<() => void>();
  /** How often the link has come back. */
  #round = 0;

  constructor(gateway: BaseGateway) {
    this.#gateway = gateway;
  }

  /** The link is back. Never rejects. */
  async start(): Promise<void> {
    const gateway = this.#gateway;
    this.stop();
    const round = this.#round;
    try {
      let count = 0;
      for (const session of gateway.sessions) {
        session.sendLastStatus();
        session.clients.doubt();
        gateway.sendPresence({ to: session.user.jid.bare, type: 'probe' });
        if (++count % PAGE === 0) await gateway.drained();
        if (round !== this.#round) return;
      }
      this.#after(PATIENCE, () => this.#settle());
    } catch (error) {
      gateway.exception(error);
    }
  }

  /** The link is down, or the gateway stops: all of it begins anew, or never. */
  stop(): void {
    this.#round++;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  /** A client has said that it is there. @param client its full JID. */
  heard(session: BaseSession, client: JID): void {
    if (!session.clients.confirm(client.resource)) return;
    const round = this.#round;
    this.#after(TELL_DELAY, () => {
      this.#telling.run(() => this.#tell(session, client, round)).catch((error) => this.#gateway.exception(error));
    });
  }

  async #tell(session: BaseSession, client: JID, round: number): Promise<void> {
    let count = 0;
    for (const contact of [...session.contacts]) {
      if (!contact.isFriend || contact.presence === undefined) continue;
      if (session.clients.hasAsked(client.resource, contact)) continue;
      contact.sendLastPresence(client.full);
      if (++count % PAGE === 0) await this.#gateway.drained();
      if (round !== this.#round) return;
    }
    await this.#gateway.drained();
  }

  /** Clients that have not answered are gone, if their server has answered at all. */
  #settle(): void {
    for (const session of this.#gateway.sessions) {
      for (const resource of session.clients.settle()) {
        session.clientChanged(resource).catch((error) => this.#gateway.exception(error));
      }
    }
  }

  #after(ms: number, task: () => void): void {
    const cancel = this.#gateway.clock.after(ms, () => {
      this.#cancels.delete(cancel);
      task();
    });
    this.#cancels.add(cancel);
  }
}
