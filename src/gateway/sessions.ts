/** The sessions of all users: who has one, and how it begins and ends. */

import { bareOf, StanzaError } from '../stanza/index.ts';
import { type Backoff, delayBefore } from '../stanza/stream/backoff.ts';
import { fetchUserAvatar } from './avatar/user-avatar.ts';
import { Deadlines, Expired } from './deadlines.ts';
import type { BaseGateway } from './gateway.ts';
import { startReadSync } from './muc/read-sync.ts';
import { hideIn, secretTexts } from './redact.ts';
import { inParallel } from './serial.ts';
import type { BaseSession } from './session.ts';
import type { StoredUser } from './store/users.ts';

/** Logins at the same time when the gateway starts. */
const PARALLEL_LOGINS = 20;

/** Milliseconds that a login may take: some wait for a person to confirm it. */
const LOGIN_LIMIT = 300_000;

/** Between attempts to come back when the connection to the network was lost. */
const RECONNECT: Backoff = { initial: 2000, max: 15 * 60_000, random: Math.random };

/** Milliseconds that a connection must have lasted for the next attempt to count as the first. */
const STABLE = 60_000;

/** Between attempts to log in when the network does not answer. */
const RETRY: Backoff = { initial: 30_000, max: 15 * 60_000, random: Math.random };

export class Sessions {
  readonly #gateway: BaseGateway;
  readonly #make: (user: StoredUser) => BaseSession;
  readonly #sessions = new Map<string, BaseSession>();
  /** Attempts to come, of sessions whose network does not answer. */
  readonly #retries = new Map<BaseSession, { readonly attempt: number; readonly cancel: () => void }>();
  readonly #logins: Deadlines;
  /** Since when sessions have been there, and how many attempts that took. */
  readonly #since = new WeakMap<BaseSession, { readonly at: number; readonly attempt: number }>();

  constructor(gateway: BaseGateway, make: (user: StoredUser) => BaseSession) {
    this.#gateway = gateway;
    this.#make = make;
    this.#logins = new Deadlines(gateway.clock, LOGIN_LIMIT);
  }

  /** The session of a bare or full JID. */
  get(jid: string): BaseSession | undefined {
    return this.#sessions.get(bareOf(jid));
  }

  [Symbol.iterator](): IterableIterator<BaseSession> {
    return this.#sessions.values();
  }

  /** How many there are in each state. */
  get states(): ReadonlyMap<string, number> {
    const states = new Map<string, number>();
    for (const { readiness } of this) states.set(readiness.state, (states.get(readiness.state) ?? 0) + 1);
    return states;
  }

  add(user: StoredUser): BaseSession {
    const session = this.#make(user);
    this.#sessions.set(user.jid.bare, session);
    return session;
  }

