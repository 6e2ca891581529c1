/** The plugin of the scenarios in rooms. Of the room "group" the network knows what was said in the last hours. */

import type {
  GatewayServices,
  LegacyParticipant,
  SendFileOptions,
  SendTextOptions,
} from '../../../src/gateway/index.ts';
import { GroupsBookmarks, GroupsGateway, GroupsRoster, GroupsSession, TestRoom } from '../../support/groups-plugin.ts';
import { TestContact } from '../../support/plugin.ts';
import { obeyOrders, Reported, reportException } from './orders.ts';

/** What was said, oldest first: one message every ten minutes. */
const SAID = 25;
const BETWEEN = 600_000;

export class RoomsSession extends GroupsSession {
  override readonly calls = new Reported(() => this.user.jid.bare);

  override async sendText(chat: TestContact, text: string, options: SendTextOptions): Promise<string> {
    const { replyTo, replyToMsgId, replyToFallbackText, mentions = [] } = options;
    if (replyToMsgId !== undefined) {
      const author = (replyTo as unknown as LegacyParticipant | undefined)?.nickname;
      this.calls.push(['replied', chat.legacyId, replyToMsgId, author, replyToFallbackText]);
    }
    for (const { participant, start, end } of mentions) {
      this.calls.push(['mentioned', participant.nickname, start, end]);
    }
    return super.sendText(chat, text, options);
  }

  override async sendFile(chat: TestContact, url: string, options: SendFileOptions): Promise<string> {
    let bytes = 0;
    for await (const piece of options.httpResponse.body) bytes += (piece as Uint8Array).length;
    this.calls.push(['fileOf', bytes]);
    return super.sendFile(chat, url, options);
  }
}

export class RoomsRoom extends TestRoom {
  override async backfill(): Promise<void> {
    if (this.legacyId !== 'group') return;
    const now = this.session.xmpp.clock.now();
    for (let i = 0; i < SAID; i++) {
      const author = await (i % 2 === 0 ? this.getParticipantByLegacyId('juliet') : this.getParticipant('Stranger'));
      const when = new Date(now - (SAID - i) * BETWEEN);
      author.sendText(`said ${i}`, { legacyMsgId: `old-${i}`, when, archiveOnly: true });
    }
  }
}

export class RoomsGateway extends GroupsGateway {
  constructor(services: GatewayServices) {
    super(services);
    obeyOrders(this);
  }

  override exception(error: unknown): void {
    reportException(error);
  }
}

export class RoomsContact extends TestContact {}
export { GroupsBookmarks as RoomsBookmarks, GroupsRoster as RoomsRoster };
