/**
 * A plugin in a process of its own: it is told over standard input what happens on its network, and says on standard
 * output what it is asked to do, one JSON object a line. `people.ts` is the other end.
 */

import { createInterface } from 'node:readline';
import type { BaseGateway, LegacyMUC } from '../../../src/gateway/index.ts';
import type { Call } from '../../support/plugin.ts';

/** Who or what does something. */
export interface Target {
  /** Id on the network. */
  readonly contact?: string;
  readonly room?: string;
  /** Somebody in the room: an id on the network, or a name with an "@" in front; "@" alone is the room itself. */
  readonly participant?: string;
}

/** What happens on the network: a method of the target is called, or a property set. */
export interface Order extends Target {
  readonly order: number;
  /** Bare JID. */
  readonly user: string;
  readonly verb: string;
  readonly args: readonly unknown[];
}

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Tells the other end of an exception that nobody has handled. */
export function reportException(error: unknown): void {
  say({ exception: error instanceof Error ? error.stack : String(error) });
}

/** Tells the other end of each call of a hook. */
export class Reported extends Array<Call> {
  readonly #user: () => string;

  constructor(user: () => string) {
    super();
    this.#user = user;
  }

  override push(...calls: Call[]): number {
    for (const call of calls) say({ hook: call[0], user: this.#user(), args: call.slice(1) });
    return super.push(...calls);
  }
}

/** From now on does what it is told. */
export function obeyOrders(gateway: BaseGateway): void {
  createInterface({ input: process.stdin }).on('line', (line) => obey(gateway, JSON.parse(line, revived)));
}

async function obey(gateway: BaseGateway, order: Order): Promise<void> {
  const { order: done, user, verb, args } = order;
  try {
    const target = await targetOf(gateway, user, order);
    const method: unknown = Reflect.get(target, verb);
    if (typeof method !== 'function') return void say({ done, result: Reflect.set(target, verb, args[0]) });
    const given = await Promise.all(args.map((arg) => (isTarget(arg) ? targetOf(gateway, user, arg) : arg)));
    const result: unknown = await method.apply(target, given);
    // What is no data is of no use to the other end.
    say({ done, ...(isData(result) && { result }) });
  } catch (error) {
    say({ done, error: String(error) });
  }
}

async function targetOf(gateway: BaseGateway, user: string, target: Target): Promise<object> {
  const session = gateway.getSessionFromJid(user);
  if (session === undefined) throw new Error(`${user} has no session`);
  if (target.room === undefined) {
    return target.contact === undefined ? session : session.contacts.byLegacyId(target.contact);
  }
  const room: LegacyMUC = await session.bookmarks.byLegacyId(target.room);
  const { participant } = target;
  if (participant === undefined) return room;
  if (participant === '@') return room.getSystemParticipant();
  if (participant.startsWith('@')) return room.getParticipant(participant.slice(1));
  return room.getParticipantByLegacyId(participant);
}

function isTarget(arg: unknown): arg is Target {
  return typeof arg === 'object' && arg !== null && ('contact' in arg || 'room' in arg);
}

function isData(result: unknown): boolean {
  return typeof result !== 'object' || result === null || Object.getPrototypeOf(result) === Object.prototype;
}

/** JSON knows no dates. */
function revived(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? new Date(value) : value;
}
