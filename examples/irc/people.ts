/** People, as contacts: those whom the user writes to, or who write to the user. */

import { LegacyContact, LegacyRoster } from 'slipway';
import type { IrcSession } from './irc.ts';
import { legacyIdOfUsername, nameOf, usernameOf } from './names.ts';
import type { IrcNetwork } from './network.ts';

export class IrcRoster extends LegacyRoster<IrcContact> {
  override async legacyIdToJidUsername(legacyId: string): Promise<string> {
    return usernameOf(legacyId);
  }

  override async jidUsernameToLegacyId(username: string): Promise<string> {
    return legacyIdOfUsername(username, 'person', (this.session as IrcSession).networks);
  }
}

export class IrcContact extends LegacyContact {
  override readonly correction = false;
  override readonly retraction = false;
  override readonly reaction = false;
  override readonly chatStates = false;
  override readonly marks = false;

  get network(): IrcNetwork {
    return (this.session as IrcSession).network(nameOf(this.legacyId).network);
  }

  /** In lower case, which networks do not mind. */
  get nick(): string {
    return nameOf(this.legacyId).name;
  }

  override async updateInfo(): Promise<void> {
    this.name ??= this.nick;
  }

  override async fetchVcard(): Promise<void> {
    const { error, real_name, ident, hostname, server, account, channels, away } = await this.network.whois(this.nick);
    if (error !== undefined) return;
    const facts = [
      `${ident}@${hostname}`,
      server && `on ${server}`,
      account && `account ${account}`,
      channels && `in ${channels}`,
      away && `away: ${away}`,
    ];
    this.setVcard({
      fullName: real_name ?? this.nick,
      note: facts.filter(Boolean).join('\n'),
      url: `irc://${this.network.settings.host}/${this.nick},isnick`,
    });
  }
}
