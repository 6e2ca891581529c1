/**
 * A gateway to IRC. What users do becomes commands to a server; what the server says becomes calls of rooms and contacts.
 * network.ts keeps a connection up, channels.ts are the rooms, people.ts the contacts, text.ts knows colours and lines.
 */

import type { Client } from 'irc-framework';
import {
  BaseGateway,
  BaseSession,
  BUILTIN_COMMANDS,
  DEFAULT_PREFERENCES,
  type FormValues,
  type JID,
  type ReplyOptions,
  type ResourcePresence,
  type SendFileOptions,
  type SendTextOptions,
  XmppError,
} from 'slipway';
import { type IrcChannel, IrcParticipant } from './channels.ts';
import { AddNetwork, JoinChannel, Networks, RemoveNetwork } from './commands.ts';
import { isChannel, legacyIdOf, nameOf, usernameOf } from './names.ts';
import { IrcNetwork, type NetworkListener, type NetworkOptions, type NetworkSettings } from './network.ts';
import type { IrcContact } from './people.ts';
import { channelsFrom, type IrcData, type KnownChannel, NETWORK_FIELDS, options, settingsFrom } from './settings.ts';
import { beginningOf, fromIrc, toIrc } from './text.ts';

export { IrcBookmarks, IrcChannel, IrcParticipant } from './channels.ts';
export { IrcContact, IrcRoster } from './people.ts';
export { options } from './settings.ts';

type Chat = IrcContact | IrcChannel;

export class IrcGateway extends BaseGateway {
  override readonly componentName = 'IRC';
  override readonly componentType = 'irc';
  override readonly rosterGroup = 'IRC';
  override readonly groups = true;
  override readonly registrationInstructions =
    'Your first IRC network. You can add others later, with the command "add-network".';
  override readonly registrationFields = NETWORK_FIELDS;
  override readonly commands = [...BUILTIN_COMMANDS, Networks, AddNetwork, RemoveNetwork, JoinChannel];
  override readonly preferences = [
    ...DEFAULT_PREFERENCES,
    {
      var: 'leaveWithClients',
      label: 'Leave a channel when my last client leaves the room',
      type: 'boolean' as const,
      value: false,
    },
  ];
  override readonly welcomeMessage =
    'Welcome! Join #channel%irc.example.net to be in a channel, write to nick%irc.example.net to talk to somebody; ' +
    'both at the address of this gateway. "help" shows what else there is.';

  // Users are who they say: that it works is seen by connecting.
  override async validate(userJid: JID, form: FormValues): Promise<Record<string, unknown>> {
    const settings = settingsFrom(form, options.of(this).ircNetworks);
    const channels = channelsFrom(form, settings.name);
    const nobody: NetworkListener = { onUp() {}, onDown() {}, listen() {} };
    const network = new IrcNetwork(settings, nobody, networkOptions(this));
    try {
      await network.open();
    } finally {
      network.close();
    }
    // Who registers again, with another password perhaps, keeps the other networks, and the channels.
    const known = (this.getSessionFromJid(userJid) as IrcSession | undefined)?.data;
    const others = known?.networks.filter(({ name }) => name !== settings.name) ?? [];
    return {
      networks: [settings, ...others],
      channels: withChannels(known?.channels ?? [], channels),
    } satisfies IrcData;
  }
}

export class IrcSession extends BaseSession<IrcContact, IrcChannel> implements NetworkListener {
  readonly networks = new Map<string, IrcNetwork>();
  /** What has happened on a network waits for what came before. */
  #events: Promise<unknown> = Promise.resolve();
  readonly #historyDone = new Map<IrcChannel, () => void>();

  get data(): IrcData {
    return this.user.legacyModuleData as unknown as IrcData;
  }

