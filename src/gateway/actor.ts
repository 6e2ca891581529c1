/** Those who speak to users: contacts, participants of rooms, and the gateway itself. */

import type { Element } from '../stanza/index.ts';
import type { ChatState } from '../xep/0085-chat-states.ts';
import type { Hint } from '../xep/0334-hints.ts';
import type { SharedFile, ShareOptions } from './attachment/files.ts';
import {
  type Attachment,
  type FileOptions,
  type FileSpeaker,
  type FilesOptions,
  sendFile,
  sendFiles,
} from './attachment/send.ts';
import type { FileSource } from './attachment/source.ts';
import type { Author, Conversation, IdLookup, Referred, Voice } from './conversation.ts';
import type { Envelope } from './outgoing/envelope.ts';
import type { LinkPreview } from './outgoing/link-preview.ts';
import {
  chatStateMessage,
  type MarkerKind,
  markerMessage,
  reactionMessage,
  receiptMessage,
} from './outgoing/notices.ts';
import { retractionMessage } from './outgoing/retraction.ts';
import { type ContentFacts, type ReplyFacts, textMessage } from './outgoing/text.ts';

/** A message that another one refers to. */
export interface MessageReference {
  /** Its id on the network. */
  readonly legacyId: string;
  /** Who wrote it. Default: who is known to have written it here. */
  readonly author?: 'user' | Actor;
  /** Its text, to be quoted for clients that do not know replies. Default, in rooms: what their history has. */
  readonly body?: string;
}

/** Options of everything that can be done in the name of the user too. */
export interface CarbonOptions {
  /**
   * In chats with one person only: it was not the contact but the user who did this, with another client of the
   * network. It appears in the user's XMPP clients as their own doing, if the server grants the privilege to send
   * messages (XEP-0356). Without it a text comes from the contact, marked as the user's; all else is dropped.
   */
  readonly carbon?: boolean;
  /**
   * In rooms only: it was done before, and is for the history. Nobody gets it now. The same event may be given any
   * number of times.
   */
  readonly archiveOnly?: boolean;
}

/** Options of everything that is said about a message, or about a chat. */
export interface NoticeOptions extends CarbonOptions {
  /** The thread that it belongs to, by its id on the network. */
  readonly thread?: string;
  /** When it was done, if that is not now. */
  readonly when?: Date;
}

/** Options of everything that has content: texts, files, corrections. */
export interface ContentOptions extends NoticeOptions {
  /** Whether servers should keep it. Default: `store`. */
  readonly hints?: readonly Hint[];
  /** The message that is answered. */
  readonly replyTo?: MessageReference;
}

/** Options of a new message. */
export interface MessageOptions extends ContentOptions {
  /**
   * The message's id on the foreign network. Without it the user can neither mark nor react to the message, and it
   * cannot be corrected.
   */
  readonly legacyMsgId?: string;
  /** What is known about pages that the text links to. */
  readonly linkPreviews?: readonly LinkPreview[];
}

/** Options of a new version of a message. */
export interface CorrectionOptions extends ContentOptions {
  /** The id of the correction itself, if the network gives it one. */
  readonly correctionEventId?: string;
  /** What is known about pages that the new text links to. */
  readonly linkPreviews?: readonly LinkPreview[];
}

/**
 * The verbs that all of them have.
 *
 * Verbs return at once: stanzas go out in the order of the calls, also when one of them needs to look up an id first.
 */
export abstract class Actor {
  /** @internal */
  protected abstract readonly conversation: Conversation;
  /** From whom, to whom, and of what type messages are. @internal */
  protected abstract envelope(voice: Voice): Envelope;
  /** Makes a file reachable for XMPP clients. @throws FetchError, UploadError, Error. @internal */
  protected abstract share(source: FileSource, options: ShareOptions): Promise<SharedFile>;
  /** The JID that replies to this actor's messages name, and the name in quotations. @internal */
  abstract asAuthor(): Author;
  /** As above, for the user of this conversation. @internal */
  protected abstract userAsAuthor(): Author;

