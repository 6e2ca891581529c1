/** What a user of the kit expects to come, and what is said when it does not. */

import { bareOf, type Element, find, has, type Kind, StanzaError } from '../../../stanza/index.ts';
import { type ChatState, chatState } from '../../../xep/0085-chat-states.ts';
import * as receipts from '../../../xep/0184-receipts.ts';
import { x as directInvite, type Invitation } from '../../../xep/0249-direct-invite.ts';
import { replace } from '../../../xep/0308-correction.ts';
import * as markers from '../../../xep/0333-markers.ts';
import { retractionOf } from '../../../xep/0424-retraction.ts';
import { reactions } from '../../../xep/0444-reactions.ts';
import { fileSharing } from '../../../xep/0447-sfs.ts';
import { reply } from '../../../xep/0461-replies.ts';
import type { TestClient } from './client.ts';
import {
  copiedMessage,
  describe,
  fileUrlOf,
  kindOf,
  type Message,
  type MessageKind,
  quoted,
  readMessage,
} from './message.ts';
import { elapse, type Time, until } from './waiting.ts';

/** Something that was expected and did not come, or came and was not expected. */
export class ExpectationError extends Error {
  override readonly name = 'ExpectationError';
}

/** How long to wait. */
export interface Waiting {
  /**
   * Milliseconds to wait, by the clock of the kit. Default 10000. A fake clock goes on by itself to what is due until
   * then, whenever nothing else moves.
   */
  readonly within?: number;
}

/** What a text must be: exactly this, or something that fits. */
export type Text = string | RegExp;

/** A message that was sent or received before, or its id. */
export type Reference = Message | { readonly id: string } | string;

/** A file that came. */
export interface FileMessage extends Message {
  readonly url: string;
  readonly name: string | undefined;
  readonly mediaType: string | undefined;
  /** Bytes. */
  readonly size: number | undefined;
  /** Fetches it. */
  fetch(): Promise<Uint8Array>;
}

/** Whose expectations they are, and what counts. */
export interface Scope<W> {
  /** What the user is called in errors. */
  readonly name: string;
  /** The bare JID of the user. */
  readonly jid: string;
  readonly client: TestClient;
  readonly time: Time;
  /** Whether a stanza is for these expectations at all. */
  covers(stanza: Element): boolean;
  /** The full or bare JID of somebody. */
  addressOf(who: W): string;
  /** What else helps to understand, for the end of an error. */
  hints(): readonly string[];
}

/** From whom something is expected, and for how long. */
export interface From<W> extends Waiting {
  /** From whom it must be. Default: anybody. */
  readonly from?: W;
}

/** Milliseconds, by the clock of the kit. */
export const PATIENCE = 10_000;

/**
 * Each waits for a stanza that fits: one that has come already and was not asked for yet, or one that is to come.
 * Others that come in the meantime stay for whoever asks for them.
 */
export class Expectations<W> {
  /** @internal */
  protected readonly scope: Scope<W>;

  constructor(scope: Scope<W>) {
    this.scope = scope;
  }