  override async login(): Promise<string> {
    for (const settings of this.data.networks) this.#make(settings);
    const outcomes = await Promise.allSettled([...this.networks.values()].map((network) => network.open()));
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    // One that can be reached is better than none; the others are tried again.
    if (failed.length === outcomes.length && failed.length > 0) {
      await this.logout();
      throw failed[0];
    }
    return this.#statusText();
  }

  override async logout(): Promise<void> {
    for (const network of this.networks.values()) network.close();
    this.networks.clear();
  }

  network(name: string): IrcNetwork {
    const network = this.networks.get(name);
    if (network === undefined) throw new XmppError('item-not-found', `${name} is none of your networks.`);
    return network;
  }

  async addNetwork(form: FormValues): Promise<IrcNetwork> {
    const settings = settingsFrom(form, options.of(this.xmpp).ircNetworks);
    const channels = channelsFrom(form, settings.name);
    if (this.networks.has(settings.name)) throw new XmppError('conflict', `You have ${settings.name} already.`);
    const network = this.#make(settings);
    try {
      await network.open();
    } catch (error) {
      network.close();
      this.networks.delete(settings.name);
      throw error;
    }
    await this.#save({
      networks: [...this.data.networks, settings],
      channels: withChannels(this.data.channels, channels),
    });
    await this.enterChannels(channels);
    return network;
  }

  async removeNetwork(name: string): Promise<void> {
    const network = this.network(name);
    for (const channel of [...this.bookmarks]) {
      if (nameOf(channel.legacyId).network === name) await this.bookmarks.remove(channel, { kick: false });
    }
    network.close();
    this.networks.delete(name);
    await this.#save({
      networks: this.data.networks.filter((each) => each.name !== name),
      channels: this.data.channels.filter(({ id }) => nameOf(id).network !== name),
    });
    this.sendGatewayStatus(this.#statusText());
  }

  /** Resolves when everything that has happened on the networks so far has been dealt with. */
  async settled(): Promise<void> {
    await this.#events;
  }

  /** Joins and bookmarks these. One that cannot be joined does not keep the user out of the others. */
  async enterChannels(channels: readonly KnownChannel[]): Promise<void> {
    for (const { id } of channels) {
      const channel = await this.bookmarks.byLegacyId(id);
      await channel.enter().catch((error) => channel.system(`Cannot join: ${error.text ?? error.message}`));
      await channel.addToBookmarks();
    }
  }

  keyOf(id: string): string | undefined {
    return this.data.channels.find((each) => each.id === id)?.key;
  }

  async rememberChannel(id: string, key: string | undefined): Promise<void> {
    if (this.data.channels.some((each) => each.id === id && each.key === key)) return;
    await this.#save({ channels: withChannels(this.data.channels, [{ id, key }]) });
  }

  async forgetChannel(id: string): Promise<void> {
    await this.#save({ channels: this.data.channels.filter((each) => each.id !== id) });
  }

  /** Resolves when the history that was asked for has been told. */
  historyOf(channel: IrcChannel): Promise<void> {
    return new Promise((done) => this.#historyDone.set(channel, done));
  }

  // What the user does.

  override async sendText(chat: Chat, text: string, reply: SendTextOptions): Promise<string> {
    await this.#say(chat, inReply(chat, text, reply));
    return this.xmpp.newId();
  }

  override async sendFile(chat: Chat, url: string, { httpResponse, caption }: SendFileOptions): Promise<string> {
    httpResponse.body.destroy();
    await this.#say(chat, caption === undefined ? url : `${toIrc(caption)}\n${url}`);
    return this.xmpp.newId();
  }

  override async onPresence(
    _resource: string,
    _show: unknown,
    _status: string,
    _resources: unknown,
    merged: ResourcePresence | undefined,
  ): Promise<void> {
    const isAway = merged === undefined || ['away', 'xa', 'dnd'].includes(merged.show ?? '');
    const reason = merged === undefined ? 'Not connected' : merged.status || 'Away';
    for (const { client, isUp } of this.networks.values()) {
      if (isUp) client.raw('AWAY', ...(isAway ? [reason.replace(/\s+/g, ' ')] : []));
    }
  }

  override async onLeaveGroup(id: string): Promise<void> {
    await (await this.bookmarks.byLegacyId(id)).part();
  }

  override async onInvitation(contact: IrcContact, muc: IrcChannel): Promise<void> {
    await muc.network.ask(muc.channel, `INVITE ${contact.nick} ${muc.channel}`);
  }

  #say(chat: Chat, text: string): Promise<void> {
    return chat.network.say(chat.isGroup ? chat.channel : chat.nick, text);
  }

  // What happens on the networks.

  onUp(network: IrcNetwork): void {
    this.sendGatewayStatus(this.#statusText());
    // After a break: at login, the bookmarks are what brings the user into channels.
    if (!this.logged) return;
    for (const channel of this.#channelsOf(network)) {
      if (!this.data.channels.some(({ id }) => id === channel.legacyId)) continue;
      channel
        .enter()
        .then(() => channel.system(`Connected to ${network.name} again.`))
        .catch((error) => channel.system(`Cannot join: ${(error as XmppError).text}`));
    }
  }

  onDown(network: IrcNetwork, reason: string): void {
    this.#inOrder(() => {
      for (const channel of this.#channelsOf(network)) channel.lost(reason);
    });
    this.sendGatewayStatus(this.#statusText(), 'away');
  }

  listen(client: Client, network: IrcNetwork): void {
    const channel = (name: string) => this.bookmarks.byLegacyId(legacyIdOf(name, network.name));
    const everywhere = (nick: string) => this.#channelsOf(network).filter((each) => each.has(nick));
    const on: Client['on'] = (event, handle) =>
      client.on(event, (what) =>
        this.#inOrder(() => {
          // What still comes from a connection that was closed is for nobody.
          if (this.networks.get(network.name) === network) return handle(what);
        }),
      );

    on('userlist', async (event) => (await channel(event.channel)).setMembers(event.users));
    on('join', async (event) => {
      const room = await channel(event.channel);
      if (event.nick !== network.nick) await room.add(event.nick);
    });
    on('part', async (event) => (await channel(event.channel)).remove(event.nick, { reason: event.message }));
    on('kick', async (event) => {
      const room = await channel(event.channel);
      room.remove(event.kicked, { kick: true, reason: `${event.nick}: ${event.message}` });
    });
    on('quit', ({ nick, message }) => {
      for (const room of everywhere(nick)) room.remove(nick, { reason: message });
    });
    on('nick', ({ nick, new_nick: next }) => {
      if (network.lower(next) === network.lower(network.nick)) {
        for (const room of this.#channelsOf(network)) {
          room.rename(nick, next);
          room.userNick = next;
        }
        return this.sendGatewayStatus(this.#statusText());
      }
      for (const room of everywhere(nick)) room.rename(nick, next);
    });
    on('topic', async ({ channel: name, topic, nick, time }) => {
      const room = await channel(name);
      const text = fromIrc(topic);
      if (nick === undefined) room.subject = text;
      else (await room.speaker(nick)).setRoomSubject(text, time === undefined ? {} : { when: new Date(time) });
    });
    on('topicsetby', async ({ channel: name, nick, when }) => {
      const room = await channel(name);
      room.subjectSetter = nick;
      room.subjectDate = new Date(Number(when) * 1000);
    });
    on('mode', async ({ target, modes }) => {
      if (!isChannel(target)) return;
      const room = await channel(target);
      for (const { mode, param } of modes) {
        if (/^[+-][qaohv]$/.test(mode) && param !== undefined) room.changeMode(param, mode);
      }
    });
    on('away', ({ nick, message }) => {
      for (const room of everywhere(nick)) room.away(nick, message);
    });
    on('back', ({ nick }) => {
      for (const room of everywhere(nick)) room.away(nick, undefined);
    });
    on('invite', ({ nick, channel: name, invited }) => {
      if (network.lower(invited) !== network.lower(network.nick)) return;
      const username = encodeURIComponent(usernameOf(legacyIdOf(name, network.name)));
      this.sendGatewayMessage(
        `${nick} invites you to ${name} on ${network.name}: xmpp:${username}@${this.xmpp.jid}?join`,
      );
    });
    on('privmsg', (event) => this.#onSaid(network, event, event.message));
    on('action', (event) => this.#onSaid(network, event, `/me ${event.message}`));
    on('notice', (event) => {
      // What servers say at the beginning is for nobody.
      if (!event.from_server && event.target !== '*') return this.#onSaid(network, event, event.message);
    });
    on('batch end chathistory', async ({ params: [name = ''] }) => {
      const room = await channel(name);
      this.#historyDone.get(room)?.();
      this.#historyDone.delete(room);
    });
  }

  async #onSaid(network: IrcNetwork, event: SaidEvent, words: string): Promise<void> {
    const { nick, target, time, tags, batch } = event;
    const text = fromIrc(words);
    if (text === '') return;
    const said = { legacyMsgId: tags?.msgid ?? this.xmpp.newId(), ...(time !== undefined && { when: new Date(time) }) };
    if (isChannel(target)) {
      const room = await this.bookmarks.byLegacyId(legacyIdOf(target, network.name));
      const when = said.when ?? new Date(this.xmpp.clock.now());
      (await room.speaker(nick)).sendText(text, { ...said, when, archiveOnly: batch?.type === 'chathistory' });
      return;
    }
    const contact = await this.contacts.byLegacyId(legacyIdOf(nick, network.name));
    contact.name = nick;
    contact.sendText(text, said);
  }

  #make(settings: NetworkSettings): IrcNetwork {
    const network = new IrcNetwork(settings, this, networkOptions(this.xmpp));
    this.networks.set(settings.name, network);
    return network;
  }

  #channelsOf(network: IrcNetwork): IrcChannel[] {
    return [...this.bookmarks].filter((each) => nameOf(each.legacyId).network === network.name);
  }

  #inOrder(task: () => unknown): void {
    this.#events = this.#events.then(task).catch((error) => this.xmpp.exception(error));
  }

  #statusText(): string {
    return [...this.networks.values()]
      .map(({ name, nick, isUp }) => (isUp ? `${name} as ${nick}` : `${name}: not connected`))
      .join(', ');
  }

  async #save(change: Partial<IrcData>): Promise<void> {
    await this.saveLegacyModuleData({ ...this.data, ...change });
  }
}