  #lastState: ChatState | undefined;

  /** Says something. */
  sendText(body: string, options: MessageOptions = {}): void {
    const { legacyMsgId, linkPreviews } = options;
    const voice = voiceOf(options);
    const id = this.messageId(legacyMsgId, voice);
    // What is said counts as having the chat open.
    if (voice === 'actor') this.#lastState = 'active';
    this.sendContent({ ...options, id }, (envelope, facts) => textMessage(envelope, { ...facts, body, linkPreviews }));
  }

  /**
   * Sends a file: a path, a URL, bytes, or a stream of them. It is uploaded to where XMPP clients can fetch it.
   * @returns the URL; `undefined` when that was not possible, which the user has been told; or when this message was sent
   *   before.
   */
  sendFile(source: FileSource, options: FileOptions = {}): Promise<string | undefined> {
    return sendFile(this.#speaker, source, options);
  }

  /** Sends several files, and a text if there is one, as one message of the network. */
  sendFiles(attachments: readonly Attachment[], options: FilesOptions = {}): Promise<void> {
    return sendFiles(this.#speaker, attachments, options);
  }

  /** Changes the text of an earlier message. */
  correct(legacyMsgId: string, newText: string, options: CorrectionOptions = {}): void {
    const { correctionEventId, linkPreviews } = options;
    const id = this.messageId(correctionEventId, voiceOf(options)) ?? this.conversation.newId();
    this.sendContent({ ...options, id, corrects: legacyMsgId }, (envelope, facts) =>
      textMessage(envelope, { ...facts, body: newText, linkPreviews }),
    );
  }

  /** Takes a message back. */
  retract(legacyMsgId: string, options: NoticeOptions = {}): void {
    const { conversation } = this;
    const voice = voiceOf(options);
    conversation.sendLater(async (ids) => {
      const [first, ...more] = await ids.stanzaIdsOf(legacyMsgId);
      const thread = await ids.threadOf(options.thread);
      const retraction = (id: string) => retractionMessage(this.envelope(voice), id, conversation.newId(), thread);
      // A message that took several stanzas is taken back as a whole.
      for (const id of more) conversation.send(retraction(id), voice);
      return retraction(first ?? (await ids.stanzaIdOf(legacyMsgId)));
    }, voice);
  }

  /** Puts these emoji to a message, in the place of earlier ones of the same person; none takes them back. */
  react(legacyMsgId: string, emojis: readonly string[] = [], options: NoticeOptions = {}): void {
    const { conversation } = this;
    const voice = voiceOf(options);
    conversation.sendLater(
      async (ids) =>
        reactionMessage(this.envelope(voice), emojis, await ids.stanzaIdOf(legacyMsgId), conversation.newId()),
      voice,
    );
  }

  /** Has the chat open. XEP-0085. */
  active(options: NoticeOptions = {}): void {
    this.#chatState('active', options);
  }

  /** Is typing. Say it again from time to time while it lasts: clients forget it after a while. */
  composing(options: NoticeOptions = {}): void {
    this.#chatState('composing', options);
  }

  /** Has stopped typing. */
  paused(options: NoticeOptions = {}): void {
    this.#chatState('paused', options);
  }

  /** Has not looked at the chat for a while. */
  inactive(options: NoticeOptions = {}): void {
    this.#chatState('inactive', options);
  }

  /** Has left the chat. */
  gone(options: NoticeOptions = {}): void {
    this.#chatState('gone', options);
  }

  /** The network has taken the user's message for this actor. */
  ack(legacyMsgId: string, options: NoticeOptions = {}): void {
    this.mark('acknowledged', legacyMsgId, options);
  }

  /** The user's message has arrived at a device of this actor. XEP-0184. */
  received(legacyMsgId: string, options: NoticeOptions = {}): void {
    const { conversation } = this;
    const voice = voiceOf(options);
    conversation.sendLater(
      async (ids) => receiptMessage(this.envelope(voice), await ids.stanzaIdOf(legacyMsgId), conversation.newId()),
      voice,
    );
    this.mark('received', legacyMsgId, options);
  }

  /** The other side's messages have been read up to this one. XEP-0333. */
  displayed(legacyMsgId: string, options: NoticeOptions = {}): void {
    this.mark('displayed', legacyMsgId, options);
  }

  /** @internal */
  protected mark(kind: MarkerKind, legacyMsgId: string, options: NoticeOptions): void {
    const { conversation } = this;
    const voice = voiceOf(options);
    conversation.sendLater(
      async (ids) => markerMessage(this.envelope(voice), kind, await ids.stanzaIdOf(legacyMsgId), conversation.newId()),
      voice,
    );
  }

  /** @internal */
  protected messageId(legacyMsgId: string | undefined, voice: Voice): string | undefined {
    return legacyMsgId === undefined ? undefined : this.conversation.idFor(legacyMsgId, voice);
  }

  /**
   * Sends a message with content: at once when nothing needs to be looked up for it.
   * @internal
   */
  protected sendContent(
    options: ContentOptions & { readonly id: string | undefined; readonly corrects?: string },
    build: (envelope: Envelope, facts: ContentFacts) => Element,
  ): void {
    const { conversation } = this;
    const { id, hints, replyTo, thread, corrects } = options;
    const voice = voiceOf(options);
    const facts = { id, hints, when: conversation.delay(options.when), delayedBy: conversation.delayedBy };
    if (replyTo === undefined && thread === undefined && corrects === undefined) {
      return conversation.send(build(this.envelope(voice), facts), voice);
    }
    conversation.sendLater(
      async (ids) =>
        build(this.envelope(voice), {
          ...facts,
          thread: await ids.threadOf(thread),
          reply: await this.#replyFacts(replyTo, ids),
          replaces: corrects === undefined ? undefined : await ids.messageIdOf(corrects),
        }),
      voice,
    );
  }

  get #speaker(): FileSpeaker {
    const { conversation } = this;
    return {
      conversation,
      share: (source, options) => this.share(source, options),
      say: (body, options) => this.sendText(body, options),
      amend: (legacyMsgId, text, options) => this.correct(legacyMsgId, text, options),
      retractStanza: (id, voice) =>
        conversation.send(retractionMessage(this.envelope(voice), id, conversation.newId()), voice),
      content: (options, build) => this.sendContent(options, build),
    };
  }

  async #replyFacts(to: MessageReference | undefined, ids: IdLookup): Promise<ReplyFacts | undefined> {
    if (to === undefined) return undefined;
    const known: Referred = to.author && to.body ? {} : await ids.referred(to.legacyId);
    const author = to.author === 'user' ? this.userAsAuthor() : (to.author?.asAuthor() ?? known.author);
    const text = to.body ?? known.body;
    const quoted = text === undefined ? undefined : { text, ...(author && { introduction: `${author.name}:` }) };
    return { id: await ids.stanzaIdOf(to.legacyId), to: author?.jid, quoted };
  }

  #chatState(state: ChatState, options: NoticeOptions): void {
    const { conversation } = this;
    // Servers do not pass states of the user on to the user's own clients.
    if (options.carbon) return;
    // XEP-0085 §5.3: a state is not repeated; except that typing goes on.
    if (state === this.#lastState && state !== 'composing') return;
    this.#lastState = state;
    if (options.thread === undefined) {
      return conversation.send(chatStateMessage(this.envelope('actor'), state), 'actor');
    }
    conversation.sendLater(
      async (ids) => chatStateMessage(this.envelope('actor'), state, await ids.threadOf(options.thread)),
      'actor',
    );
  }
}

export function voiceOf(options: CarbonOptions): Voice {
  if (options.archiveOnly) return 'archive';
  return options.carbon ? 'user' : 'actor';
}
