/** What a user waits for besides messages in rooms: presences, the roster, requests. */

import { bareOf, type roster, type Show } from '../../../stanza/index.ts';
import type { Who } from './address.ts';
import { Expectations, type Scope, type Waiting } from './expectations.ts';
import type { User } from './user.ts';

/** What a user sees of somebody's presence: `offline`, or what clients call available, away and the like. */
export type SeenState = 'offline' | 'online' | Show;

/** The messages that a user has not got yet, by what they say; and the state of roster and presences. */
export class UserExpectations extends Expectations<Who> {
  readonly #user: User;

  constructor(user: User, scope: Scope<Who>) {
    super(scope);
    this.#user = user;
  }

  /** That somebody is there, or away, or gone: now already, or soon. */
  async presence(of: Who, state: SeenState, options: Waiting & { readonly status?: string } = {}): Promise<void> {
    const jid = this.scope.addressOf(of);
    const { status: words } = options;
    const said = words === undefined ? '' : ` with the status "${words}"`;
    await this.becomes(
      `${jid} to be ${state}${said}`,
      () => {
        const seen = this.#user.sees(of);
        return (seen.state === state && (words === undefined || seen.status === words)) || undefined;
      },
      options,
    );
  }

  /** That somebody is in the roster: now already, or soon. With `name` and the like, that it says so. */
  async contact(
    who: Who,
    wanted: Waiting & Partial<Pick<roster.Item, 'name' | 'subscription'>> & { readonly group?: string } = {},
  ): Promise<roster.Item> {
    const jid = this.scope.addressOf(who);
    const { within, ...facts } = wanted;
    const details = Object.entries(facts).map(([key, value]) => `${key} "${value}"`);
    const what = `${jid} in the roster${details.length === 0 ? '' : `, with ${details.join(' and ')}`}`;
    return this.becomes(
      what,
      () => {
        const item = this.#user.roster.get(jid);
        if (item === undefined || (wanted.name !== undefined && item.name !== wanted.name)) return undefined;
        if (wanted.group !== undefined && !item.groups.includes(wanted.group)) return undefined;
        return wanted.subscription === undefined || item.subscription === wanted.subscription ? item : undefined;
      },
      wanted,
    );
  }

  /** That somebody is not in the roster, now or soon. */
  async noContact(who: Who, options: Waiting = {}): Promise<void> {
    const jid = this.scope.addressOf(who);
    await this.becomes(`${jid} not to be in the roster`, () => !this.#user.roster.has(jid) || undefined, options);
  }

  /** That somebody asks to see the presence of the user. */
  async subscriptionRequest(from: Who, options: Waiting = {}): Promise<void> {
    const jid = this.scope.addressOf(from);
    await this.becomes(
      `a subscription request from ${jid}`,
      () =>
        this.scope.client.take(
          ({ name, attrs }) => name === 'presence' && attrs.type === 'subscribe' && bareOf(attrs.from ?? '') === jid,
        ),
      options,
    );
  }
}
