/** A plugin that implements every hook there is for chats with one person, and remembers what it was asked to do. */

import {
  type FormValues,
  type PluginClasses,
  type Preferences,
  type ReplyOptions,
  type ResourcePresence,
  SearchResult,
  type SendFileOptions,
  type SendTextOptions,
  type Sticker,
} from '../../src/gateway/index.ts';
import type { Element } from '../../src/stanza/index.ts';
import { type Call, TestContact, TestGateway, TestRoster, TestSession } from './plugin.ts';

export class FullGateway extends TestGateway {
  override readonly searchFields = [{ var: 'nick', label: 'Nickname', required: true }];
}

export class FullContact extends TestContact {
  get calls(): Call[] {
    return (this.session as FullSession).calls;
  }

  override async fetchVcard(): Promise<void> {
    this.calls.push(['fetchVcard', this.legacyId]);
  }

  override async createThread(xmppThreadId: string): Promise<string> {
    this.calls.push(['createThread', this.legacyId, xmppThreadId]);
    return `thread of ${xmppThreadId}`;
  }

  override async onFriendRequest(text: string): Promise<void> {
    this.calls.push(['onFriendRequest', this.legacyId, text]);
  }

  override async onFriendAccept(): Promise<void> {
    this.calls.push(['onFriendAccept', this.legacyId]);
  }

  override async onFriendDelete(text: string): Promise<void> {
    this.calls.push(['onFriendDelete', this.legacyId, text]);
  }
}

/** The answers to searches, by what is searched for. */
const DIRECTORY: Readonly<Record<string, readonly Record<string, string>[]>> = {
  juliet: [{ name: 'Juliet Capulet', jid: 'juliet@gw.localhost' }],
  capulet: [
    { name: 'Juliet Capulet', jid: 'juliet@gw.localhost' },
    { name: 'Tybalt Capulet', jid: 'tybalt@gw.localhost' },
  ],
};

export class FullSession extends TestSession {
  /** What the options of the last text or file said. */
  options: Partial<SendTextOptions | SendFileOptions> = {};
  #files = 0;

  override async sendText(chat: TestContact, text: string, options: SendTextOptions): Promise<string> {
    this.options = options;
    return super.sendText(chat, text, options);
  }

  override async sendFile(chat: TestContact, url: string, options: SendFileOptions): Promise<string> {
    this.options = options;
    const { httpResponse, fileName, contentType, size, caption } = options;
    let bytes = 0;
    for await (const piece of httpResponse.body) bytes += (piece as Uint8Array).length;
    this.calls.push(['sendFile', chat.legacyId, url, { fileName, contentType, size, caption, bytes }]);
    return `file-${++this.#files}`;
  }

  override async onSticker(chat: TestContact, { data, contentType, cid }: Sticker, options: ReplyOptions) {
    this.options = options;
    this.calls.push(['onSticker', chat.legacyId, data.length, contentType, cid]);
    return 'sticker-1';
  }

  override async correct(
    chat: TestContact,
    text: string,
    legacyMsgId: string,
    thread?: string,
    options: Partial<SendTextOptions> = {},
  ): Promise<string | undefined> {
    this.options = options;
    this.calls.push(['correct', chat.legacyId, text, legacyMsgId, thread]);
    return text === 'with a new id' ? `${legacyMsgId}-v2` : undefined;
  }

  override async react(chat: TestContact, legacyMsgId: string, emojis: readonly string[], thread?: string) {
    this.calls.push(['react', chat.legacyId, legacyMsgId, [...emojis], thread]);
  }

  override async retract(chat: TestContact, legacyMsgId: string, thread?: string): Promise<void> {
    this.calls.push(['retract', chat.legacyId, legacyMsgId, thread]);
  }

  override async search(values: FormValues): Promise<SearchResult | undefined> {
    this.calls.push(['search', { ...values }]);
    const items = DIRECTORY[String(values.nick)];
    const fields = [{ var: 'name', label: 'Name' }, { var: 'jid' }];
    return items && new SearchResult({ fields, items });
  }

  override async onSubscribe(stanza: Element): Promise<void> {
    this.calls.push(['onSubscribe', stanza.attrs.to]);
  }

  override async onSubscribed(stanza: Element): Promise<void> {
    this.calls.push(['onSubscribed', stanza.attrs.to]);
  }

  override async onPresence(
    resource: string,
    show: string | undefined,
    status: string,
    resources: Readonly<Record<string, ResourcePresence>>,
    merged: ResourcePresence | undefined,
  ): Promise<void> {
    this.calls.push(['onPresence', resource, show, status, Object.keys(resources), merged]);
  }

  override async onAvatar(
    bytes: Uint8Array | undefined,
    hash: string | undefined,
    type: string | undefined,
    width: number | undefined,
    height: number | undefined,
  ): Promise<void> {
    this.calls.push(['onAvatar', bytes?.length, hash, type, width, height]);
  }

  override async onPreferences(previous: Preferences, next: Preferences): Promise<void> {
    this.calls.push(['onPreferences', previous, next]);
  }
}

export const FULL_PLUGIN: PluginClasses = {
  gateway: FullGateway,
  session: FullSession,
  roster: TestRoster,
  contact: FullContact,
};