  /** A text, also as the answer to a message; not a correction of one. */
  async text(wanted?: Text, options: From<W> & { readonly thread?: string } = {}): Promise<Message> {
    const { thread } = options;
    const inThread = thread === undefined ? '' : ` in the thread ${thread}`;
    return this.#message(`a text${shown(wanted)}${inThread}`, ['text'], options, (message) => {
      return fits(wanted, message.body) && (thread === undefined || message.thread === thread);
    });
  }

  /** A text that answers a message. */
  async reply(to: Reference, wanted?: Text, options: From<W> = {}): Promise<Message> {
    return this.#message(`a reply${shown(wanted)} to ${idOf(to)}`, ['text', 'file'], options, ({ stanza, body }) => {
      return find(stanza, reply)?.id === idOf(to) && fits(wanted, body);
    });
  }

  /** The new text of a message. */
  async correction(of: Reference, wanted?: Text, options: From<W> = {}): Promise<Message> {
    const what = `a correction of ${messageIdOf(of)}${wanted === undefined ? '' : ` to${shown(wanted)}`}`;
    return this.#message(what, ['correction'], options, ({ stanza, body }) => {
      return find(stanza, replace)?.id === messageIdOf(of) && fits(wanted, body);
    });
  }

  /** A message is taken back. */
  async retraction(of: Reference, options: From<W> = {}): Promise<Message> {
    return this.#message(`a retraction of ${idOf(of)}`, ['retraction'], options, ({ stanza }) => {
      return retractionOf(stanza)?.id === idOf(of);
    });
  }

  /** Reactions to a message: exactly these emoji, in any order; `[]` when they are taken back. */
  async reaction(to: Reference, emojis?: readonly string[], options: From<W> = {}): Promise<readonly string[]> {
    const which = emojis === undefined ? '' : ` ${emojis.join(' ') || '(none)'}`;
    const { stanza } = await this.#message(`a reaction${which} to ${idOf(to)}`, ['reaction'], options, (message) => {
      const found = find(message.stanza, reactions);
      return found?.id === idOf(to) && (emojis === undefined || isSame(found.emojis, emojis));
    });
    return find(stanza, reactions)?.emojis ?? [];
  }

  /** The receipt for a message: it has arrived. */
  async receipt(of: Reference, options: From<W> = {}): Promise<Message> {
    return this.#message(`a receipt for ${idOf(of)}`, ['receipt'], options, ({ stanza }) => {
      return find(stanza, receipts.received)?.id === idOf(of);
    });
  }

  /** The marker that says that everything up to a message has been read. */
  async displayed(of: Reference, options: From<W> = {}): Promise<Message> {
    return this.#message(`the marker "displayed" for ${idOf(of)}`, ['displayed'], options, ({ stanza }) => {
      return find(stanza, markers.displayed)?.id === idOf(of);
    });
  }

  /** The marker that says that the network has taken a message. */
  async acknowledged(of: Reference, options: From<W> = {}): Promise<Message> {
    return this.#message(`the marker "acknowledged" for ${idOf(of)}`, ['acknowledged'], options, ({ stanza }) => {
      return find(stanza, markers.acknowledged)?.id === idOf(of);
    });
  }

  /** Somebody is typing, has stopped, … Not what comes along with a text. */
  async chatState(state: ChatState, options: From<W> = {}): Promise<Message> {
    return this.#message(`the chat state "${state}"`, ['chat state'], options, ({ stanza }) => {
      return find(stanza, chatState) === state;
    });
  }

  /** A file. */
  async file(options: From<W> & { readonly name?: Text; readonly mediaType?: Text } = {}): Promise<FileMessage> {
    const { name, mediaType } = options;
    const what = `a file${shown(name)}${mediaType === undefined ? '' : ` of type${shown(mediaType)}`}`;
    const message = await this.#message(what, ['file'], options, ({ stanza }) => {
      const about = fileFacts(stanza);
      return fits(name, about.name) && fits(mediaType, about.mediaType);
    });
    return { ...message, ...fileFacts(message.stanza) };
  }

  /** An error, of this condition. */
  async error(condition?: StanzaError['condition'], options: From<W> = {}): Promise<StanzaError> {
    const what = `an error${condition === undefined ? '' : ` ${condition}`}`;
    const { stanza } = await this.#message(what, ['error'], options, (message) => {
      return condition === undefined || StanzaError.fromStanza(message.stanza).condition === condition;
    });
    return StanzaError.fromStanza(stanza);
  }

  /** An invitation into a room, from somebody. */
  async invitation(to?: W, options: From<W> = {}): Promise<Invitation> {
    const room = to === undefined ? undefined : this.scope.addressOf(to);
    const what = `an invitation${room === undefined ? '' : ` to ${room}`}`;
    const { stanza } = await this.#message(what, ['invitation'], options, (message) => {
      return room === undefined || find(message.stanza, directInvite)?.jid === room;
    });
    return find(stanza, directInvite) as Invitation;
  }

  /** What the user has written with another client of the network, and sees here as their own. */
  async ownText(wanted?: Text, options: Waiting & { readonly to?: W } = {}): Promise<Message> {
    const to = options.to === undefined ? undefined : this.scope.addressOf(options.to);
    const what = `a copy of a text${shown(wanted)}${to === undefined ? '' : ` to ${to}`}`;
    const own = (stanza: Element) => {
      const copy = copiedMessage(stanza);
      return copy === undefined ? undefined : readMessage(copy, this.scope.jid);
    };
    const found = await this.#stanza(what, options, (stanza) => {
      const message = own(stanza);
      return message !== undefined && fits(wanted, message.body) && (to === undefined || message.chat === to);
    });
    return own(found) as Message;
  }

  /** Any stanza that carries this element, with its value: for what has no method here. */
  async element<T>(
    codec: Kind & { parse(element: Element): T | undefined },
    isWanted: (value: T, stanza: Element) => boolean = () => true,
    options: From<W> = {},
  ): Promise<T> {
    const read = (stanza: Element) => {
      const payload = stanza.getChildElements().find((each) => codec.ns === each.ns && codec.names.includes(each.name));
      return payload === undefined ? undefined : codec.parse(payload);
    };
    const from = this.#from(options.from);
    const found = await this.#stanza(
      `<${codec.names.join('/> or <')}/> of ${codec.ns}${from.text}`,
      options,
      (each) => {
        const value = read(each);
        return value !== undefined && from.fits(each) && isWanted(value, each);
      },
    );
    return read(found) as T;
  }

  /**
   * That no message comes which nobody has asked for: no text, no receipt, nothing but chat states.
   * @param options `within`: how long it must stay silent. Default 0: what is on its way may arrive, no more.
   */
  async nothing(options: From<W> = {}): Promise<void> {
    const { client, time, name } = this.scope;
    const from = this.#from(options.from);
    await elapse(time, options.within ?? 0);
    const came = client.received.filter((stanza) => {
      if (stanza.name !== 'message' || !this.scope.covers(stanza) || !from.fits(stanza)) return false;
      const kind = kindOf(stanza);
      return kind !== 'chat state' && kind !== 'something else';
    });
    if (came.length === 0) return;
    throw new ExpectationError(`${name} expected nothing${from.text}, but there came:${list(came.map(describe))}`);
  }

  /**
   * Waits until `check` gives something: for whatever has no method here.
   * @param what what is expected, for the error: `the network to have heard "hello"`.
   */
  async becomes<T>(what: string, check: () => T | undefined, { within = PATIENCE }: Waiting = {}): Promise<T> {
    const found = await until(this.scope.time, check, within);
    if (found === undefined) throw this.#failed(what, within);
    return found;
  }

  async #message(
    what: string,
    kinds: readonly MessageKind[],
    options: From<W>,
    isWanted: (message: Message) => boolean,
  ): Promise<Message> {
    const from = this.#from(options.from);
    const found = await this.#stanza(`${what}${from.text}`, options, (stanza) => {
      const isKind = kinds.includes('error') ? stanza.attrs.type === 'error' : stanza.name === 'message';
      if (!isKind || !from.fits(stanza) || copiedMessage(stanza) !== undefined) return false;
      return kinds.includes(kindOf(stanza)) && isWanted(readMessage(stanza, this.scope.jid));
    });
    return readMessage(found, this.scope.jid);
  }

  async #stanza(
    what: string,
    { within = PATIENCE }: Waiting,
    isWanted: (stanza: Element) => boolean,
  ): Promise<Element> {
    const { client, time } = this.scope;
    const take = () => client.take((stanza) => this.scope.covers(stanza) && isWanted(stanza));
    const found = await until(time, take, within);
    if (found === undefined) throw this.#failed(what, within);
    return found;
  }

  #failed(what: string, within: number): ExpectationError {
    const { name, client } = this.scope;
    const came = client.received.filter((stanza) => this.scope.covers(stanza));
    // Presences and pushes of the roster are many, and seldom what is looked for.
    const shown = came.some(({ name: kind }) => kind === 'message') ? came.filter(isOfInterest) : came;
    const lines = shown.slice(-MANY).map(describe);
    const others = came.length === lines.length ? [] : [`… and ${came.length - lines.length} more`];
    const instead = came.length === 0 ? 'Nothing else came.' : `What came instead:${list([...lines, ...others])}`;
    const said = [`${name} expected ${what}, which did not come within ${within / 1000} s.`, instead];
    return new ExpectationError([...said, ...this.scope.hints()].join('\n'));
  }

  #from(who: W | undefined): { readonly text: string; fits(stanza: Element): boolean } {
    if (who === undefined) return { text: '', fits: () => true };
    const jid = this.scope.addressOf(who);
    return {
      text: ` from ${jid}`,
      fits: ({ attrs: { from = '' } }) => from === jid || bareOf(from) === jid,
    };
  }
}

