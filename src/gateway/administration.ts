/** What administrators ask of the whole gateway, in however many processes it runs. */

import { JID } from '../stanza/index.ts';
import { XmppError } from './errors.ts';
import type { BaseGateway } from './gateway.ts';
import type { Action, Parked } from './incoming/inbox.ts';
import type { LogLevel } from './log.ts';
import { type Life, lifeOf, lifeOfStored, together } from './watch/explain.ts';

/** A user, for administrators. */
export interface UserState {
  /** Bare. */
  readonly jid: string;
  /** The day of the registration, as 2026-01-31. */
  readonly since: string;
  readonly state: string;
}

/**
 * What one process does for administrators: it is asked by name, and all arguments and results are values of JSON. `null`
 * is the answer about somebody whom it does not have.
 */
function tasksOf(gateway: BaseGateway) {
  return {
    users: (): UserState[] =>
      [...gateway.sessions].map(({ user, readiness }) => ({
        jid: user.jid.bare,
        since: user.registrationDate.toISOString().slice(0, 10),
        state: readiness.state,
      })),

    announce(text: string): number {
      const sessions = [...gateway.sessions];
      for (const session of sessions) session.sendGatewayMessage(text);
      return sessions.length;
    },

    async reLogin(jid: string): Promise<string | null> {
      const session = gateway.getSessionFromJid(jid);
      if (session === undefined) return null;
      await session.reLogin();
      return session.readiness.state;
    },

    async unregister(jid: string): Promise<true | null> {
      const session = gateway.getSessionFromJid(jid);
      if (session === undefined) return null;
      await gateway.unregisterUser(session.user);
      return true;
    },

    logLevel(level: LogLevel): void {
      gateway.log.level = level;
    },

    verbose: (jid: string, isVerbose: boolean): void => gateway.watch.setVerbose(jid, isVerbose),

    remembered: (id: string): Life[] => gateway.watch.find(id).map(lifeOf),

    decide: (action: Action, which?: string): Promise<number> => gateway.inbox.decide(action, which),
  };
}

type Tasks = ReturnType<typeof tasksOf>;
type Args<N extends keyof Tasks> = Parameters<Tasks[N]>;
type Result<N extends keyof Tasks> = Awaited<ReturnType<Tasks[N]>>;

export class Administration {
  /** What this process does of it: for others, and for its own HTTP port. @internal */
  readonly tasks: Tasks;
  readonly #gateway: BaseGateway;

  constructor(gateway: BaseGateway) {
    this.#gateway = gateway;
    this.tasks = tasksOf(gateway);
  }

  /** All who are registered, as far as they are logged in or are to be. */
  async users(): Promise<readonly UserState[]> {
    return (await this.#everywhere('users')).flat();
  }

  /** The bare JIDs of users. @throws XmppError when there is no such user. */
  async find<const T extends readonly string[]>(jids: T): Promise<{ [K in keyof T]: string }> {
    const known = new Set((await this.users()).map(({ jid }) => jid));
    const found = jids.map((jid) => {
      const bare = JID.tryParse(jid)?.bare;
      if (bare === undefined || !known.has(bare)) throw noUser(jid);
      return bare;
    });
    return found as { [K in keyof T]: string };
  }

  /** Writes to all users, in the name of the gateway. Returns how many they are. */
  async announce(text: string): Promise<number> {
    return sum(await this.#everywhere('announce', text));
  }

  /** Logs a user out of the network and in again. Returns the state of the session. @throws XmppError when there is none. */
  reLogin(jid: string): Promise<string> {
    return this.#whereTheyAre('reLogin', jid);
  }

  /** Removes a user and everything that is stored for them. @throws XmppError when there is none. */
  async unregister(jid: string): Promise<void> {
    await this.#whereTheyAre('unregister', jid);
  }

  /** Changes how much is logged, until the next start. */
  async setLogLevel(level: LogLevel): Promise<void> {
    await this.#everywhere('logLevel', level);
  }

  /** Logs everything about a user, from now on or no more. The user may move to another process. */
  async setVerbose(jid: string, isVerbose: boolean): Promise<void> {
    await this.#everywhere('verbose', jid, isVerbose);
  }

  /** What plugins could not send after several attempts. */
  parked(): Promise<readonly Parked[]> {
    return this.#gateway.inbox.parked();
  }

  /** Tries again, or forgets, what was given up: one event, or all. Returns how many there were. */
  async decide(action: Action, which: string | undefined): Promise<number> {
    return sum(await this.#everywhere('decide', action, which));
  }

  /**
   * Tells the lives of the messages with this id, on either side: what the processes remember, and what is stored of
   * others, which survives a crash.
   */
  async explain(id: string): Promise<readonly Life[]> {
    const { store, jid } = this.#gateway;
    const remembered = (await this.#everywhere('remembered', id)).flat();
    // The name in the log is not stored.
    const ids = new Set([id, ...remembered.flatMap(({ trace, xmppId }) => (trace === id ? (xmppId ?? []) : []))]);
    const stored = await store.lives([...ids]);
    return together(
      remembered,
      stored.map((each) => lifeOfStored(each, jid)),
    );
  }

  async #everywhere<N extends keyof Tasks>(name: N, ...args: Args<N>): Promise<Result<N>[]> {
    const others = this.#gateway.workers?.askAll(name, ...args) ?? [];
    const task: (...args: never[]) => unknown = this.tasks[name];
    const ours = task(...(args as never[]));
    return [await ours, ...(await others)] as Result<N>[];
  }

  async #whereTheyAre<N extends 'reLogin' | 'unregister'>(name: N, jid: string): Promise<NonNullable<Result<N>>> {
    const results = await this.#everywhere(name, ...([jid] as Args<N>));
    const done = results.find((result) => result !== null);
    if (done === undefined || done === null) throw noUser(jid);
    return done;
  }
}

function noUser(jid: string): XmppError {
  return new XmppError('item-not-found', `There is no user ${jid}.`);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
