/** Somebody at an XMPP client: what they do is a verb, what they wait for is an expectation. */

import {
  bareOf,
  body,
  type Element,
  find,
  has,
  type IqSender,
  message,
  type Node,
  presence as presenceStanza,
  priority,
  roster,
  show,
  status,
  thread,
} from '../../../stanza/index.ts';
import { submit } from '../../../xep/0004-data-forms.ts';
import { discoInfo, type Info } from '../../../xep/0030-disco.ts';
import { user as mucUser } from '../../../xep/0045-muc.ts';
import { listCommands } from '../../../xep/0050-commands.ts';
import { NS as NS_SEARCH, search } from '../../../xep/0055-search.ts';
import { NS as NS_REGISTER, register, unregister } from '../../../xep/0077-register.ts';
import { type ChatState, chatState } from '../../../xep/0085-chat-states.ts';
import * as receipts from '../../../xep/0184-receipts.ts';
import { x as directInvite } from '../../../xep/0249-direct-invite.ts';
import { replace } from '../../../xep/0308-correction.ts';
import * as markers from '../../../xep/0333-markers.ts';
import { hint } from '../../../xep/0334-hints.ts';
import { findUploadService, requestSlot } from '../../../xep/0363-http-upload.ts';
import { type Bookmark, fetchBookmarks } from '../../../xep/0402-bookmarks.ts';
import { retractPayloads } from '../../../xep/0424-retraction.ts';
import { moderateMessage } from '../../../xep/0425-moderation.ts';
import { reactions } from '../../../xep/0444-reactions.ts';
import { sharePayloads } from '../../../xep/0447-sfs.ts';
import { replyPayloads } from '../../../xep/0461-replies.ts';
import type { FormValues } from '../../command/form.ts';
import { BaseGateway } from '../../gateway.ts';
import { RegistrationType } from '../../registration/choices.ts';
import type { BaseSession } from '../../session.ts';
import { addressOf, type Who } from './address.ts';
import type { TestClient } from './client.ts';
import { asTexts, Dialogue } from './dialogue.ts';
import { idOf, isOutsideRooms, messageIdOf, PATIENCE } from './expectations.ts';
import { type Message, readMessage } from './message.ts';
import { type JoinOptions, RoomVisit } from './room.ts';
import { type SeenState, UserExpectations } from './user-expectations.ts';
import { during, type Time } from './waiting.ts';
import { readXml } from './xml.ts';

/** The world that a user lives in: the kit. */
export interface World extends Time {
  /** The domain of the gateway. */
  readonly domain: string;
  readonly gateway: BaseGateway;
  hints(): readonly string[];
}

/** A file to send. */
export interface OutgoingFile {
  /** The content; text is encoded as UTF-8. */
  readonly data: Uint8Array | string;
  /** What it is called. Default: `file`. */
  readonly name?: string;
  readonly type?: string;
}

/** To whom something is sent. */
export interface SendOptions {
  /** The contact or room: its JID, its localpart, or the object itself. */
  readonly to: Who;
  /** The thread that the client says it belongs to. */
  readonly thread?: string;
}

/** A user of the kit: at a client that is logged in. */
export class User {
  readonly name: string;
  /** The bare JID. */
  readonly jid: string;
  readonly client: TestClient;
  /** Sends requests as this client, for the functions of `slipway/xep`. A fake clock goes on until the answer is there. */
  readonly iq: IqSender;
  readonly expects: UserExpectations;
  /** The roster as the client knows it, by bare JID. */
  readonly roster = new Map<string, roster.Item>();
  readonly #world: World;
  /** The last presence of each full JID. */
  readonly #presences = new Map<string, Element>();
  readonly #visits = new Map<string, RoomVisit>();
  #lastId = 0;

  /** Called by the kit. @internal */
  constructor(world: World, name: string, jid: string, client: TestClient) {
    this.name = name;
    this.jid = jid;
    this.client = client;
    this.#world = world;
    this.iq = { request: (request) => during(world, client.stream.request(request), PATIENCE) };
    this.expects = new UserExpectations(this, {
      name,
      jid,
      client,
      time: world,
      covers: isOutsideRooms,
      addressOf: (who) => this.addressOf(who),
      hints: () => world.hints(),
    });
  }