/** Stanzas that an error lists at most: the last ones. */
const MANY = 15;

function isOfInterest(stanza: Element): boolean {
  return stanza.name === 'message' && stanza.attrs.type !== 'headline';
}

/** By which other messages refer to a message: in rooms the id that the room gave it. */
export function idOf(reference: Reference): string {
  return typeof reference === 'string' ? reference : reference.id;
}

/** By which corrections refer to a message: always the id that its sender gave it. XEP-0308 §3. */
export function messageIdOf(reference: Reference): string {
  return typeof reference === 'object' && 'stanza' in reference ? (reference.stanza.attrs.id ?? '') : idOf(reference);
}

function fileFacts(stanza: Element) {
  const about = find(stanza, fileSharing)?.file;
  const url = fileUrlOf(stanza) ?? '';
  return {
    url,
    name: about?.name,
    mediaType: about?.mediaType,
    size: about?.size,
    async fetch(): Promise<Uint8Array> {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${url} answers ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

function fits(wanted: Text | undefined, text: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (text === undefined) return false;
  return typeof wanted === 'string' ? text === wanted : wanted.test(text);
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && [...some].sort().every((each, i) => each === [...others].sort()[i]);
}

function shown(text: Text | undefined): string {
  if (text === undefined) return '';
  return ` ${typeof text === 'string' ? quoted(text) : text}`;
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `\n  – ${line}`).join('');
}

/** Whether a stanza is for the chats of one user with one person: not said in a room. */
export function isOutsideRooms(stanza: Element): boolean {
  return stanza.name !== 'message' || stanza.attrs.type !== 'groupchat' || has(stanza, directInvite);
}
