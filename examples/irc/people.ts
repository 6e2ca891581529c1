/** People, as contacts: those whom the user writes to, or who write to the user. */

import { LegacyContact, LegacyRoster } from 'slipway';
import type { IrcSession } from './irc.ts';
import { legacyIdOfUsername, nameOf, usernameOf } from './names.ts';
import type { IrcNetwork } from './network.ts';

export class IrcRoster extends LegacyRoster<IrcContact> {
  declare readonly session: IrcSession;

  override async legacyIdToJidUsername(legacyId: string): Promise<string> {
    return usernameOf(legacyId);
  }

  override async jidUsernameToLegacyId(username: string): Promise<string> {
    return legacyIdOfUsername(username, 'person', this.session.networks);
  }
}

export class IrcContact extends LegacyContact {
  declare readonly session: IrcSession;

  override readonly correction = false;
  override readonly retraction = false;
  override readonly marks = false;

  override get reaction(): boolean {
    return this.session.networkOf(this.legacyId)?.takesReactions ?? false;
  }

  override get chatStates(): boolean {
    return this.session.networkOf(this.legacyId)?.takesTag('typing') ?? false;
  }

  get network(): IrcNetwork {
    return this.session.network(nameOf(this.legacyId).network);
  }

  /** The nick, in one of the ways of writing it that are the same there. */
  get target(): string {
    return nameOf(this.legacyId).name;
  }

  override async updateInfo(): Promise<void> {
    this.name ??= this.target;
  }

  override async fetchVcard(): Promise<void> {
    const { error, real_name, ident, hostname, server, account, channels, away } = await this.network.whois(
      this.target,
    );
    if (error !== undefined) return;
    const facts = [
      `${ident}@${hostname}`,
      server && `on ${server}`,
      account && `account ${account}`,
      channels && `in ${channels}`,
      away && `away: ${away}`,
    ];
    this.setVcard({
      fullName: real_name ?? this.target,
      note: facts.filter(Boolean).join('\n'),
      url: `irc://${this.network.settings.host}/${this.target},isnick`,
    });
  }
}