  /** The session of this user in the plugin. @throws Error when the user is not registered. */
  get session(): BaseSession {
    const session = this.#world.gateway.getSessionFromJid(this.jid);
    if (session === undefined) throw new Error(`${this.name} is not registered with the gateway`);
    return session;
  }

  /** The address of somebody: a name without `@` is at the gateway. */
  addressOf(who: Who): string {
    return addressOf(who, this.#world.domain);
  }

  // Messages.

  /** Writes a text. */
  async sends(text: string, options: SendOptions): Promise<Message> {
    return this.#send(options, body.build(text), receipts.request.build(true), markers.markable.build(true));
  }

  /** Answers a message. Clients that do not know replies see a quotation in front. */
  async replies(to: Message, text: string): Promise<Message> {
    const author = to.isGroup ? to.from : bareOf(to.from);
    const quote = to.body === undefined ? undefined : { text: to.body };
    const payloads = replyPayloads({ id: to.id, to: author }, text, quote);
    return this.#send(chatOf(to), ...payloads, receipts.request.build(true), markers.markable.build(true));
  }

  /** Changes the text of an own message. */
  async corrects(earlier: Message, text: string): Promise<Message> {
    return this.#send(chatOf(earlier), body.build(text), replace.build({ id: messageIdOf(earlier) }));
  }

  /** Takes an own message back. */
  async retracts(earlier: Message): Promise<Message> {
    return this.#send(chatOf(earlier), ...retractPayloads({ id: idOf(earlier) }));
  }

  /** Puts these emoji to a message, in the place of earlier ones. */
  async reacts(to: Message, emojis: readonly string[]): Promise<Message> {
    return this.#send(chatOf(to), reactions.build({ id: idOf(to), emojis }), hint.build('store'));
  }

  /** Has read everything up to this message. */
  async displays(upTo: Message): Promise<void> {
    await this.#send(chatOf(upTo), markers.displayed.build({ id: idOf(upTo) }), hint.build('store'));
  }

  /** Is typing, has stopped, has the chat open, … */
  async shows(state: ChatState, { to, thread: id }: SendOptions): Promise<void> {
    const payloads = [chatState.build(state), hint.build('no-store')];
    await this.#send({ to, ...(id !== undefined && { thread: id }) }, ...payloads);
  }

  /** Uploads a file and sends it. */
  async sendsFile({ data, name = 'file', type }: OutgoingFile, options: SendOptions): Promise<Message> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    const mediaType = type ?? 'application/octet-stream';
    const { stream } = this.client;
    const service = await findUploadService(this.iq, stream.jid.domain);
    if (service === undefined) throw new Error('the server has no upload service');
    const wanted = { filename: name, size: bytes.length, contentType: mediaType };
    const { put, get } = await requestSlot(this.iq, service.jid, wanted);
    const { ok, status: code } = await fetch(put.url, {
      method: 'PUT',
      body: new Uint8Array(bytes),
      headers: { 'content-type': mediaType },
    });
    if (!ok) throw new Error(`the upload service answers ${code}`);
    return this.#send(options, ...sharePayloads(get.url, { name, size: bytes.length, mediaType }));
  }

  /** Takes back a message of somebody else, as a moderator of the room. @throws StanzaError. */
  async moderates(unwanted: Message, reason?: string): Promise<void> {
    await moderateMessage(this.iq, unwanted.chat, idOf(unwanted), reason);
  }

  /**
   * Sends a stanza as it is written: for what has no method here.
   * @throws XmlError with line and column when it is no XML.
   */
  async sendsXml(xml: string): Promise<void> {
    await this.#sendStanza(readXml(xml));
  }

  // Rooms.

  /** Joins a room, and waits until that is done. @throws StanzaError when the room says no. */
  async joins(room: Who, options: JoinOptions = {}): Promise<RoomVisit> {
    const jid = bareOf(this.addressOf(room));
    const visit = new RoomVisit(this, jid, options.nick ?? this.name, {
      name: this.name,
      jid: this.jid,
      client: this.client,
      time: this.#world,
      hints: () => this.#world.hints(),
    });
    this.#visits.set(jid, visit);
    await visit.enter(options);
    return visit;
  }

