/**
 * Harbour: a gateway to a pretend network, which is in network.ts. Copy it to begin your own.
 *
 * What users do becomes calls of the network's client; what happens on the network becomes calls of contacts.
 */

import {
  BaseGateway,
  BaseSession,
  BUILTIN_COMMANDS,
  Command,
  type CommandContext,
  type FormField,
  type FormValues,
  type JID,
  LegacyContact,
  type LegacyParticipant,
  LegacyRoster,
  SearchResult,
  type SendFileOptions,
  type SendTextOptions,
  TableResult,
  XmppError,
} from 'slipway';
import { type HarbourRoom, inRoom } from './groups.ts';
import { drawFlag, HarbourClient, type HarbourEvent, PEOPLE, USER } from './network.ts';

export { HarbourBookmarks, HarbourRoom } from './groups.ts';

type Chat = HarbourContact | HarbourRoom;

class Unread extends Command {
  override readonly name = 'Unread messages';
  override readonly help = 'Shows what you have not read yet.';
  override readonly node = 'harbour:unread';
  override readonly chatCommand = 'unread';
  override readonly access = 'user-logged';

  override run({ session }: CommandContext): TableResult | string {
    const { unread } = (session as HarbourSession).client;
    if (unread.size === 0) return 'You have read everything.';
    return new TableResult({
      description: 'Not read yet',
      fields: [
        { var: 'chat', label: 'From' },
        { var: 'text', label: 'Message' },
      ],
      items: [...unread.values()],
    });
  }
}

export class HarbourGateway extends BaseGateway {
  override readonly componentName = 'Harbour';
  override readonly componentType = 'harbour';
  override readonly componentAvatar = drawFlag('#20324a');
  override readonly rosterGroup = 'Harbour';
  override readonly properReceipts = true;
  override readonly groups = true;
  override readonly registrationInstructions = 'Any user name will do. The password is "ahoy".';
  override readonly searchFields: readonly FormField[] = [{ var: 'name', label: 'Name', required: true }];
  override readonly commands = [...BUILTIN_COMMANDS, Unread];

  override async validate(_userJid: JID, form: { username: string; password: string }): Promise<void> {
    if (!HarbourClient.checkPassword(form.username, form.password)) {
      throw new XmppError('not-authorized', 'The harbour master does not know this password. It is "ahoy".');
    }
  }
}

export class HarbourContact extends LegacyContact {
  override async updateInfo(): Promise<void> {
    const person = PEOPLE[this.legacyId];
    if (person === undefined) return;
    this.name = person.name;
    this.avatar = drawFlag(person.colour);
    this.setVcard({ fullName: person.name, locality: person.home, ...(person.phone && { phone: person.phone }) });
    this.online({ status: 'On the quay' });
  }
}

export class HarbourRoster extends LegacyRoster<HarbourContact> {
  declare readonly session: HarbourSession;

  override async fill(): Promise<void> {
    this.userLegacyId = USER;
    const { client } = this.session;
    for (const id of client.friends) await (await this.byLegacyId(id)).addToRoster();
  }

  override async jidUsernameToLegacyId(username: string): Promise<string> {
    if (Object.hasOwn(PEOPLE, username)) return username;
    throw new XmppError('item-not-found', `There is no ${username} in this harbour.`);
  }
}

export class HarbourSession extends BaseSession<HarbourContact, HarbourRoom> {
  readonly client = new HarbourClient(
    (ms, task) => this.xmpp.clock.after(ms, task),
    (chat, from, event) => this.#onEvent(chat, from, event).catch((error) => this.xmpp.exception(error)),
  );

  override async login(): Promise<string> {
    this.client.open();
    return `Moored as ${this.user.legacyModuleData.username}`;
  }

  override async logout(): Promise<void> {
    this.client.close();
  }

  override async sendText(chat: Chat, text: string, { replyToMsgId }: Partial<SendTextOptions> = {}): Promise<string> {
    try {
      return this.client.send(chat.legacyId, text, replyToMsgId);
    } catch (error) {
      // What the network says is for the user to know.
      throw new XmppError('not-allowed', (error as Error).message);
    }
  }

  override async sendFile(chat: Chat, _url: string, { fileName, httpResponse }: SendFileOptions): Promise<string> {
    let size = 0;
    for await (const chunk of httpResponse.body) size += chunk.length;
    return this.client.sendFile(chat.legacyId, fileName ?? 'something', size);
  }

  override async correct(chat: Chat, text: string, id: string): Promise<void> {
    this.client.edit(chat.legacyId, id, text);
  }

  override async retract(chat: Chat, id: string): Promise<void> {
    this.client.remove(chat.legacyId, id);
  }

  override async react(chat: Chat, id: string, emojis: readonly string[]): Promise<void> {
    this.client.react(chat.legacyId, id, emojis);
  }

  override async displayed(chat: Chat, id: string): Promise<void> {
    this.client.read(chat.legacyId, id);
  }

  override async search(values: FormValues): Promise<SearchResult | undefined> {
    const found = HarbourClient.find(String(values.name));
    if (found.length === 0) return undefined;
    const contacts = await Promise.all(found.map((id) => this.contacts.byLegacyId(id)));
    return new SearchResult({
      fields: [
        { var: 'name', label: 'Name' },
        { var: 'jid', label: 'Address', type: 'jid-single' },
      ],
      items: contacts.map(({ displayName, jid }) => ({ name: displayName, jid: jid.bare })),
    });
  }

  override async onModerate(muc: HarbourRoom, id: string, reason = ''): Promise<void> {
    this.client.moderate(muc.legacyId, id, reason);
  }

  override async onCreateGroup(name: string, contacts: readonly HarbourContact[]): Promise<string> {
    return this.client.createGroup(
      name,
      contacts.map(({ legacyId }) => legacyId),
    );
  }

  override async onLeaveGroup(id: string): Promise<void> {
    this.client.groups.delete(id);
  }

  async #onEvent(chat: string, from: string, event: HarbourEvent): Promise<unknown> {
    if (this.client.groups.has(chat)) {
      const room = await this.bookmarks.byLegacyId(chat);
      return inRoom(room, await room.getParticipantByLegacyId(from), event);
    }
    const contact = await this.contacts.byLegacyId(from);
    if (event.kind === 'there') return contact.online({ status: event.status });
    if (event.kind === 'away') {
      return contact.away({ status: event.status, lastSeen: new Date(this.xmpp.clock.now()) });
    }
    if (event.kind === 'gone') return contact.offline({ status: event.status });
    return say(contact, event);
  }
}

/** What people do alike, in a chat and in a room. */
export function say(who: HarbourContact | LegacyParticipant, event: HarbourEvent): unknown {
  switch (event.kind) {
    case 'received':
      return who.received(event.id);
    case 'read':
      return who.displayed(event.id);
    case 'typing':
      return who.composing();
    case 'text': {
      const { id, text, answers } = event;
      const replyTo = answers && { legacyId: answers.id, author: 'user' as const, body: answers.text };
      return who.sendText(text, { legacyMsgId: id, ...(replyTo && { replyTo }) });
    }
    case 'picture':
      return who.sendFile(event.data, { legacyMsgId: event.id, fileName: event.name });
    case 'edit':
      return who.correct(event.id, event.text);
    case 'retraction':
      return who.retract(event.id);
    case 'reaction':
      return who.react(event.id, event.emojis);
  }
}