interface SaidEvent {
  readonly nick: string;
  readonly target: string;
  readonly time?: number;
  readonly tags?: { readonly [name: string]: string };
  readonly batch?: { readonly type: string };
}

/** IRC has no replies: in a channel a text says whom it answers, elsewhere what. */
function inReply(chat: Chat, text: string, { replyTo, replyToFallbackText: quoted }: ReplyOptions): string {
  if (text.startsWith('/me ')) return toIrc(text);
  if (!chat.isGroup) return toIrc(quoted === undefined ? text : `> ${beginningOf(quoted)}\n${text}`);
  return replyTo instanceof IrcParticipant ? `${replyTo.nickname}: ${toIrc(text)}` : toIrc(text);
}

/** The newer ones count, and come last. */
function withChannels(known: readonly KnownChannel[], more: readonly KnownChannel[]): KnownChannel[] {
  return [...known.filter(({ id }) => more.every((each) => each.id !== id)), ...more];
}

function networkOptions(gateway: BaseGateway): NetworkOptions {
  const { ircQuitMessage, ircFloodBurst, ircFloodInterval } = options.of(gateway);
  return {
    clock: gateway.clock,
    log: gateway.log,
    quitMessage: ircQuitMessage,
    flood: { burst: ircFloodBurst, interval: ircFloodInterval },
  };
}
