/**
 * Several processes that serve one component together, over one PostgreSQL database and a server that spreads what comes
 * over their connections by its sender (ejabberd's `domain_balancing`).
 *
 * A user's session lives in one worker, by a lease in the database. Nobody but the server knows which worker it has
 * chosen for a user: whichever a stanza of the user reaches takes the lease, at once when nobody has it or its holder is
 * dead, else after the holder has let go. Stanzas of the user wait for that.
 */

import { type Element, errorReply, iq, JID, parse, StanzaError, serialize, sleep } from '../../stanza/index.ts';
import { info } from '../../xep/0030-disco.ts';
import { LimitError, XmppError } from '../errors.ts';
import type { BaseGateway } from '../gateway.ts';
import { isAnswerable } from '../incoming/outcome.ts';
import { Lanes, within } from '../serial.ts';
import type { BaseSession } from '../session.ts';
import type { Tenancy } from '../store/tenancy.ts';
import { Bus } from './bus.ts';
import { Calls } from './calls.ts';
import { askerOf } from './request-ids.ts';

/** What a worker needs of the gateway besides what everybody may use. */
export interface WorkersOptions {
  readonly gateway: BaseGateway;
  /** The number of this one. */
  readonly number: number;
  readonly listen: NonNullable<Tenancy['listen']>;
  /** Takes a stanza of somebody whose place is known now. */
  readonly receive: (stanza: Element) => void;
  /** Takes an answer to a request of ours. */
  readonly takeAnswer: (answer: Element) => void;
  /** Resolves when the server has read everything said so far. */
  readonly fenced: () => Promise<void>;
  /** Writes what another worker had for the server. Resolves when that has been read. */
  readonly sendFor: (xml: readonly string[]) => Promise<void>;
  readonly isOnline: () => boolean;
}

/** Stanzas of one person that wait at most until it is known where they belong. */
const MAX_HELD = 1000;

/** Users who are asked for at a time. */
const PAGE = 500;

/** Milliseconds after which those are asked for again whom nobody has. */
const LOCATE_INTERVAL = 60_000;

/** Milliseconds that hooks may take to end when a user moves, that logging out may take, and the server to read all. */
const DRAIN_PATIENCE = 5000;
const LOGOUT_PATIENCE = 5000;
const FENCE_PATIENCE = 30_000;
/** Milliseconds that all of that takes at most, with what lies between. */
const LEAVE_PATIENCE = 45_000;

/** Milliseconds between looks whether a worker that is to let go has died. */
const SEIZE_INTERVAL = 500;

/** Milliseconds after which a worker is asked once more to let go. */
const ASK_AGAIN = 3000;

/** Milliseconds between looks whether the server is back. */
const LINK_INTERVAL = 100;

/** Milliseconds that others have for what an administrator asks of them. */
const TASK_PATIENCE = 10_000;

/** Milliseconds within which nobody moves twice, unless the server sends what a user says to any worker. */
const FLAPPING = 60_000;

export class Workers {
  /** The number of this one. */
  readonly number: number;
  readonly #options: WorkersOptions;
  readonly #gateway: BaseGateway;
  readonly #bus: Bus;
  readonly #calls: Calls;
  /** Stanzas that wait until it is known where their senders live, by bare JID. */
  readonly #held = new Map<string, Element[]>();
  /** Users come and go one step after the other. */
  readonly #moves = new Lanes();
  /** Users who are moving to other workers. */
  readonly #leaving = new Set<string>();
  /** What dead workers had for the server is being sent, by their numbers. */
  readonly #sending = new Map<number, Promise<void>>();
  /** When users have left, lately. */
  readonly #left = new Map<string, number>();
  /** Resolves when it is known who lives here. */
  #started: Promise<void>;
  #start: () => void = () => {};
  #cancelLocating: () => void = () => {};
  #isLocating = false;
  #isClosed = false;

