/** A plugin with groups, which remembers what it was asked to do. */

import {
  type HoleBound,
  LegacyBookmarks,
  type LegacyContact,
  LegacyMUC,
  type LegacyParticipant,
  MucType,
  type PluginClasses,
  type SendFileOptions,
  type SendTextOptions,
  XmppError,
} from '../../src/gateway/index.ts';
import type { Affiliation } from '../../src/xep/0045-muc.ts';
import { type Call, TestContact, TestGateway, TestRoster, TestSession } from './plugin.ts';

export class GroupsGateway extends TestGateway {
  override readonly groups = true;
}

export class GroupsRoster extends TestRoster {
  override async jidUsernameToLegacyId(username: string): Promise<string> {
    if (username.startsWith('#')) throw new XmppError('item-not-found', 'This is a room.');
    return super.jidUsernameToLegacyId(username);
  }

  override async fill(): Promise<void> {
    this.userLegacyId = 'me';
    await super.fill();
  }
}

/** Rooms by what they are for; what is not here is no room. */
const TYPES: Readonly<Record<string, MucType>> = {
  group: MucType.Group,
  channel: MucType.Channel,
  open: MucType.ChannelNonAnonymous,
  broken: MucType.Group,
  plain: MucType.Group,
};

export class GroupsBookmarks extends LegacyBookmarks<TestRoom> {
  override async legacyIdToJidUsername(legacyId: string): Promise<string> {
    return `#${await super.legacyIdToJidUsername(legacyId)}`;
  }

  override async jidUsernameToLegacyId(username: string): Promise<string> {
    const legacyId = await super.jidUsernameToLegacyId(username.slice(1));
    if (!username.startsWith('#') || !(legacyId in TYPES))
      throw new XmppError('item-not-found', 'There is no such room.');
    return legacyId;
  }

  override async fill(): Promise<void> {
    for (const id of ['group', 'channel']) await (await this.byLegacyId(id)).addToBookmarks();
  }
}

export class TestRoom extends LegacyMUC {
  /** What the next backfill gives. */
  static history: (room: TestRoom) => Promise<void> = async () => {};
  updates = 0;
  fills = 0;
  readonly bounds: (HoleBound | undefined)[][] = [];

  get calls(): Call[] {
    return (this.session as GroupsSession).calls;
  }

  override async updateInfo(): Promise<void> {
    this.updates++;
    this.type = TYPES[this.legacyId] as MucType;
    this.name = `The ${this.legacyId}`;
    if (this.legacyId === 'plain') return;
    this.description = 'Of all things';
    this.subject = 'Love';
    this.subjectSetter = 'JULIET';
    this.subjectDate = new Date('2020-01-02T03:04:05Z');
    this.nParticipants = 3;
  }

  override async *fillParticipants(): AsyncIterable<LegacyParticipant> {
    this.fills++;
    if (this.legacyId === 'broken') throw new XmppError('remote-server-timeout', 'The network does not answer.');
    const juliet = await this.getParticipantByLegacyId('juliet');
    juliet.role = 'moderator';
    juliet.affiliation = 'owner';
    yield juliet;
    yield await this.getParticipant('Stranger');
  }

  override async backfill(after: HoleBound | undefined, before: HoleBound | undefined): Promise<void> {
    this.bounds.push([after, before]);
    await TestRoom.history(this);
  }

  override async onAvatar(data: Uint8Array | undefined, mime: string | undefined): Promise<string | undefined> {
    this.calls.push(['onAvatar', data?.length, mime]);
    return data === undefined ? undefined : 'picture-1';
  }

  override async onSetAffiliation(
    contact: LegacyContact,
    affiliation: Affiliation,
    reason: string | undefined,
    nickname: string | undefined,
  ): Promise<void> {
    this.calls.push(['onSetAffiliation', contact.legacyId, affiliation, reason, nickname]);
  }

  override async onKick(contact: LegacyContact, reason: string | undefined): Promise<void> {
    this.calls.push(['onKick', contact.legacyId, reason]);
  }

  override async onSetConfig(config: { name: string | undefined; description: string | undefined }): Promise<void> {
    this.calls.push(['onSetConfig', config.name, config.description]);
    this.name = config.name;
    this.description = config.description;
  }

  override async onDestroyRequest(reason: string | undefined): Promise<void> {
    this.calls.push(['onDestroyRequest', reason]);
  }

  override async onSetSubject(subject: string): Promise<void> {
    this.calls.push(['onSetSubject', subject]);
  }
}

export class GroupsSession extends TestSession {
  /** What the options of the last text or file said. */
  options: Partial<SendTextOptions | SendFileOptions> = {};
  #lastId = 0;

  override async sendText(chat: TestContact, text: string, options: SendTextOptions): Promise<string> {
    this.options = options;
    return super.sendText(chat, text, options);
  }

  override async sendFile(chat: TestContact, url: string, options: SendFileOptions): Promise<string> {
    this.calls.push(['sendFile', chat.legacyId, url.split('/').at(-1)]);
    this.options = options;
    return `file-${++this.#lastId}`;
  }

  override async correct(chat: TestContact, text: string, legacyMsgId: string): Promise<string> {
    this.calls.push(['correct', chat.legacyId, text, legacyMsgId]);
    return `edit-${++this.#lastId}`;
  }

  override async react(chat: TestContact, legacyMsgId: string, emojis: readonly string[]): Promise<void> {
    this.calls.push(['react', chat.legacyId, legacyMsgId, emojis]);
  }

  override async retract(chat: TestContact, legacyMsgId: string): Promise<void> {
    this.calls.push(['retract', chat.legacyId, legacyMsgId]);
  }

  override async onModerate(muc: LegacyMUC, legacyMsgId: string, reason: string | undefined): Promise<void> {
    this.calls.push(['onModerate', muc.legacyId, legacyMsgId, reason]);
  }

  override async onCreateGroup(name: string, contacts: readonly LegacyContact[]): Promise<string> {
    this.calls.push(['onCreateGroup', name, contacts.map(({ legacyId }) => legacyId)]);
    return 'open';
  }

  override async onInvitation(contact: LegacyContact, muc: LegacyMUC, reason: string | undefined): Promise<void> {
    this.calls.push(['onInvitation', contact.legacyId, muc.legacyId, reason]);
  }

  override async onLeaveGroup(mucLegacyId: string): Promise<void> {
    this.calls.push(['onLeaveGroup', mucLegacyId]);
  }
}

export const GROUPS_PLUGIN: PluginClasses = {
  gateway: GroupsGateway,
  session: GroupsSession,
  roster: GroupsRoster,
  contact: TestContact,
  bookmarks: GroupsBookmarks,
  muc: TestRoom,
};
