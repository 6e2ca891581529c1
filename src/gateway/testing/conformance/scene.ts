/** Where one case is played: a user, a contact, a group, and the network. */

import type { LegacyContact } from '../../contact.ts';
import type { LegacyMUC } from '../../muc/room.ts';
import type { BaseSession } from '../../session.ts';
import { ExpectationError, type Waiting } from '../kit/expectations.ts';
import type { TestKit } from '../kit/kit.ts';
import type { Message } from '../kit/message.ts';
import type { User } from '../kit/user.ts';
import type { HurriedClock } from './hurried-clock.ts';
import type { FakeNetwork, UserAct, Where } from './network.ts';

let texts = 0;

type ActOf<K extends UserAct['kind']> = Extract<UserAct, { kind: K }>;

export class Scene {
  readonly kit: TestKit;
  readonly user: User;
  readonly network: FakeNetwork;
  readonly #time: HurriedClock | undefined;
  #mark = 0;

  /** @param time the clock of the kit, if it is not a fake. */
  constructor(kit: TestKit, user: User, network: FakeNetwork, time?: HurriedClock) {
    this.kit = kit;
    this.#time = time;
    this.user = user;
    this.network = network;
  }

  get session(): BaseSession {
    return this.user.session;
  }

  /** The id of the person that the user talks to. */
  get person(): string {
    return this.network.people[0];
  }

  get group(): string {
    return this.network.groups?.[0] as string;
  }

  /** Where that person does something. */
  get where(): Where {
    return { from: this.person };
  }

  /** The id of the chat, as the network has it. */
  get chat(): string {
    return this.person;
  }

  contact(): Promise<LegacyContact> {
    return this.session.contacts.byLegacyId(this.person);
  }

  muc(): Promise<LegacyMUC> {
    return this.session.bookmarks.byLegacyId(this.group);
  }

  /** A text that nobody has said yet, and that tells whose it is. */
  fresh(text: string): string {
    return `${text} ${markOf(this.user.name)}${++texts}`;
  }

  /** What the user does from now on counts. */
  listen(): void {
    this.#mark = this.network.heard(this.session).length;
  }

  /** What the network has heard since then. */
  heard(): readonly UserAct[] {
    const all = this.network.heard(this.session);
    // After a restart a fake may begin again.
    return all.slice(all.length < this.#mark ? 0 : this.#mark);
  }

  /** Waits until the network has heard something. */
  async hears<K extends UserAct['kind']>(
    what: string,
    kind: K,
    isIt: (act: ActOf<K>) => boolean = () => true,
  ): Promise<ActOf<K>> {
    try {
      return await this.user.expects.becomes(`the network to hear ${what}`, () =>
        this.heard().find((act): act is ActOf<K> => act.kind === kind && isIt(act as ActOf<K>)),
      );
    } catch (error) {
      if (!(error instanceof ExpectationError)) throw error;
      const lines = this.heard().map((act) => `\n  – ${JSON.stringify(act)}`);
      const refusals = this.user.client.received.filter(({ attrs }) => attrs.type === 'error');
      const refused = refusals.length === 0 ? '' : `\nThe user got an error: ${refusals.at(-1)}`;
      throw new ExpectationError(
        `the network was to hear ${what}, and did not.${lines.length === 0 ? ' It heard nothing.' : `\nIt heard:${lines.join('')}`}${refused}`,
      );
    }
  }

  /** The user writes, and the network hears it. */
  async says(text = this.fresh('Hello')): Promise<{ readonly message: Message; readonly id: string }> {
    const message = await this.user.sends(text, { to: await this.contact() });
    const { id } = await this.hears(`the text ${JSON.stringify(text)}`, 'text', (act) => act.text === text);
    return { message, id };
  }

  /** The person writes, and the user reads it. */
  async hearsFrom(
    text = this.fresh('Good day'),
    options: Waiting = {},
  ): Promise<{ readonly message: Message; readonly id: string }> {
    const id = await this.does('says').call(this.network, this.session, this.where, text);
    const message = await this.user.expects.text(text, { ...options, from: await this.contact() });
    return { message, id };
  }

  /** How much waits for a time to come when so many milliseconds have passed, or seem to have. */
  async waitingAfter(ms: number): Promise<number> {
    const { clock } = this.kit;
    if (clock === undefined) return (await this.#time?.hurry(ms)) ?? 0;
    await this.kit.passes(ms);
    return clock.pending;
  }

  /** A method of the fake that is there: the suite has looked. */
  does<K extends keyof FakeNetwork>(what: K): NonNullable<FakeNetwork[K]> {
    const method = this.network[what];
    if (method === undefined) throw new TypeError(`the fake network has no ${what}`);
    return method;
  }
}

/** What stands in each text of a user in the suite. */
export function markOf(user: string): string {
  return `(${user}) `;
}

/** Fails with a sentence. */
export function demand(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new ExpectationError(sentence);
}
