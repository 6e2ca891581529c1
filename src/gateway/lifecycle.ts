/** How a gateway begins, meets its server and loses it, and ends: what happens then, in which order. */

import type { ComponentStream } from '../stanza/index.ts';
import type { BaseGateway } from './gateway.ts';
import { receive } from './incoming/receive.ts';
import { ConfigError } from './options.ts';
import type { Outbox } from './outbox.ts';
import { forgetOld, Retention } from './retention.ts';
import { within } from './serial.ts';
import type { StoredAvatar } from './store/avatars.ts';
import type { Tenancy } from './store/tenancy.ts';
import type { StoredUser } from './store/users.ts';
import type { User } from './user.ts';
import { openEndpoint } from './watch/endpoint.ts';
import type { HttpEndpoint } from './watch/http.ts';
import { Workers } from './workers/workers.ts';

/** Milliseconds that hooks may take to end when the gateway stops: process supervisors give a process 10 to 90 s. */
const DRAIN_PATIENCE = 5000;

/** Milliseconds to wait for the server to have read everything then: if it does not, it gets it after the next start. */
const FENCE_PATIENCE = 3000;

/** The way to the server, which only the gateway itself has. */
export interface Way {
  readonly link: ComponentStream;
  readonly outbox: Outbox;
}

export class Lifecycle {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Resolves when those who were registered before are logged in, or cannot be now. */
  firstLogins: Promise<void> = Promise.resolve();
  readonly #gateway: BaseGateway;
  readonly #way: Way;
  readonly #retention: Retention;
  #endpoint: HttpEndpoint | undefined;
  #avatar: StoredAvatar | undefined;
  #hasUsers = false;
  #hasBeenOnline = false;

  constructor(gateway: BaseGateway, way: Way) {
    this.#gateway = gateway;
    this.#way = way;
    const { clock } = gateway;
    this.startedAt = clock.now();
    const onError = (error: unknown) => gateway.exception(error);
    this.#retention = new Retention({ clock, forget: () => forgetOld(gateway), onError });
  }

  /** Whether it is known who is registered. */
  get hasUsers(): boolean {
    return this.#hasUsers;
  }

  /** The gateway's own picture, once it has been fetched. */
  get avatar(): StoredAvatar | undefined {
    return this.#avatar;
  }

  /** The port that answers by HTTP, if there is one. */
  get httpPort(): number | undefined {
    return this.#endpoint?.port;
  }

  /** See `BaseGateway.start`. */
  async start(): Promise<void> {
    const gateway = this.#gateway;
    const { workers, store, sessions, inbox } = gateway;
    this.#endpoint = await openEndpoint(gateway);
    try {
      await this.#loadAvatar();
      // Before anything comes: what is left from the last time goes first, and users are known as such.
      await workers?.open();
      if (workers === undefined) await store.journal.stored.adopt();
      await this.#way.outbox.load();
      for (const user of await this.#ownUsers()) if (this.#isStillAllowed(user)) sessions.add(user);
      this.#hasUsers = true;
      await inbox.recover();
      workers?.started();
      await this.#way.link.start();
    } catch (error) {
      await this.#endpoint?.close();
      throw error;
    }
    this.#retention.start();
  }

  /** See `BaseGateway.shutdown`. */
  async stop(): Promise<void> {
    const gateway = this.#gateway;
    const { link, outbox } = this.#way;
    gateway.workers?.close();
    gateway.presenceRecovery.stop();
    gateway.adhocCommands.clear();
    gateway.chatCommands.clear();
    await gateway.inbox.stop(DRAIN_PATIENCE);
    await gateway.sessions.stop();
    await within(gateway.clock, FENCE_PATIENCE, outbox.finish());
    await gateway.store.journal.flushed();
    await this.#endpoint?.close();
    await link.stop();
    await this.#retention.stop();
    await gateway.store.close();
  }

  /** The server has taken the component. */
  online(): void {
    const { watch, log, jid, config, workers, sessions, presenceRecovery } = this.#gateway;
    watch.metrics.connects++;
    const { server, port } = config;
    log.info({ jid, server, port, ...(workers && { worker: workers.number }) }, 'connected');
    this.#way.outbox.online();
    workers?.online();
    if (this.#hasBeenOnline) {
      // Sessions have not ended; but the server may have forgotten them, and users may have come and gone.
      void presenceRecovery.start();
      return;
    }
    this.#hasBeenOnline = true;
    this.firstLogins = sessions.start().catch((error) => this.#gateway.exception(error));
  }

  /** The stream to the server has broken. @param retryIn milliseconds. */
  offline(reason: Error, retryIn: number): void {
    const { privileges, presenceRecovery, log, config } = this.#gateway;
    const { server, port } = config;
    // What a server grants it says again on the next stream, even before that counts as up.
    privileges.clear();
    presenceRecovery.stop();
    log.warn({ server, port, reason: reason.message, retryIn }, 'not connected, will try again');
  }

  async #loadAvatar(): Promise<void> {
    const { componentAvatar, avatars, log } = this.#gateway;
    if (componentAvatar === undefined) return;
    try {
      this.#avatar = await avatars.get(await avatars.load(componentAvatar));
    } catch (error) {
      log.warn({ reason: (error as Error).message }, "cannot use the gateway's own picture");
    }
  }

  #ownUsers(): Promise<StoredUser[]> {
    const { store, workers } = this.#gateway;
    return workers === undefined ? store.users.all() : store.users.leasedTo(workers.number);
  }

  /** Whom the operator does not let in any more is not logged in. */
  #isStillAllowed({ jid }: User): boolean {
    if (this.#gateway.isAllowed(jid)) return true;
    this.#gateway.log.warn({ user: jid.bare }, 'not logged in: user-jid-validator does not allow this user');
    return false;
  }
}

/** The processes that serve a component together, if there are several. @throws ConfigError. */
export function workersFor(
  gateway: BaseGateway,
  { link, outbox }: Way,
  tenancy: Tenancy | undefined,
): Workers | undefined {
  if (gateway.config.workers === 1) return undefined;
  if (tenancy?.listen === undefined) {
    throw ConfigError.of('workers', 'several processes need a right to serve each: see claimTenancy');
  }
  return new Workers({
    gateway,
    number: tenancy.worker,
    listen: tenancy.listen,
    receive: (stanza) => receive(gateway, stanza, true),
    takeAnswer: (answer) => void link.takeAnswer(answer),
    fenced: () => outbox.finish(),
    sendFor: (xml) => outbox.sendFor(xml),
    isOnline: () => link.online,
  });
}
