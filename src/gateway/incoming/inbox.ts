/**
 * What users do in chats, on its way to the plugin.
 *
 * What changes something on the network is stored before the plugin is asked to do it, and what became of it is stored
 * with the answer to the sender: after a crash it is known what to do again, and what nobody can know. Everything of one
 * chat keeps its order; different chats do not wait for each other, and a hook that hangs or fails ends only its event.
 */

import { setMaxListeners } from 'node:events';
import { crc32 } from 'node:zlib';
import { JID, parse, StanzaError, serialize, sleep } from '../../stanza/index.ts';
import { delayBefore } from '../../stanza/stream/backoff.ts';
import { originIdOf } from '../../xep/0359-stanza-ids.ts';
import { Deadlines, Expired } from '../deadlines.ts';
import { LimitError, XmppError } from '../errors.ts';
import type { BaseGateway } from '../gateway.ts';
import { keptSince } from '../retention.ts';
import { within } from '../serial.ts';
import type { BaseSession } from '../session.ts';
import type { StoredEvent } from '../store/journal-queries.ts';
import type { Arrival } from '../store/turn.ts';
import { BackPressure } from './back-pressure.ts';
import { Event } from './event.ts';
import { ended, handle, refuse, uncertain } from './outcome.ts';
import { hand, Queues } from './queues.ts';
import { type Incoming, type Route, repeatTaken } from './route.ts';

/** Events of one user that may wait at the same time; more are refused. */
const MAX_WAITING = 1000;

/** Attempts at an event that fails for the moment, besides the first. */
const RETRIES = 3;

/** Milliseconds after which what is stored is read again when it could not be. */
const READ_AGAIN = 1000;

/** Milliseconds that an event waits for the login at most. */
const LOGIN_PATIENCE = 10_000;

/** Milliseconds that what was left from the last time waits for the login at most. */
const RECOVERY_PATIENCE = 600_000;

type Reroute = (incoming: Incoming) => Route | undefined;

export class Inbox {
  readonly #gateway: BaseGateway;
  readonly #reroute: Reroute;
  readonly #deadlines: Deadlines;
  readonly #longDeadlines: Deadlines;
  readonly #stopping = new AbortController();
  readonly #pressure: BackPressure;
  readonly #queues = new Queues();