  /** Asks somebody into a room. */
  async invites(whom: Who, room: Who, reason?: string): Promise<void> {
    const jid = bareOf(this.addressOf(room));
    const invitation = directInvite.build({ jid, ...(reason !== undefined && { reason }) });
    await this.#sendStanza(message({ to: bareOf(this.addressOf(whom)), id: this.nextId() }, invitation));
  }

  /** The user's bookmarks, as the server has them. */
  bookmarks(): Promise<readonly Bookmark[]> {
    return fetchBookmarks(this.iq);
  }

  // Presence and contacts.

  /** Is away, busy, back again (`online`), or gone. */
  async goes(state: SeenState, options: { readonly status?: string } = {}): Promise<void> {
    const words = options.status === undefined ? [] : [status.build(options.status)];
    const shows = state === 'online' || state === 'offline' ? [] : [show.build(state)];
    const payloads = [...shows, ...words, priority.build(0)];
    await this.#sendStanza(
      state === 'offline' ? presenceStanza({ type: 'unavailable' }, ...words) : presenceStanza({}, ...payloads),
    );
  }

  /** Asks to see somebody's presence. */
  async subscribes(to: Who): Promise<void> {
    await this.#subscription('subscribe', to);
  }

  /** Agrees that somebody sees the presence, and asks for theirs. */
  async accepts(from: Who): Promise<void> {
    await this.#subscription('subscribed', from);
    await this.#subscription('subscribe', from);
  }

  /** Takes somebody off the roster. */
  async removes(who: Who): Promise<void> {
    await roster.removeItem(this.iq, bareOf(this.addressOf(who)));
  }

  /** What the user sees of somebody's presence. */
  sees(who: Who): { readonly state: SeenState; readonly status: string | undefined } {
    const jid = this.addressOf(who);
    let gone: Element | undefined;
    for (const [from, stanza] of this.#presences) {
      if (from !== jid && bareOf(from) !== jid) continue;
      if (stanza.attrs.type === undefined) {
        return { state: find(stanza, show) ?? 'online', status: find(stanza, status) };
      }
      gone = stanza;
    }
    return { state: 'offline', status: gone && find(gone, status) };
  }

  /** What somebody's client says about itself. @throws StanzaError. */
  discovers(who: Who): Promise<Info> {
    const contact = this.addressOf(who);
    const { resource } = this.#presenceOf(contact);
    return discoInfo(this.iq, resource ?? contact);
  }

  // The gateway.

  /**
   * Registers with the gateway: answers its forms with these values, by field name, until it asks for no more.
   * @throws StanzaError when it refuses. @throws Error when it asks for something that is not given.
   */
  async registers(answers: FormValues): Promise<void> {
    const { gateway, domain } = this.#world;
    if (gateway.registrationType === RegistrationType.SingleStepForm && !hasOwnSteps(gateway)) {
      const values = Object.entries(answers).map(([name, value]) => [name, asTexts(value)] as const);
      await register(this.iq, domain, { form: submit(Object.fromEntries(values), NS_REGISTER) });
      return;
    }
    const dialogue = await Dialogue.begin(this.iq, domain, NS_REGISTER);
    while (!dialogue.isDone) {
      const { fields, title } = dialogue;
      const missing = fields.find(({ var: name, required, values }) => {
        return required && values.length === 0 && answers[name ?? ''] === undefined;
      });
      if (missing !== undefined) throw new Error(`the form "${title}" asks for "${missing.var}", which is not given`);
      const known = fields.flatMap(({ var: name = '' }) => (name in answers ? [[name, answers[name]] as const] : []));
      await dialogue.fills(Object.fromEntries(known));
    }
  }

  /** Ends the registration. @throws StanzaError. */
  async unregisters(): Promise<void> {
    await unregister(this.iq, this.#world.domain);
  }

  /**
   * Runs a command of the gateway: by its name as clients show it, its word in chats, or its node.
   * @throws StanzaError when it is not for this user. @throws Error when there is none of that name.
   */
  async runs(command: string): Promise<Dialogue> {
    const { gateway, domain } = this.#world;
    const offered = await listCommands(this.iq, domain);
    const named = offered.find(({ name, node }) => name === command || node === command)?.node;
    const node =
      named ?? gateway.commandRegistry.byWord(command)?.node ?? gateway.commandRegistry.byNode(command)?.node;
    if (node === undefined) {
      throw new Error(`there is no command "${command}"; there are ${offered.map(({ name }) => name).join(', ')}`);
    }
    return Dialogue.begin(this.iq, domain, node);
  }

  /** Looks for people. @returns a row for each who was found. @throws StanzaError. */
  searches(values: Readonly<Record<string, string>>): Promise<readonly Readonly<Record<string, string>>[]> {
    return search(this.iq, this.#world.domain, { form: submit(values, NS_SEARCH) });
  }

  /** Ends the session with the XMPP server. */
  async logsOut(): Promise<void> {
    await this.client.stream.stop();
  }

  // What the kit uses.

  /** @internal */
  nextId(): string {
    return `${this.name}-${this.client.stream.jid.resource}-${++this.#lastId}`;
  }

  /** Keeps what clients keep: roster, presences, who is in rooms. @internal */
  observe(stanza: Element): void {
    const { from = '', type } = stanza.attrs;
    if (stanza.name === 'iq') {
      const pushed = find(stanza, roster.query);
      if (type === 'set' && pushed !== undefined && roster.isGenuinePush(stanza)) this.takeRoster(pushed.items);
    } else {
      this.#visits.get(bareOf(from))?.observe(stanza);
      if (stanza.name === 'presence' && !has(stanza, mucUser) && (type === undefined || type === 'unavailable')) {
        this.#presences.set(from, stanza);
      }
    }
  }

  /** @internal */
  takeRoster(items: readonly roster.Item[]): void {
    for (const item of items) {
      if (item.subscription === 'remove') this.roster.delete(item.jid);
      else this.roster.set(item.jid, item);
    }
  }

  /** @internal */
  async sendGroupMessage(room: string, ...payloads: readonly Node[]): Promise<Message> {
    return this.#send({ to: room, isGroup: true }, ...payloads);
  }

  /** @internal */
  async sendPresence(to: string, type: 'unavailable' | undefined, ...payloads: readonly Element[]): Promise<void> {
    await this.#sendStanza(presenceStanza({ to, type, id: this.nextId() }, ...payloads));
  }

  async #subscription(type: 'subscribe' | 'subscribed', who: Who): Promise<void> {
    await this.#sendStanza(presenceStanza({ to: bareOf(this.addressOf(who)), type }));
  }

  #presenceOf(jid: string): { readonly resource: string | undefined } {
    const found = [...this.#presences].find(
      ([from, { attrs }]) => bareOf(from) === jid && from !== jid && attrs.type === undefined,
    );
    return { resource: found?.[0] };
  }

  async #send(
    { to, thread: id, isGroup = isRoom(to) }: SendOptions & { readonly isGroup?: boolean },
    ...payloads: readonly Node[]
  ): Promise<Message> {
    const address = isGroup ? bareOf(this.addressOf(to)) : this.addressOf(to);
    const inThread = id === undefined ? [] : [thread.build({ id })];
    const from = this.client.stream.jid.full;
    const header = { from, to: address, id: this.nextId(), type: isGroup ? 'groupchat' : 'chat' } as const;
    const stanza = message(header, ...payloads, ...inThread);
    await this.#sendStanza(stanza);
    return readMessage(stanza, this.jid);
  }

  async #sendStanza(stanza: Element): Promise<void> {
    this.client.stream.send(stanza);
    await this.client.stream.drained();
  }
}

/** Where an answer to a message goes. */
function chatOf({ chat, isGroup }: Message): SendOptions & { readonly isGroup: boolean } {
  return { to: chat, isGroup };
}

function isRoom(who: Who): boolean {
  return typeof who === 'object' && 'isGroup' in who && who.isGroup === true;
}

/** Whether the plugin has steps of its own, which in-band registration cannot play. */
function hasOwnSteps(gateway: BaseGateway): boolean {
  return gateway.nextRegistrationStep !== BaseGateway.prototype.nextRegistrationStep;
}
