/** Contacts in the rosters of users: written there where the server lets us, asked for where it does not. */

import { presence, StanzaError } from '../stanza/index.ts';
import { fetchRoster, type Item, setItem } from '../stanza/roster.ts';
import type { LegacyContact } from './contact.ts';
import type { BaseGateway } from './gateway.ts';
import { subscriptionStanza } from './outgoing/presence.ts';
import type { BaseSession } from './session.ts';
import type { User } from './user.ts';

export class UserRosters {
  readonly #gateway: BaseGateway;
  /** What stands in the rosters of users who are being logged in, by the JIDs of the items. */
  readonly #known = new WeakMap<BaseSession, ReadonlyMap<string, Item>>();

  constructor(gateway: BaseGateway) {
    this.#gateway = gateway;
  }

  /** Puts the gateway itself into the user's roster. Returns whether that is done: else see `askForGateway`. */
  async addGateway({ user }: BaseSession): Promise<boolean> {
    const { jid, componentName, config, rosterGroup } = this.#gateway;
    if (config.noRosterPush) return true;
    return this.#write(user, { jid, name: componentName, subscription: 'both', groups: [rosterGroup] });
  }

  /** The gateway asks the user to take it into the roster, who then sees its presence. XEP-0100 §4.1. */
  askForGateway({ user }: BaseSession): void {
    const { jid, componentName } = this.#gateway;
    this.#gateway.send(subscriptionStanza({ from: jid, to: user.jid.bare, type: 'subscribe' }, componentName));
  }

  /**
   * Reads the user's roster, where the server lets us: what stands there already is not written again, and stays in the
   * groups that the user has put it into. Returns what ends that: the user may change the roster at any time.
   */
  async learn(session: BaseSession): Promise<() => void> {
    const { privileges, config, log } = this.#gateway;
    const { jid } = session.user;
    if (!config.noRosterPush) {
      await privileges.settled(jid.domain);
      if (privileges.mayReadRoster(jid.domain)) {
        try {
          this.#known.set(session, new Map((await this.#read(session.user)).map((item) => [item.jid, item])));
        } catch (error) {
          if (!(error instanceof StanzaError)) throw error;
          // Then everything is written.
          log.debug({ user: jid.bare, condition: error.condition }, 'cannot read a roster');
        }
      }
    }
    return () => void this.#known.delete(session);
  }

  /** Puts a contact into the user's roster. `isKnown`: it has been put there before. */
  async add(contact: LegacyContact, isKnown: boolean): Promise<void> {
    if (this.#gateway.config.noRosterPush) return;
    const item = this.#itemFor(contact);
    const current = this.#known.get(contact.session)?.get(item.jid);
    if (this.#isSame(current, item)) return;
    // What is written takes the place of all the groups that the user has chosen.
    const groups = [...new Set([...(current?.groups ?? []), ...item.groups])];
    if (await this.#write(contact.session.user, { ...item, groups })) return;
    // Whoever has refused a contact once is not asked again and again.
    if (!isKnown) await contact.onAddedToRosterNoPrivilege();
  }

  /** Gives a contact in the user's roster its present name and subscription. */
  update(contact: LegacyContact): void {
    if (this.#gateway.config.noRosterPush) return;
    this.#write(contact.session.user, this.#itemFor(contact)).catch((error) => this.#gateway.exception(error));
  }

  /** Takes the gateway and its contacts out of the user's roster, and ends all subscriptions. */
  async removeAll(session: BaseSession): Promise<void> {
    const { user } = session;
    for (const contact of session.contacts) {
      contact.sendGoodbye();
      if (contact.inRoster) await this.#remove(user, contact.jid.bare);
    }
    this.#gateway.sendPresence({ to: user.jid.bare, type: 'unavailable' });
    await this.#remove(user, this.#gateway.jid);
  }

  /**
   * Makes the gateway's group of the user's roster the same as the contacts.
   * @throws StanzaError `forbidden` when the server does not let us.
   */
  async sync(session: BaseSession): Promise<{ added: number; removed: number; updated: number }> {
    const { user } = session;
    const { rosterGroup } = this.#gateway;
    const done = { added: 0, removed: 0, updated: 0 };
    const items = await this.#read(user);
    const wanted = new Map([...session.contacts].filter((c) => c.inRoster).map((c) => [c.jid.bare, this.#itemFor(c)]));
    for (const item of items) {
      if (!item.groups.includes(rosterGroup) || item.jid === this.#gateway.jid) continue;
      if (wanted.has(item.jid)) continue;
      const groups = item.groups.filter((group) => group !== rosterGroup);
      // What the user has put into other groups too only leaves ours.
      await this.#write(user, groups.length > 0 ? { ...item, groups } : { ...item, groups, subscription: 'remove' });
      done.removed++;
    }
    for (const item of wanted.values()) {
      const current = items.find(({ jid }) => jid === item.jid);
      if (this.#isSame(current, item)) continue;
      await this.#write(user, { ...item, groups: [...new Set([...(current?.groups ?? []), rosterGroup])] });
      if (current === undefined) done.added++;
      else done.updated++;
    }
    return done;
  }

  async #remove(user: User, jid: string): Promise<void> {
    const to = user.jid.bare;
    for (const type of ['unsubscribe', 'unsubscribed'] as const) this.#gateway.send(presence({ from: jid, to, type }));
    if (!this.#gateway.config.noRosterPush) await this.#write(user, { jid, subscription: 'remove', groups: [] });
  }

  #itemFor(contact: LegacyContact): Item {
    const { name, isFriend, jid } = contact;
    const subscription = isFriend ? 'both' : 'none';
    return { jid: jid.bare, ...(name !== undefined && { name }), subscription, groups: [this.#gateway.rosterGroup] };
  }

  /** Whether an item is as we would write it. It may be in other groups too. */
  #isSame(current: Item | undefined, wanted: Item): boolean {
    return (
      current !== undefined &&
      current.name === wanted.name &&
      current.subscription === wanted.subscription &&
      current.groups.includes(this.#gateway.rosterGroup)
    );
  }

  async #read(user: User): Promise<readonly Item[]> {
    const { privileges } = this.#gateway;
    await privileges.settled(user.jid.domain);
    if (!privileges.mayReadRoster(user.jid.domain)) {
      throw StanzaError.of('forbidden', 'The server does not let this gateway see your roster.');
    }
    return (await fetchRoster(this.#gateway, { owner: user.jid.bare }))?.items ?? [];
  }

  /** Returns whether the server let us. */
  async #write(user: User, item: Item): Promise<boolean> {
    const { privileges, log } = this.#gateway;
    const { domain } = user.jid;
    await privileges.settled(domain);
    if (!privileges.mayWriteRoster(domain)) return false;
    try {
      await setItem(this.#gateway, item, user.jid.bare);
      return true;
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      if (item.subscription === 'remove' && error.condition === 'item-not-found') return true;
      log.warn(
        { user: user.jid.bare, jid: item.jid, condition: error.condition },
        'the server did not take a roster item',
      );
      return false;
    }
  }
}
