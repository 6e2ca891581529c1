/** A gateway to __network__. What users do becomes calls of its client; what happens there becomes calls of contacts. */

import {
  BaseGateway,
  BaseSession,
//#if qr
  type FormField,
//#end
  type JID,
//#if groups
  LegacyBookmarks,
//#end
  LegacyContact,
//#if groups
  LegacyMUC,
  type LegacyParticipant,
//#end
  LegacyRoster,
//#if groups
  MucType,
//#end
//#if code qr
  type PendingUser,
  RegistrationType,
//#end
  type SendTextOptions,
  XmppError,
} from 'slipway';
//#if groups
import { GROUPS, NetworkClient, type NetworkEvent, PEOPLE } from './network.ts';
//#end
//#if no-groups
import { NetworkClient, type NetworkEvent, PEOPLE } from './network.ts';
//#end

export class __Class__Gateway extends BaseGateway {
  override readonly componentName = '__network__';
  override readonly componentType = '__id__';
//#if groups
  override readonly groups = true;
//#end
//#if password

  // Called with the form that somebody filled in to register. What it throws is shown to them.
  override async validate(_userJid: JID, form: { username: string; password: string }): Promise<void> {
    if (await NetworkClient.check(form.username, form.password)) return;
    throw new XmppError('not-authorized', '__network__ does not know this password. It is "secret".');
  }
//#end
//#if code
  override readonly registrationType = RegistrationType.TwoFactorCode;

  // Called with the form that somebody filled in to register. What it throws is shown to them.
  override async validate(_userJid: JID, form: { username: string; password: string }): Promise<void> {
    if (await NetworkClient.check(form.username, form.password)) return;
    throw new XmppError('not-authorized', '__network__ does not know this password. It is "secret".');
  }

  // Called with the code. What it returns is kept beside what the form said.
  override async validateTwoFactorCode(_user: PendingUser, code: string): Promise<Readonly<Record<string, unknown>>> {
    if (await NetworkClient.checkCode(code)) return { token: 'what the network gave for the code' };
    throw new XmppError('not-authorized', 'This is not the code. It is "123456".');
  }
//#end
//#if qr
  override readonly registrationType = RegistrationType.QrCode;
  override readonly registrationFields: readonly FormField[] = [{ var: 'device', label: 'Name of this device', value: 'XMPP' }];

  override async validate(_userJid: JID, form: { device?: string }): Promise<Readonly<Record<string, unknown>>> {
    if ((form.device ?? '').length > 40) throw new XmppError('not-acceptable', 'This name is too long.');
    return { device: form.device ?? 'XMPP' };
  }

  // Called to show a QR code. When the network says that it has been scanned, call confirmQr: here it is at once.
  override async getQrText(user: PendingUser): Promise<string> {
    this.clock.after(1000, () => void this.confirmQr(user.jid));
    return `__id__:link:${user.jid.bare}`;
  }
//#end
}

export class __Class__Contact extends LegacyContact {
  // Called when a contact is first used: fetch what the network knows of it.
  override async updateInfo(): Promise<void> {
    const name = PEOPLE.get(this.legacyId);
    if (name === undefined) throw new XmppError('item-not-found', `There is no ${this.legacyId} on __network__.`);
    this.name = name;
    this.online();
  }
}

export class __Class__Roster extends LegacyRoster<__Class__Contact> {
  // Called after each login: which contacts does the user have?
  override async fill(): Promise<void> {
    this.userLegacyId = 'me';
    for (const id of PEOPLE.keys()) await (await this.byLegacyId(id)).addToRoster();
  }

  // Which addresses are contacts?
  override async jidUsernameToLegacyId(username: string): Promise<string> {
    if (PEOPLE.has(username)) return username;
    throw new XmppError('item-not-found', `There is no ${username} on __network__.`);
  }
}
//#if groups

export class __Class__Bookmarks extends LegacyBookmarks<__Class__Room> {
  // Called after each login: which groups is the user in?
  override async fill(): Promise<void> {
    for (const id of GROUPS.keys()) await (await this.byLegacyId(id)).addToBookmarks();
  }

  // Rooms have a # in front, people have none.
  override async legacyIdToJidUsername(legacyId: string): Promise<string> {
    return `#${legacyId}`;
  }

  override async jidUsernameToLegacyId(username: string): Promise<string> {
    const id = username.slice(1);
    if (username.startsWith('#') && GROUPS.has(id)) return id;
    throw new XmppError('item-not-found', `There is no group ${username} on __network__.`);
  }
}

export class __Class__Room extends LegacyMUC {
  override async updateInfo(): Promise<void> {
    this.type = MucType.Group;
    this.name = GROUPS.get(this.legacyId)?.name;
  }

  // Called when a client first joins: who is there?
  override async *fillParticipants(): AsyncIterable<LegacyParticipant> {
    for (const id of GROUPS.get(this.legacyId)?.members ?? []) yield await this.getParticipantByLegacyId(id);
  }
}

type Chat = __Class__Contact | __Class__Room;

export class __Class__Session extends BaseSession<__Class__Contact, __Class__Room> {
//#end
//#if no-groups

type Chat = __Class__Contact;

export class __Class__Session extends BaseSession<__Class__Contact> {
//#end
  readonly client = new NetworkClient(
    (event) => this.#onEvent(event).catch((error) => this.xmpp.exception(error)),
    (ms, task) => this.xmpp.clock.after(ms, task),
  );

  // The result is shown as the status of the gateway.
  override async login(): Promise<string> {
    await this.client.connect();
    return 'Connected';
  }

  override async logout(): Promise<void> {
    await this.client.disconnect();
  }

  // The result is the message's id on the network: corrections and reactions refer to it.
  override async sendText(chat: Chat, text: string, { replyToMsgId }: SendTextOptions): Promise<string> {
    return this.client.send(chat.legacyId, text, replyToMsgId);
  }

  override async correct(chat: Chat, text: string, legacyMsgId: string): Promise<void> {
    await this.client.edit(chat.legacyId, legacyMsgId, text);
  }

  override async retract(chat: Chat, legacyMsgId: string): Promise<void> {
    await this.client.remove(chat.legacyId, legacyMsgId);
  }

  override async displayed(chat: Chat, legacyMsgId: string): Promise<void> {
    await this.client.markRead(chat.legacyId, legacyMsgId);
  }

  override async composing(chat: Chat): Promise<void> {
    await this.client.sendTyping(chat.legacyId);
  }

  async #onEvent(event: NetworkEvent): Promise<void> {
    const who = await this.#speaker(event);
    switch (event.kind) {
      case 'text':
        return who.sendText(event.text, { legacyMsgId: event.id });
      case 'edit':
        return who.correct(event.id, event.text);
      case 'removal':
        return who.retract(event.id);
      case 'typing':
        return who.composing();
    }
  }
//#if groups

  async #speaker({ chat, from }: NetworkEvent): Promise<__Class__Contact | LegacyParticipant> {
    if (!GROUPS.has(chat)) return this.contacts.byLegacyId(from);
    return (await this.bookmarks.byLegacyId(chat)).getParticipantByLegacyId(from);
  }
//#end
//#if no-groups

  #speaker({ from }: NetworkEvent): Promise<__Class__Contact> {
    return this.contacts.byLegacyId(from);
  }
//#end
}
