/** The plugin of the scenarios with people. */

import { createHash } from 'node:crypto';
import type { GatewayServices, SendFileOptions, SendTextOptions } from '../../../src/gateway/index.ts';
import { FullContact, FullGateway, FullSession } from '../../support/full-plugin.ts';
import { type TestContact, TestRoster } from '../../support/plugin.ts';
import { obeyOrders, Reported, reportException } from './orders.ts';

export class PeopleSession extends FullSession {
  override readonly calls = new Reported(() => this.user.jid.bare);

  override async sendText(chat: TestContact, text: string, options: SendTextOptions): Promise<string> {
    const { replyTo, replyToMsgId, replyToFallbackText } = options;
    if (replyToMsgId !== undefined) {
      this.calls.push([
        'replied',
        chat.legacyId,
        replyToMsgId,
        (replyTo as TestContact | undefined)?.legacyId,
        replyToFallbackText,
      ]);
    }
    return super.sendText(chat, text, options);
  }

  override async sendFile(chat: TestContact, url: string, options: SendFileOptions): Promise<string> {
    const { fileName, contentType, size, caption } = options;
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of options.httpResponse.body) {
      bytes += (piece as Uint8Array).length;
      hash.update(piece as Uint8Array);
    }
    const about = { fileName, contentType, size, caption, bytes, sha256: hash.digest('hex') };
    this.calls.push(['sendFile', chat.legacyId, url, about]);
    return `file-of-${bytes}`;
  }
}

export class PeopleGateway extends FullGateway {
  constructor(services: GatewayServices) {
    super(services);
    obeyOrders(this);
  }

  override exception(error: unknown): void {
    reportException(error);
  }
}

export { FullContact as PeopleContact, TestRoster as PeopleRoster };