  remove(session: BaseSession): void {
    this.#cancelRetry(session);
    session.readiness.set('gone');
    if (this.#sessions.get(session.user.jid.bare) === session) this.#sessions.delete(session.user.jid.bare);
  }

  /** Logs in all sessions. */
  async start(): Promise<void> {
    await inParallel([...this.#sessions.values()], PARALLEL_LOGINS, (session) => this.login(session));
  }

  /**
   * Logs in, tells the user how it went, and tries again where that makes sense. Never rejects.
   * @param greet called when the gateway is in the user's roster, or known not to be.
   */
  async login(session: BaseSession, greet?: () => void): Promise<void> {
    const attempt = (this.#retries.get(session)?.attempt ?? -1) + 1;
    this.#cancelRetry(session);
    session.readiness.set('logging-in');
    const { rosters } = this.#gateway;
    let isListed = true;
    try {
      isListed = await rosters.addGateway(session);
      if (!this.#isCurrent(session)) return;
      greet?.();
      session.sendGatewayStatus('Logging in…', 'dnd');
      const status = (await this.#logins.limit(() => session.login() as Promise<string | undefined>)) ?? 'Logged in';
      // Who has left meanwhile was logged out before it had logged in.
      if (!this.#isCurrent(session)) return await session.logout().catch((late) => this.#gateway.exception(late));
      session.readiness.set('logged-in');
      session.sendGatewayStatus('Fetching contacts…', 'dnd');
      await session.contacts.load();
      if (this.#gateway.groups) {
        session.sendGatewayStatus('Fetching groups…', 'dnd');
        await session.bookmarks.load();
        startReadSync(session).catch((error) => this.#gateway.exception(error));
      }
      this.#since.set(session, { at: this.#gateway.clock.now(), attempt });
      session.readiness.set('ready');
      session.sendGatewayStatus(status, 'chat');
      // Clients that are online already said so before there was anybody to hear it.
      this.#gateway.sendPresence({ to: session.user.jid.bare, type: 'probe' });
    } catch (error) {
      // It may still come: then it is not wanted any more.
      if (error instanceof Expired) await session.logout().catch((late) => this.#gateway.exception(late));
      if (this.#isCurrent(session)) this.#failed(session, error, attempt, RETRY);
      return;
    } finally {
      // COMPAT(Prosody 0.12): a probe takes back a request that waits for the user. So this comes after it.
      if (!isListed && this.#isCurrent(session)) rosters.askForGateway(session);
    }
    await fetchUserAvatar(session).catch((error) => this.#gateway.exception(error));
  }

  /** The connection to the network is no more: it is made again, unless the user must do something first. */
  lost(session: BaseSession, reason: unknown): void {
    if (!this.#isCurrent(session) || !session.readiness.logged) return;
    const { at = 0, attempt = 0 } = this.#since.get(session) ?? {};
    const isStable = this.#gateway.clock.now() - at >= STABLE;
    this.#failed(session, reason, isStable ? 0 : attempt + 1, RECONNECT);
  }

  /** Logs out. Never rejects. */
  async logout(session: BaseSession): Promise<void> {
    this.#cancelRetry(session);
    session.readiness.set('logged-out');
    session.bookmarks.close();
    try {
      await session.logout();
    } catch (error) {
      this.#gateway.exception(error);
    }
    await session.contacts.flush();
    await session.bookmarks.flush();
  }

  /** Says goodbye in the name of all contacts, and logs everybody out. */
  async stop(): Promise<void> {
    await Promise.all(
      [...this.#sessions.values()].map(async (session) => {
        for (const contact of session.contacts) contact.sendGoodbye();
        this.#gateway.sendPresence({ to: session.user.jid.bare, type: 'unavailable' });
        await this.logout(session);
        // A picture that is still being fetched would come after the end of the store.
        session.contacts.stopSaving();
        session.bookmarks.stopSaving();
      }),
    );
    this.#logins.stop();
  }

  /** A user who has unregistered, or changed the registration, has another session, or none. */
  #isCurrent(session: BaseSession): boolean {
    return this.#sessions.get(session.user.jid.bare) === session;
  }

  #failed(session: BaseSession, error: unknown, attempt: number, backoff: Backoff): void {
    const { clock, log } = this.#gateway;
    session.readiness.set('failed');
    if (!(error instanceof StanzaError)) {
      hideIn(error, secretTexts(session.user.legacyModuleData, this.#gateway.registrationFields));
      this.#gateway.exception(error);
    }
    const told = error instanceof StanzaError && error.text !== '' ? error.text : 'The login failed.';
    // What the user must do something about is not tried again: too many wrong passwords lock accounts.
    const isTemporary = !(error instanceof StanzaError) || error.type === 'wait';
    session.sendGatewayStatus(told, 'dnd');
    // Said once: the status shows it all the time. What the user must do is always said.
    if (attempt === 0 || !isTemporary) {
      const next = isTemporary
        ? 'I will try again.'
        : 'Write "re-login" to try again, or "re-register" for other credentials.';
      session.sendGatewayMessage(`You are not logged in: ${told} ${next}`);
    }
    if (!isTemporary) return;
    const ms = delayBefore(attempt, backoff);
    log.info({ user: session.user.jid.bare, retryIn: ms }, 'login failed, will try again');
    const cancel = clock.after(ms, () => void this.login(session));
    this.#retries.set(session, { attempt, cancel });
  }

  #cancelRetry(session: BaseSession): void {
    this.#retries.get(session)?.cancel();
    this.#retries.delete(session);
  }
}
