/** A network whose people write, come and go when the simulation says so. */

import {
  BaseGateway,
  BaseSession,
  LegacyBookmarks,
  LegacyContact,
  LegacyMUC,
  type LegacyParticipant,
  LegacyRoster,
  MucType,
  type PluginClasses,
  XmppError,
} from '../../src/gateway/index.ts';

export const CONTACTS = 10;
export const GROUPS = 2;
const PARTICIPANTS = 30;

export class LifeGateway extends BaseGateway {
  override readonly componentName = 'Life';
  override readonly groups = true;
  readonly errors: string[] = [];

  override exception(error: unknown): void {
    if (this.errors.length < 50) this.errors.push(error instanceof Error ? (error.stack ?? '') : String(error));
  }

  override async validate(): Promise<void> {}
}

class Roster extends LegacyRoster {
  override async jidUsernameToLegacyId(username: string): Promise<string> {
    if (!/^c\d+$/.test(username)) throw new XmppError('item-not-found');
    return username;
  }

  override async fill(): Promise<void> {
    this.userLegacyId = 'me';
    for (let i = 0; i < CONTACTS; i++) {
      const contact = await this.byLegacyId(`c${i}`);
      await contact.addToRoster();
      contact.online();
    }
  }
}

class Bookmarks extends LegacyBookmarks<Room> {
  override async legacyIdToJidUsername(legacyId: string): Promise<string> {
    return `#${legacyId}`;
  }

  override async jidUsernameToLegacyId(username: string): Promise<string> {
    if (!/^#g\d+$/.test(username)) throw new XmppError('item-not-found');
    return username.slice(1);
  }

  override async fill(): Promise<void> {
    for (let i = 0; i < GROUPS; i++) await this.byLegacyId(`g${i}`);
  }
}

class Room extends LegacyMUC {
  override async updateInfo(): Promise<void> {
    this.type = MucType.Group;
    this.name = `Group ${this.legacyId}`;
  }

  override async *fillParticipants(): AsyncIterable<LegacyParticipant> {
    for (let i = 0; i < PARTICIPANTS; i++) yield await this.getParticipant(`Person ${i}`);
  }
}

export class LifeSession extends BaseSession<LegacyContact, Room> {
  logins = 0;

  override async login(): Promise<string> {
    // Now and then the network does not answer at first.
    if (++this.logins % 10 === 0) throw new XmppError('remote-server-timeout', 'Not now.', { type: 'wait' });
    return 'Connected';
  }

  override async logout(): Promise<void> {}
  override sendText = async () => this.xmpp.newId();
  override correct = async () => this.xmpp.newId();
  override react = async () => {};
  override retract = async () => {};
  override displayed = async () => {};
  override composing = async () => {};
}

export const LIFE_PLUGIN: PluginClasses = {
  gateway: LifeGateway,
  session: LifeSession,
  roster: Roster,
  contact: LegacyContact,
  bookmarks: Bookmarks,
  muc: Room,
};
