/** A plugin that can do everything, remembers nothing, and now and then fails in each way there is. */

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
  SearchResult,
  XmppError,
} from '../../src/gateway/index.ts';

/** What plugins throw that did not mean to: it must not be seen outside. */
export class Planted extends Error {
  constructor() {
    super('the planted secret of the inside');
  }
}

let calls = 0;

/** Every 7th call is refused, every 11th breaks, every 13th takes a while. */
async function sometimes<T>(value: T): Promise<T> {
  calls++;
  if (calls % 7 === 0) throw new XmppError('policy-violation', 'Not that.');
  if (calls % 11 === 0) throw new Planted();
  if (calls % 13 === 0) await new Promise((resolve) => setImmediate(resolve));
  return value;
}

const NOTHING = undefined;
const nextId = () => `l${++calls}`;

class Gateway extends BaseGateway {
  override readonly componentName = 'Hostile';
  override readonly groups = true;
  override readonly searchFields = [{ var: 'nick', required: true }];
  /** What nobody has planted. */
  readonly surprises: unknown[] = [];

  override exception(error: unknown): void {
    if (!isPlanted(error) && this.surprises.length < 100) this.surprises.push(error);
  }

  override async validate(): Promise<void> {}
}

function isPlanted(error: unknown): boolean {
  return error instanceof Planted || (error instanceof Error && error.cause !== undefined && isPlanted(error.cause));
}

export type HostileGateway = Gateway;

class Contact extends LegacyContact {
  override async updateInfo(): Promise<void> {
    this.name = `Name of ${this.legacyId}`;
  }
  override async fetchVcard(): Promise<void> {
    await sometimes(NOTHING);
    this.setVcard({ fullName: this.legacyId });
  }
  override async onFriendRequest(): Promise<void> {
    await sometimes(NOTHING);
  }
  override async onFriendAccept(): Promise<void> {
    await sometimes(NOTHING);
  }
  override async onFriendDelete(): Promise<void> {
    await sometimes(NOTHING);
  }
}

class Roster extends LegacyRoster<Contact> {
  override async jidUsernameToLegacyId(username: string): Promise<string> {
    if (username.startsWith('#')) throw new XmppError('item-not-found', 'This is a room.');
    return super.jidUsernameToLegacyId(username);
  }
  override async fill(): Promise<void> {
    this.userLegacyId = 'me';
    for (const id of ['juliet', 'nurse']) (await this.byLegacyId(id)).online();
  }
}

class Bookmarks extends LegacyBookmarks<Room> {
  override async legacyIdToJidUsername(legacyId: string): Promise<string> {
    return `#${legacyId}`;
  }
  override async jidUsernameToLegacyId(username: string): Promise<string> {
    if (username !== '#group') throw new XmppError('item-not-found', 'There is no such room.');
    return 'group';
  }
  override async fill(): Promise<void> {
    await this.byLegacyId('group');
  }
}

class Room extends LegacyMUC {
  override async updateInfo(): Promise<void> {
    this.type = MucType.Group;
    this.name = 'The group';
    this.subject = 'Love';
  }
  override async *fillParticipants(): AsyncIterable<LegacyParticipant> {
    yield await this.getParticipantByLegacyId('juliet');
    yield await this.getParticipant('Stranger');
  }
  override async onAvatar(): Promise<undefined> {
    await sometimes(NOTHING);
  }
  override async onSetAffiliation(): Promise<void> {
    await sometimes(NOTHING);
  }
  override async onKick(): Promise<void> {
    await sometimes(NOTHING);
  }
  override async onSetConfig(): Promise<void> {
    await sometimes(NOTHING);
  }
  override async onDestroyRequest(): Promise<void> {
    await sometimes(NOTHING);
  }
  override async onSetSubject(): Promise<void> {
    await sometimes(NOTHING);
  }
}

class Session extends BaseSession<Contact, Room> {
  override async login(): Promise<string> {
    return 'Connected';
  }
  override async logout(): Promise<void> {}
  override sendText = () => sometimes(nextId());
  override sendFile = () => sometimes(nextId());
  override correct = () => sometimes(nextId());
  override react = () => sometimes(NOTHING);
  override retract = () => sometimes(NOTHING);
  override displayed = () => sometimes(NOTHING);
  override active = () => sometimes(NOTHING);
  override inactive = () => sometimes(NOTHING);
  override composing = () => sometimes(NOTHING);
  override paused = () => sometimes(NOTHING);
  override onSticker = () => sometimes(nextId());
  override async onPresence(): Promise<void> {
    await sometimes(NOTHING);
  }
  override async onAvatar(): Promise<void> {
    await sometimes(NOTHING);
  }
  override onSubscribe = () => sometimes(NOTHING);
  override onSubscribed = () => sometimes(NOTHING);
  override onPreferences = () => sometimes(NOTHING);
  override onModerate = () => sometimes(NOTHING);
  override async onCreateGroup(): Promise<string> {
    return sometimes('group');
  }
  override onInvitation = () => sometimes(NOTHING);
  override async onLeaveGroup(): Promise<void> {
    await sometimes(NOTHING);
  }
  override async search() {
    await sometimes(NOTHING);
    return new SearchResult({ fields: [{ var: 'jid' }], items: [{ jid: 'juliet@gw.localhost' }] });
  }
}

export const HOSTILE_PLUGIN: PluginClasses = {
  gateway: Gateway,
  session: Session,
  roster: Roster,
  contact: Contact,
  bookmarks: Bookmarks,
  muc: Room,
};
