/** The groups of harbour, as rooms. */

import { LegacyBookmarks, LegacyMUC, type LegacyParticipant, MucType, XmppError } from 'slipway';
import { type HarbourSession, say } from './harbour.ts';
import { drawFlag, type Group, type HarbourClient, type HarbourEvent } from './network.ts';

/** Rooms have a # in front: people have none. */
export class HarbourBookmarks extends LegacyBookmarks<HarbourRoom> {
  declare readonly session: HarbourSession;

  override async fill(): Promise<void> {
    const { groups } = this.session.client;
    for (const id of groups.keys()) await (await this.byLegacyId(id)).addToBookmarks();
  }

  override async legacyIdToJidUsername(legacyId: string): Promise<string> {
    return `#${legacyId}`;
  }

  override async jidUsernameToLegacyId(username: string): Promise<string> {
    const { groups } = this.session.client;
    const id = username.slice(1);
    if (username.startsWith('#') && groups.has(id)) return id;
    throw new XmppError('item-not-found', `There is no group ${username} in this harbour.`);
  }
}

export class HarbourRoom extends LegacyMUC {
  declare readonly session: HarbourSession;

  override async updateInfo(): Promise<void> {
    const { name, about, subject, isChannel, members } = this.#group;
    this.type = isChannel ? MucType.Channel : MucType.Group;
    this.name = name;
    this.description = about;
    this.subject = subject;
    this.nParticipants = members.length + 1;
    this.avatar = drawFlag('#4a6fa5');
  }

  override async *fillParticipants(): AsyncIterable<LegacyParticipant> {
    for (const [i, id] of this.#group.members.entries()) {
      const participant = await this.getParticipantByLegacyId(id);
      if (i === 0) {
        participant.affiliation = 'owner';
        participant.role = 'moderator';
        participant.setHats([{ uri: 'https://harbour.example/hats/in-charge', title: 'In charge' }]);
      }
      yield participant;
    }
    // In groups of friends, users may take back what others said.
    if (!this.#group.isChannel) (await this.getUserParticipant()).role = 'moderator';
  }

  override async backfill(): Promise<void> {
    for (const [i, { from, text, hoursAgo }] of this.#group.history.entries()) {
      const when = new Date(this.session.xmpp.clock.now() - hoursAgo * 3600_000);
      const participant = await this.getParticipantByLegacyId(from);
      participant.sendText(text, { legacyMsgId: `history-${i}`, when, archiveOnly: true });
    }
  }

  override async onSetSubject(subject: string): Promise<void> {
    this.#client.setSubject(this.legacyId, subject);
  }

  override async onSetConfig({ name }: { readonly name: string | undefined }): Promise<void> {
    this.#group.name = name ?? this.#group.name;
    this.name = this.#group.name;
  }

  get #client(): HarbourClient {
    return this.session.client;
  }

  get #group(): Group {
    return this.#client.groups.get(this.legacyId) as Group;
  }
}

export function inRoom(room: HarbourRoom, participant: LegacyParticipant, event: HarbourEvent): unknown {
  if (event.kind === 'subject') return participant.setRoomSubject(event.text);
  if (event.kind === 'moderation') return participant.moderate(event.id, event.reason);
  // That somebody is typing, or has read, is of no interest to a whole group.
  if (event.kind === 'there' || event.kind === 'away' || event.kind === 'gone' || event.kind === 'read') return room;
  return say(participant, event);
}