  /** `reroute` finds the route of a stanza that was stored. */
  constructor(gateway: BaseGateway, reroute: Reroute) {
    this.#gateway = gateway;
    this.#reroute = reroute;
    const { clock, config } = gateway;
    this.#pressure = new BackPressure(clock, (paused) => gateway.pauseReading(paused));
    // As many wait for it as there are chats in which something is tried again.
    setMaxListeners(0, this.#stopping.signal);
    this.#deadlines = new Deadlines(clock, config.hookTimeout * 1000);
    this.#longDeadlines = new Deadlines(clock, (config.hookTimeout + config.attachmentTimeout) * 1000);
  }

  /** Takes what a registered user has sent. */
  take(route: Route, incoming: Incoming, session: BaseSession): void {
    const lane = incoming.to.bare;
    if (!route.isLasting) {
      this.#run(session, lane, () => this.#deadlines.limit(() => handle(route, incoming))).then(
        () => ended(incoming),
        (error) => refuse(incoming, error),
      );
      return;
    }
    if (session.waiting >= MAX_WAITING) {
      refuse(incoming, new LimitError('Too many of your messages wait to be sent.'));
      return;
    }
    const { journal } = this.#gateway.store;
    const isNext = session.lanes.isIdle(lane) && session.readiness.state === 'ready' && !session.idempotentSends;
    const event = new Event(journal, journal.newId(), incoming, isNext);
    const { id, stanza } = event;
    const arrived = journal.arrive({
      id,
      user_id: session.userId,
      chat: incoming.to.local,
      stanza_id: stanza.attrs.id ?? originIdOf(stanza) ?? `~${id}`,
      digest: crc32(stanza.getChildText('body') ?? '') | 0,
      // One that is next is given to the plugin as soon as it is stored.
      state: isNext ? 'handed' : 'pending',
      xml: serialize(stanza),
    });
    const queue = this.#queues.at(session.userId, lane);
    queue.push(event);
    this.#run(session, lane, async () => {
      const admitted = await this.#admitted(event, session, await arrived);
      if (admitted !== undefined) await this.#play(admitted, session, route, queue);
      this.#queues.leave(session.userId, lane, event);
      ended(incoming);
    });
  }

  /** Goes on with what was left from the last time, of all users or of one. Before anything new comes. */
  async recover(only?: BaseSession): Promise<void> {
    const some = only === undefined ? [...this.#gateway.sessions] : [only];
    const sessions = new Map(some.map((session) => [session.userId, session]));
    for (const stored of await this.#gateway.store.journal.stored.open(only?.userId)) {
      const session = sessions.get(stored.userId);
      if (session !== undefined) this.resume(stored, session);
    }
  }

  /** Goes on with an event that is stored. */
  resume(stored: StoredEvent, session: BaseSession): void {
    const lane = new JID(stored.chat, this.#gateway.jid).bare;
    this.#run(session, lane, async () => {
      const { journal } = this.#gateway.store;
      const xml = await this.#xmlOf(stored);
      if (xml === undefined || xml === '' || this.#isStopping || session.isLeaving) return;
      const stanza = parse(xml);
      const addresses = { from: JID.parse(stanza.attrs.from ?? ''), to: JID.parse(stanza.attrs.to ?? '') };
      const event = new Event(journal, stored.id, { gateway: this.#gateway, stanza, ...addresses }, false);
      const { journalMaxDays } = this.#gateway.config;
      if (stored.at.getTime() < keptSince(this.#gateway.clock, journalMaxDays)) {
        return event.end('failed', new XmppError('remote-server-timeout', 'It has waited for too long.'));
      }
      if (stored.state === 'handed' && !session.idempotentSends) {
        return event.end('unknown', uncertain());
      }
      await session.readiness.wait(RECOVERY_PATIENCE);
      // Rooms are known by now.
      const route = this.#reroute(event.incoming);
      if (route !== undefined) await this.#play(event, session, route, []);
    });
  }

  /**
   * Begins nothing more of a user who moves to another process. Resolves when what has begun is done, or time is over;
   * what is not done then is the other's.
   */
  async leave(session: BaseSession, ms: number): Promise<void> {
    session.isLeaving = true;
    // Those that wait for a login need not any more.
    session.readiness.set('gone');
    const idle = new Promise<void>((resolve) => {
      session.onIdle = resolve;
      if (session.waiting === 0) resolve();
    });
    await within(this.#gateway.clock, ms, idle);
  }

  /** A request, for as long as that may take: some wait for people. @throws Expired when it takes longer. */
  limitRequest<T>(task: () => Promise<T> | T): Promise<T> {
    return this.#longDeadlines.limit(task);
  }

  /** What was given up. */
  async parked(): Promise<readonly Parked[]> {
    const users = await this.#gateway.store.users.names();
    return (await this.#gateway.store.journal.stored.parked()).map(({ id, userId, chat, at, error = '' }) => ({
      id: id.toString(36),
      user: users.get(userId) ?? '',
      chat: new JID(chat, this.#gateway.jid).bare,
      at,
      error,
    }));
  }

  /** Tries again, or forgets, what was given up: one event, or all. Returns how many there were. */
  async decide(action: Action, which: string | undefined): Promise<number> {
    const { journal } = this.#gateway.store;
    const sessions = new Map([...this.#gateway.sessions].map((session) => [session.userId, session]));
    const all = await journal.stored.parked();
    const chosen = all.filter(({ id, userId }) => {
      // Whom another process has, that decides about.
      if (this.#gateway.workers !== undefined && !sessions.has(userId)) return false;
      return which === undefined || id.toString(36) === which;
    });
    for (const event of chosen) {
      const session = sessions.get(event.userId);
      if (action === 'drop') await journal.stored.drop(event.id);
      else if (session !== undefined) {
        journal.end(event.id, 'pending');
        this.resume({ ...event, state: 'pending' }, session);
      }
    }
    return chosen.length;
  }

  /** Begins nothing more: what comes is stored for the next time. Resolves when what has begun is done, or time is over. */
  async stop(ms: number): Promise<void> {
    this.#stopping.abort(new Error('the gateway stops'));
    await this.#pressure.idle(ms);
    this.#deadlines.stop();
    this.#longDeadlines.stop();
  }

  /** The database may be away for a moment: what it has must not be forgotten for that. Rejects when the gateway stops. */
  async #xmlOf({ id }: StoredEvent): Promise<string | undefined> {
    const { store, clock } = this.#gateway;
    for (;;) {
      try {
        return await store.journal.stored.xml(id);
      } catch (error) {
        this.#gateway.exception(error);
        await sleep(clock, READ_AGAIN, this.#stopping.signal);
      }
    }
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #run(session: BaseSession, lane: string, task: () => Promise<void>): Promise<void> {
    session.waiting++;
    this.#pressure.begin();
    const run = session.lanes.run(lane, task);
    const done = () => {
      if (--session.waiting === 0) session.onIdle?.();
      this.#pressure.end();
    };
    run.then(done, done);
    return run;
  }

  /** What is to be done about an event that has come: nothing, if it came before. */
  async #admitted(event: Event, session: BaseSession, arrival: Arrival): Promise<Event | undefined> {
    if (arrival === 'new') return event;
    const { incoming } = event;
    if (arrival === 'lost') {
      refuse(incoming, new XmppError('internal-server-error', 'It could not be stored. Please try again later.'));
      return undefined;
    }
    switch (arrival.state) {
      case 'pending':
      case 'handed':
        return undefined;
      case 'sent':
        // Sent again, because the answer did not arrive.
        if (await session.readiness.wait(0)) {
          await repeatTaken(incoming).catch((error) => {
            // Who is not there any more needs no receipt.
            if (!(error instanceof StanzaError)) this.#gateway.exception(error);
          });
        }
        return undefined;
      default:
        // The sender was told that it failed, and tries again.
        return event.reopened(arrival.id);
    }
  }

  async #play(event: Event, session: BaseSession, route: Route, queue: readonly Event[]): Promise<void> {
    const { incoming } = event;
    for (let attempt = 0; ; attempt++) {
      if (session.readiness.state !== 'ready' && !(await this.#isReady(session)) && !session.isLeaving) {
        return event.end('failed', notReady(incoming));
      }
      if (this.#isStopping || session.isLeaving) return event.pend();
      try {
        if (!event.isHanded && !session.idempotentSends) {
          await hand(event, queue);
        }
        await (route.takesLong ? this.#longDeadlines : this.#deadlines).limit(() => handle(route, incoming));
        return event.sent();
      } catch (error) {
        if (!(await this.#triesAgain(event, session, error, attempt, queue))) return;
      }
    }
  }

  /** Waits for the login; when the user changes the registration meanwhile, for that of the session that comes then. */
  async #isReady(session: BaseSession): Promise<boolean> {
    if (await session.readiness.wait(LOGIN_PATIENCE)) return true;
    const next = this.#gateway.sessions.get(session.user.jid.bare);
    return session.readiness.state === 'gone' && next !== undefined && next.readiness.wait(LOGIN_PATIENCE);
  }

  /** Returns whether an event that has failed is to be tried again now. */
  async #triesAgain(
    event: Event,
    session: BaseSession,
    error: unknown,
    attempt: number,
    queue: readonly Event[],
  ): Promise<boolean> {
    const { clock } = this.#gateway;
    if (event.isSent) {
      // The plugin has taken it; what went wrong came afterwards.
      this.#gateway.exception(error);
      return false;
    }
    if (error instanceof Expired) {
      this.#gateway.log.warn({ to: event.incoming.to.bare, id: event.stanza.attrs.id }, 'a hook did not end in time');
      event.end('unknown', error);
      return false;
    }
    if (!isTemporary(error, session)) {
      event.end('failed', error);
      return false;
    }
    if (attempt === RETRIES) {
      event.end('parked', error);
      return false;
    }
    for (const each of new Set([event, ...queue])) if (each.isHanded) each.pend();
    const ms = delayBefore(attempt * 2, { initial: 1000, max: 60_000, random: Math.random });
    return sleep(clock, ms, this.#stopping.signal).then(
      () => true,
      () => false,
    );
  }
}

/** What can be done about what was given up. */
export type Action = 'retry' | 'drop';

/** An event that was given up, for those who decide about it. */
export interface Parked {
  readonly id: string;
  /** Bare JIDs. */
  readonly user: string;
  readonly chat: string;
  readonly at: Date;
  readonly error: string;
}

/** Whether the plugin says that it can be tried again. What may have arrived is not, unless that does no harm. */
function isTemporary(error: unknown, { idempotentSends }: BaseSession): boolean {
  if (!(error instanceof StanzaError) || error.type !== 'wait' || error instanceof LimitError) return false;
  return idempotentSends || error.condition !== 'remote-server-timeout';
}

function notReady({ gateway, from }: Incoming): XmppError {
  if (gateway.sessions.get(from.bare) === undefined) return new XmppError('registration-required', 'You have left.');
  return new XmppError('recipient-unavailable', 'You are not logged in to the network. Please try again later.');
}