  constructor(options: WorkersOptions) {
    const { gateway, number, listen } = options;
    this.#options = options;
    this.#gateway = gateway;
    this.number = number;
    this.#started = new Promise((resolve) => {
      this.#start = resolve;
    });
    const { clock, newId, store, jid } = gateway;
    const onError = (error: unknown) => gateway.exception(error);
    const notify = (channel: string, parts: readonly string[]) => store.notify(channel, parts);
    this.#bus = new Bus({ jid, worker: number, listen, notify, newId, onError });
    const leave = (userJid: string, userId: number, to: number) => this.#letGo(userJid, userId, to);
    const tasks = { ...gateway.administration.tasks, leave };
    this.#calls = new Calls({ bus: this.#bus, tasks, clock, newId, onError });
    this.#bus.on('iq', (xml) => options.takeAnswer(parse(xml as string)));
    this.#bus.on('privileges', (xml) => void gateway.privileges.handle(parse(xml as string)));
  }

  /** Begins to hear the others. */
  open(): Promise<void> {
    return this.#bus.open();
  }

  /** It is known who lives here: from now on users can move. */
  started(): void {
    this.#start();
  }

  /** The process stops: nobody comes any more, and those who are here stay until somebody else has its number. */
  close(): void {
    this.#isClosed = true;
    this.#isLocating = false;
    this.#cancelLocating();
  }

  /** The server is there. Each of the users whom nobody has is asked for a sign, which reaches their worker. */
  online(): void {
    // If there is no place for us, this finds it out.
    this.#options.fenced().catch(() => undefined);
    if (this.#isLocating) return;
    this.#isLocating = true;
    this.#locate().catch((error) => this.#gateway.exception(error));
  }

  /**
   * Whether a stanza is not to be handled here and now: it is for another worker, or its sender may live in one and is
   * fetched from there; then it comes again.
   */
  takes(stanza: Element, from: JID): boolean {
    if (from.domain === this.#gateway.jid) return false;
    if (from.local === '') return this.#passesOn(stanza);
    const { bare } = from;
    const held = this.#held.get(bare);
    if (held !== undefined) {
      if (held.length < MAX_HELD) held.push(stanza);
      else this.#refuse(stanza, new LimitError('Too many of your messages wait to be sent.'));
      return true;
    }
    if (this.#gateway.sessions.get(bare) !== undefined && !this.#leaving.has(bare)) return false;
    this.#held.set(bare, [stanza]);
    void this.#place(bare);
    return true;
  }

  /** Takes somebody who has just registered. */
  async take(userId: number): Promise<void> {
    await this.#gateway.store.leases.take(userId);
  }

  /** What a server grants it says to one of us: to the same one for all. */
  tellPrivileges(stanza: Element): void {
    this.#tell('all', 'privileges', stanza);
  }

  /** Has all others do something. Returns what those have answered that do answer. */
  async askAll(name: string, ...args: readonly unknown[]): Promise<unknown[]> {
    const { store, jid } = this.#gateway;
    const others = (await store.leases.liveWorkers(jid)).filter((worker) => worker !== this.number);
    const answers = await Promise.allSettled(others.map((each) => this.#calls.ask(each, TASK_PATIENCE, name, ...args)));
    return answers.flatMap((answer) => {
      if (answer.status === 'fulfilled') return [answer.value];
      // One that has just died has nothing to say; what another has refused, the one who asks must hear.
      if (isSilence(answer.reason)) return [];
      throw answer.reason;
    });
  }

  #tell(to: number | 'all', topic: string, stanza: Element): void {
    this.#bus.tell(to, topic, serialize(stanza)).catch((error) => this.#gateway.exception(error));
  }

  #passesOn(stanza: Element): boolean {
    const asker = askerOf(stanza);
    if (asker === undefined || asker === this.number) return false;
    this.#tell(asker, 'iq', stanza);
    return true;
  }

  /** Finds out whether somebody is a user of ours, or is so from now on; then what they have sent goes on its way. */
  async #place(jid: string): Promise<void> {
    let failure: StanzaError | undefined;
    try {
      await this.#moves.run(jid, () => this.#fetch(jid));
    } catch (error) {
      failure = this.#gateway.asStanzaError(error);
    }
    const held = this.#held.get(jid) ?? [];
    this.#held.delete(jid);
    for (const stanza of held) {
      if (failure === undefined) this.#options.receive(stanza);
      else this.#refuse(stanza, failure);
    }
  }

  async #fetch(jid: string): Promise<void> {
    const gateway = this.#gateway;
    await this.#started;
    const user = await gateway.store.users.get(jid);
    if (user === undefined || !gateway.isAllowed(user.jid)) return;
    if (this.#isClosed) throw moving();
    await this.#acquire(jid, user.id);
    // Somebody who has just registered has one.
    if (gateway.sessions.get(jid) !== undefined) return;
    // What the one before has changed of the user is stored by now.
    const session = gateway.sessions.add((await gateway.store.users.get(jid)) ?? user);
    await gateway.inbox.recover(session);
    gateway.log.info({ user: jid, worker: this.number }, 'lives here');
    void gateway.sessions.login(session);
  }

  /** @throws XmppError when another worker has the user and does not let go. */
  async #acquire(jid: string, userId: number): Promise<void> {
    const { leases } = this.#gateway.store;
    for (let attempt = 0; attempt < 3; attempt++) {
      const holder = await leases.take(userId);
      if (holder === this.number) return;
      if (await this.#seize(userId, holder)) continue;
      await this.#handedOver(holder, jid, userId);
    }
    throw moving();
  }

  /**
   * Takes a user from a worker, if that is dead. What it had for the server is sent before: it would come after what we
   * will have for the user, when somebody else serves under its number.
   * @returns whether it does not have the user any more.
   */
  async #seize(userId: number, from: number): Promise<boolean> {
    const { leases } = this.#gateway.store;
    const seize = () => leases.seize(userId, from, this.#gateway.jid);
    let seizure = await seize();
    if (seizure === 'unsent') {
      await this.#sendFor(from);
      seizure = await seize();
    }
    return seizure === 'taken' || seizure === 'moved';
  }

  /** Sends what a dead worker had for the server. Once, however many of its users come. */
  #sendFor(from: number): Promise<void> {
    let sending = this.#sending.get(from);
    if (sending === undefined) {
      const { store, jid, log } = this.#gateway;
      sending = store.leases
        .sendFor(from, jid, this.#options.sendFor)
        .then(
          (isSent) => {
            if (isSent) log.info({ worker: from }, 'sent what a process had that is no more');
          },
          (error) => log.debug({ worker: from, reason: String(error) }, 'cannot send yet what a process had'),
        )
        .finally(() => this.#sending.delete(from));
      this.#sending.set(from, sending);
    }
    return sending;
  }

  /** Has the holder let go; takes over from it when it dies meanwhile. */
  async #handedOver(holder: number, jid: string, userId: number): Promise<void> {
    const { clock } = this.#gateway;
    const end = clock.now() + LEAVE_PATIENCE;
    let isOver = false;
    const asked = new Promise<void>((resolve, reject) => {
      const ask = () => {
        const answer = this.#calls.ask(holder, end - clock.now(), 'leave', jid, userId, this.number);
        answer.then(
          () => resolve(),
          (error) => (isSilence(error) ? resolve() : reject(error)),
        );
      };
      ask();
      // One that has just taken its number may not hear anything yet.
      clock.after(ASK_AGAIN, () => isOver || ask());
    }).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await within(clock, SEIZE_INTERVAL, asked);
      if (isOver) break;
      if (await this.#seize(userId, holder)) {
        isOver = true;
        return;
      }
    }
    await asked;
  }

  async #letGo(jid: string, userId: number, to: number): Promise<void> {
    await this.#started;
    await this.#moves.run(jid, async () => {
      // Who wants the user will find us dead.
      if (this.#isClosed) await new Promise(() => {});
      const session = this.#gateway.sessions.get(jid);
      this.#leaving.add(jid);
      try {
        if (session?.userId === userId) {
          this.#warnOfFlapping(jid);
          await this.#leave(session);
        }
        await this.#gateway.store.leases.give(userId, to);
      } finally {
        this.#leaving.delete(jid);
      }
    });
  }

  /** What has begun ends, what waits is left to the next one. */
  async #leave(session: BaseSession): Promise<void> {
    const gateway = this.#gateway;
    const { clock } = gateway;
    await gateway.inbox.leave(session, DRAIN_PATIENCE);
    await within(clock, LOGOUT_PATIENCE, gateway.sessions.logout(session));
    session.contacts.stopSaving();
    session.bookmarks.stopSaving();
    gateway.sessions.remove(session);
    await gateway.store.roomMessages.flush();
    // What we have for the user goes out before what the next worker will have.
    await this.#allRead(FENCE_PATIENCE);
    gateway.log.info({ user: session.user.jid.bare, worker: this.number }, 'has moved to another process');
  }

  /** Resolves when the server has read everything, when it is back if it is away; or when time is over. */
  async #allRead(ms: number): Promise<void> {
    const { clock } = this.#gateway;
    const end = clock.now() + ms;
    let isRead = false;
    const look = async () => {
      await this.#options.fenced();
      isRead = true;
    };
    while (!isRead && clock.now() < end) {
      await within(clock, end - clock.now(), look());
      if (!isRead) await sleep(clock, LINK_INTERVAL);
    }
  }

  /** @param jid of a user who moves. */
  #warnOfFlapping(jid: string): void {
    const now = this.#gateway.clock.now();
    const before = this.#left.get(jid);
    for (const [each, at] of this.#left) if (now - at >= FLAPPING) this.#left.delete(each);
    this.#left.set(jid, now);
    if (before === undefined || now - before >= FLAPPING) return;
    this.#gateway.log.warn(
      { user: jid },
      'the server sends what one user says to several processes: domain_balancing must be of type bare_source',
    );
  }

  async #locate(): Promise<void> {
    const gateway = this.#gateway;
    await this.#started;
    if (this.number === 0) await this.#closeNumbers();
    const jids = (await gateway.store.users.jidsWithoutLease()).filter((jid) => gateway.isAllowed(JID.parse(jid)));
    for (const [i, to] of jids.entries()) {
      if (!this.#isLocating || !this.#options.isOnline()) break;
      // An error is an answer too.
      gateway.sendTransient(iq({ type: 'get', from: gateway.jid, to, id: `locate-${gateway.newId()}` }, QUESTION));
      if (i % PAGE === PAGE - 1) await gateway.drained();
    }
    if (!this.#isLocating) return;
    this.#cancelLocating = gateway.clock.after(LOCATE_INTERVAL, () => {
      this.#locate().catch((error) => gateway.exception(error));
    });
  }

  /** There were more workers before: nobody will have their users unless they are asked for. */
  async #closeNumbers(): Promise<void> {
    const { config, store } = this.#gateway;
    for (const from of await store.leases.leftBy(config.workers)) {
      await this.#sendFor(from);
      await store.leases.drop(from);
    }
  }

  #refuse(stanza: Element, reason: StanzaError): void {
    // Not stored: a flood must not reach the disk.
    if (stanza.name !== 'presence' && isAnswerable(stanza)) this.#gateway.sendTransient(errorReply(stanza, reason));
  }
}

const QUESTION = info.build({ identities: [], features: [], forms: [] });

function moving(): XmppError {
  return new XmppError('recipient-unavailable', 'Your session is moving. Please try again later.', { type: 'wait' });
}

function isSilence(error: unknown): boolean {
  return error instanceof StanzaError && error.condition === 'remote-server-timeout';
}
