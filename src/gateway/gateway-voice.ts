/** The gateway as somebody who speaks: to one person, from its own address. */

import type { Element, JID, MessageType } from '../stanza/index.ts';
import { Actor } from './actor.ts';
import type { SharedFile, ShareOptions } from './attachment/files.ts';
import type { FileSource } from './attachment/source.ts';
import { type Author, type Conversation, type IdLookup, Ordered } from './conversation.ts';
import type { BaseGateway } from './gateway.ts';
import type { Envelope } from './outgoing/envelope.ts';

/** What the gateway says, to whomever. It says nothing on the network: messages have the ids of their stanzas. */
export class GatewayConversation extends Ordered implements Conversation {
  readonly #gateway: BaseGateway;

  protected readonly ids: IdLookup = {
    stanzaIdOf: async (id) => id,
    messageIdOf: async (id) => id,
    stanzaIdsOf: async (id) => [id],
    threadOf: async (thread) => thread,
    referred: async () => ({}),
  };

  constructor(gateway: BaseGateway) {
    super();
    this.#gateway = gateway;
  }

  get delayedBy(): string {
    return this.#gateway.jid;
  }

  idFor(id: string): string {
    return id;
  }

  async isSent(): Promise<boolean> {
    return false;
  }

  newId(): string {
    return this.#gateway.newId();
  }

  partSent(): void {}

  async takeParts(): Promise<readonly string[]> {
    return [];
  }

  delay(when: Date | undefined): Date | undefined {
    return when;
  }

  protected emit(stanza: Element): void {
    this.#gateway.send(stanza);
  }

  protected failed(error: unknown): void {
    this.#gateway.exception(error);
  }
}

export class GatewayVoice extends Actor {
  protected readonly conversation: Conversation;
  readonly #gateway: BaseGateway;
  readonly #to: JID;
  readonly #type: MessageType;

  constructor(gateway: BaseGateway, conversation: Conversation, to: JID, type: MessageType) {
    super();
    this.conversation = conversation;
    this.#gateway = gateway;
    this.#to = to;
    this.#type = type;
  }

  asAuthor(): Author {
    return { jid: this.#gateway.jid, name: this.#gateway.componentName };
  }

  protected userAsAuthor(): Author {
    return { jid: this.#to.bare, name: this.#to.local };
  }

  protected envelope(): Envelope {
    return { from: this.#gateway.jid, to: this.#to.full, type: this.#type };
  }

  protected share(source: FileSource, options: ShareOptions): Promise<SharedFile> {
    return this.#gateway.files.share(undefined, source, options, this.#gateway.uploadRequester(this.#to));
  }
}
