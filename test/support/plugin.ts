/** A plugin that does nothing but remember what it was asked to do. */

import {
  BaseGateway,
  BaseSession,
  type JID,
  LegacyContact,
  LegacyRoster,
  type PluginClasses,
  type SendTextOptions,
  XmppError,
} from '../../src/gateway/index.ts';

export class TestGateway extends BaseGateway {
  override readonly componentName: string = 'Test';
  override readonly componentType: string = 'test';

  readonly errors: unknown[] = [];

  override exception(error: unknown): void {
    this.errors.push(error);
  }

  override async validate(_userJid: JID, form: { username: string; password: string }): Promise<void> {
    if (form.password === 'wrong') throw new XmppError('not-authorized', 'That is wrong.');
    if (form.password === 'crash') throw new Error('a secret of the inside');
  }
}

export class TestContact extends LegacyContact {
  updates = 0;

  override async updateInfo(): Promise<void> {
    this.updates++;
    await Promise.resolve();
    this.name = this.legacyId.toUpperCase();
  }
}

export class TestRoster extends LegacyRoster<TestContact> {
  override async jidUsernameToLegacyId(username: string): Promise<string> {
    if (username === 'nobody') throw new XmppError('item-not-found', 'Nobody is not there.');
    return super.jidUsernameToLegacyId(username);
  }

  override async fill(): Promise<void> {
    for (const id of ['juliet', 'nurse']) {
      const contact = await this.byLegacyId(id);
      await contact.addToRoster();
      contact.online();
    }
  }
}

/** What a hook was called with: its name, the contact's id, the rest. */
export type Call = readonly [hook: string, ...args: unknown[]];

export class TestSession extends BaseSession<TestContact> {
  readonly calls: Call[] = [];
  #lastId = 0;

  override async login(): Promise<string> {
    this.calls.push(['login']);
    if (this.user.legacyModuleData.password === 'locked')
      throw new XmppError('not-authorized', 'The account is locked.');
    return 'Connected as test';
  }

  override async logout(): Promise<void> {
    this.calls.push(['logout']);
  }

  override async sendText(chat: TestContact, text: string, options: SendTextOptions): Promise<string> {
    this.calls.push(['sendText', chat.legacyId, text, options.thread]);
    if (text === 'refuse') throw new XmppError('policy-violation', 'Not that.');
    if (text === 'crash') throw new Error('a secret of the inside');
    return `legacy-${++this.#lastId}`;
  }

  override async active(chat: TestContact): Promise<void> {
    this.calls.push(['active', chat.legacyId]);
  }

  override async composing(chat: TestContact): Promise<void> {
    this.calls.push(['composing', chat.legacyId]);
  }

  override async paused(chat: TestContact): Promise<void> {
    this.calls.push(['paused', chat.legacyId]);
  }

  override async inactive(chat: TestContact): Promise<void> {
    this.calls.push(['inactive', chat.legacyId]);
  }

  override async displayed(chat: TestContact, legacyMsgId: string): Promise<void> {
    this.calls.push(['displayed', chat.legacyId, legacyMsgId]);
  }
}

export const TEST_PLUGIN: PluginClasses = {
  gateway: TestGateway,
  session: TestSession,
  roster: TestRoster,
  contact: TestContact,
};
