/**
 * Harbour: a gateway to a pretend network, complete in one file. Copy it to begin your own.
 *
 * The upper half is the network: in memory, five people who do what people do. The lower half is the plugin: what
 * users do becomes calls of the network's client, what happens on the network becomes calls of contacts.
 */

import { BaseGateway, BaseSession, type JID, LegacyContact, LegacyRoster, XmppError } from 'slipway';

// The network: yours comes from a library.

const PEOPLE: Readonly<Record<string, { readonly name: string; readonly habit: string }>> = {
  ada: { name: 'Ada the harbour master', habit: 'answers' },
  bo: { name: 'Bo the ferryman', habit: 'reacts' },
  cleo: { name: 'Cleo the cook', habit: 'edits' },
  dag: { name: 'Dag the lighthouse keeper', habit: 'leaves' },
  eve: { name: 'Eve the smuggler', habit: 'only reads' },
};

type HarbourEvent =
  | { readonly kind: 'received' | 'read' | 'typing'; readonly from: string; readonly messageId: string }
  | { readonly kind: 'text' | 'edit'; readonly from: string; readonly messageId: string; readonly text: string }
  | { readonly kind: 'reaction'; readonly from: string; readonly messageId: string; readonly emoji: string }
  | { readonly kind: 'there' | 'away'; readonly from: string; readonly status: string };

type Later = (ms: number, task: () => void) => void;

class HarbourClient {
  readonly #emit: (event: HarbourEvent) => void;
  readonly #later: Later;
  #lastId = 0;
  #isOpen = true;

  constructor(later: Later, onEvent: (event: HarbourEvent) => void) {
    this.#later = later;
    this.#emit = (event) => this.#isOpen && onEvent(event);
  }

  static checkPassword(username: string, password: string): boolean {
    return username !== '' && password === 'ahoy';
  }

  /** Returns the id of the message; the answer comes by and by. */
  send(to: string, text: string): string {
    const messageId = String(++this.#lastId);
    const answerId = String(++this.#lastId);
    const about = { from: to, messageId };
    const answer = { from: to, messageId: answerId };
    this.#later(100, () => this.#emit({ kind: 'received', ...about }));
    this.#later(200, () => this.#emit({ kind: 'read', ...about }));
    const { habit } = PEOPLE[to] ?? {};
    if (habit === 'only reads') return messageId;
    if (habit === 'leaves') this.#later(250, () => this.#emit({ kind: 'there', from: to, status: 'At the lamp' }));
    if (habit === 'reacts') this.#later(300, () => this.#emit({ kind: 'reaction', ...about, emoji: '⚓' }));
    this.#later(400, () => this.#emit({ kind: 'typing', ...answer }));
    this.#later(800, () => this.#emit({ kind: 'text', ...answer, text: `You said: ${text}` }));
    if (habit === 'edits') {
      this.#later(1200, () => this.#emit({ kind: 'edit', ...answer, text: `You said "${text}", with salt.` }));
    }
    if (habit === 'leaves') this.#later(1200, () => this.#emit({ kind: 'away', from: to, status: 'Up in the tower' }));
    return messageId;
  }

  close(): void {
    this.#isOpen = false;
  }
}

// The plugin.

export class HarbourGateway extends BaseGateway {
  override readonly componentName = 'Harbour';
  override readonly componentType = 'harbour';
  override readonly rosterGroup = 'Harbour';
  override readonly properReceipts = true;
  override readonly registrationInstructions = 'Any user name will do. The password is "ahoy".';

  override async validate(_userJid: JID, form: { username: string; password: string }): Promise<void> {
    if (!HarbourClient.checkPassword(form.username, form.password)) {
      throw new XmppError('not-authorized', 'The harbour master does not know this password. It is "ahoy".');
    }
  }
}

export class HarbourContact extends LegacyContact {
  override async updateInfo(): Promise<void> {
    this.name = PEOPLE[this.legacyId]?.name;
    this.online({ status: 'On the quay' });
  }
}

export class HarbourRoster extends LegacyRoster<HarbourContact> {
  override async fill(): Promise<void> {
    for (const id of Object.keys(PEOPLE)) await (await this.byLegacyId(id)).addToRoster();
  }

  override async jidUsernameToLegacyId(username: string): Promise<string> {
    if (username in PEOPLE) return username;
    throw new XmppError('item-not-found', `There is no ${username} in this harbour.`);
  }
}

export class HarbourSession extends BaseSession<HarbourContact> {
  #client: HarbourClient | undefined;

  override async login(): Promise<string> {
    this.#client = new HarbourClient(
      (ms, task) => this.xmpp.clock.after(ms, task),
      (event) => this.#onEvent(event).catch((error) => this.xmpp.exception(error)),
    );
    return `Moored as ${this.user.legacyModuleData.username}`;
  }

  override async logout(): Promise<void> {
    this.#client?.close();
  }

  override async sendText(chat: HarbourContact, text: string): Promise<string | undefined> {
    return this.#client?.send(chat.legacyId, text);
  }

  async #onEvent(event: HarbourEvent): Promise<void> {
    const contact = await this.contacts.byLegacyId(event.from);
    switch (event.kind) {
      case 'received':
        return contact.received(event.messageId);
      case 'read':
        return contact.displayed(event.messageId);
      case 'typing':
        return contact.composing();
      case 'text':
        return contact.sendText(event.text, { legacyMsgId: event.messageId });
      case 'edit':
        return contact.correct(event.messageId, event.text);
      case 'reaction':
        return contact.react(event.messageId, [event.emoji]);
      case 'there':
        return contact.online({ status: event.status });
      case 'away':
        return contact.away({ status: event.status });
    }
  }
}
