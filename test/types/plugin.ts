/** What a plugin's author gets wrong does not compile. Compiled only, never run. */

import {
  BaseGateway,
  BaseSession,
  type JID,
  LegacyContact,
  LegacyMUC,
  LegacyRoster,
  type Recipient,
  type SendTextOptions,
} from '../../src/gateway/index.ts';
import type { FakeNetwork, User } from '../../src/gateway/testing/index.ts';

// A plugin that is right.

export class Gateway extends BaseGateway {
  override readonly componentName = 'Right';
  override async validate(_userJid: JID, _form: { username: string; password: string }): Promise<void> {}
}

export class Contact extends LegacyContact {
  override readonly correction = false;
  override get reaction() {
    return this.session.logged;
  }
}

export class Session extends BaseSession<Contact> {
  override async login(): Promise<string> {
    return 'here';
  }
  override async sendText(chat: Recipient<Contact>, _text: string, _options: SendTextOptions): Promise<string> {
    return chat.legacyId;
  }
}

// A missing abstract member.

// @ts-expect-error: componentName is missing
export class NamelessGateway extends BaseGateway {
  override async validate(): Promise<void> {}
}

// @ts-expect-error: validate is missing
export class TrustingGateway extends BaseGateway {
  override readonly componentName = 'Trusting';
}

// @ts-expect-error: login is missing
export class LoginlessSession extends BaseSession {}

// A misspelled hook.

export class MisspelledSession extends Session {
  // @ts-expect-error: there is no such hook; it is sendText
  override async sendTxt(): Promise<string> {
    return '';
  }
  // @ts-expect-error: there is no such hook; it is onModerate
  override async onModeration(): Promise<void> {}
}

export class MisspelledContact extends LegacyContact {
  // @ts-expect-error: there is no such method; it is updateInfo
  override async updateInfos(): Promise<void> {}
}

export class MisspelledRoom extends LegacyMUC {
  // @ts-expect-error: there is no such hook; it is onSetSubject
  override async onSubject(_subject: string): Promise<void> {}
}

export class MisspelledRoster extends LegacyRoster {
  // @ts-expect-error: there is no such method; it is fill
  override async filled(): Promise<void> {}
}

export class ForgottenOverride extends Session {
  // @ts-expect-error: without "override" a hook could be misspelled and nobody would know
  async composing(): Promise<void> {}
}

// A wrong argument, or a wrong result.

export class WrongArgumentSession extends Session {
  // @ts-expect-error: the text is a string
  override async sendText(_chat: Contact, _text: number): Promise<string> {
    return '';
  }
}

export class WrongResultSession extends Session {
  // @ts-expect-error: ids are strings
  override async sendText(): Promise<number> {
    return 1;
  }
  // @ts-expect-error: emojis are strings
  override async react(_chat: Contact, _id: string, _emojis: readonly number[]): Promise<void> {}
}

export class WrongFlagContact extends LegacyContact {
  // @ts-expect-error: it is a boolean
  override readonly correction = 'no';
}

export async function wrongCalls(contact: Contact, room: LegacyMUC): Promise<void> {
  contact.sendText('hello', { legacyMsgId: '1' });
  // @ts-expect-error: ids are strings
  contact.sendText('hello', { legacyMsgId: 1 });
  // @ts-expect-error: there is no such option
  contact.sendText('hello', { legacyMessageId: '1' });
  // @ts-expect-error: a list of emoji
  contact.react('1', '👍');
  // @ts-expect-error: it is a Date
  contact.online({ lastSeen: 1234 });
  // @ts-expect-error: there is no such kind of group
  room.type = 'forum';
  // @ts-expect-error: there is no such affiliation
  (await room.getParticipant('x')).affiliation = 'king';
}

// The kit, and fakes.

export async function kit(romeo: User): Promise<void> {
  const hello = await romeo.sends('hello', { to: 'juliet' });
  await romeo.reacts(hello, ['👍']);
  // @ts-expect-error: to whom?
  await romeo.sends('hello');
  // @ts-expect-error: emoji are a list
  await romeo.reacts(hello, '👍');
  // @ts-expect-error: there is no such chat state
  await romeo.expects.chatState('typing');
  // @ts-expect-error: there is no such expectation
  await romeo.expects.txt('hello');
}

// @ts-expect-error: what has the network heard?
export const deaf: FakeNetwork = { account: () => ({}), people: ['a', 'b'] };

// @ts-expect-error: two people at least
export const lonely: FakeNetwork = { account: () => ({}), people: ['a'], heard: () => [] };
