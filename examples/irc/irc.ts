/**
 * A gateway to IRC: who registers, and what users do, which becomes commands to a server. What the server says becomes
 * calls of rooms and contacts in events.ts. network.ts keeps a connection up, channels.ts are the rooms, people.ts the
 * contacts, text.ts knows colours and lines.
 */

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
import { NetworkEvents } from './events.ts';
import { legacyIdOf, nameOf } from './names.ts';
import { IrcNetwork, type NetworkListener, type NetworkOptions, type NetworkSettings } from './network.ts';
import type { IrcContact } from './people.ts';
import { Reactions } from './reactions.ts';
import {
  channelsFrom,
  type IrcData,
  type KnownChannel,
  NETWORK_FIELDS,
  options,
  settingsFrom,
  withChannels,
} from './settings.ts';
import { beginningOf, toIrc } from './text.ts';

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
    const asked = settingsFrom(form, options.of(this).ircNetworks);
    const channels = channelsFrom(form);
    const nobody: NetworkListener = { onUp() {}, onDown() {}, onSaid() {}, listen() {} };
    const network = new IrcNetwork(asked, nobody, networkOptions(this));
    try {
      await network.open();
    } finally {
      network.close();
    }
    const settings = { ...asked, caseMapping: network.caseMapping };
    // Who registers again, with another password perhaps, keeps the other networks, and the channels.
    const known = (this.getSessionFromJid(userJid) as IrcSession | undefined)?.data;
    const others = known?.networks.filter(({ name }) => name !== settings.name) ?? [];
    return {
      networks: [settings, ...others],
      channels: withChannels(known?.channels ?? [], idsOf(channels, settings)),
    } satisfies IrcData;
  }
}

export class IrcSession extends BaseSession<IrcContact, IrcChannel> {
  readonly networks = new Map<string, IrcNetwork>();
  readonly events = new NetworkEvents(this);
  /** What the user has given. */
  readonly #reactions = new Reactions();

  get data(): IrcData {
    return this.user.legacyModuleData as unknown as IrcData;
  }

  override async login(): Promise<string> {
    for (const settings of this.data.networks) this.#make(settings);
    const networks = [...this.networks.values()];
    const outcomes = await Promise.allSettled(networks.map((network) => network.open()));
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    // One that can be reached is better than none; the others are tried again.
    if (failed.length === outcomes.length && failed.length > 0) {
      await this.logout();
      throw failed[0];
    }
    for (const network of networks) if (network.isUp) await this.adoptCaseMapping(network);
    return this.#statusText();
  }

  override async logout(): Promise<void> {
    for (const network of this.networks.values()) network.close();
    this.networks.clear();
    this.events.stop();
  }

  network(name: string): IrcNetwork {
    const network = this.networks.get(name);
    if (network === undefined) throw new XmppError('item-not-found', `${name} is none of your networks.`);
    return network;
  }

  /** Of a channel or person; none when the user has it no more. */
  networkOf(legacyId: string): IrcNetwork | undefined {
    return this.networks.get(nameOf(legacyId).network);
  }

  async addNetwork(form: FormValues): Promise<IrcNetwork> {
    const asked = settingsFrom(form, options.of(this.xmpp).ircNetworks);
    const names = channelsFrom(form);
    if (this.networks.has(asked.name)) throw new XmppError('conflict', `You have ${asked.name} already.`);
    const network = this.#make(asked);
    try {
      await network.open();
    } catch (error) {
      network.close();
      this.networks.delete(asked.name);
      throw error;
    }
    const settings = { ...asked, caseMapping: network.caseMapping };
    const channels = idsOf(names, settings);
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
    this.showStatus();
  }

  /** Keeps how a network compares names. If that has changed, channels move to the addresses that they have now. */
  async adoptCaseMapping(network: IrcNetwork): Promise<void> {
    const { name, caseMapping } = network;
    const known = this.data.networks.find((each) => each.name === name);
    if (known === undefined || known.caseMapping === caseMapping) return;
    const moved = this.data.channels.map((channel) => {
      const { name: channelName, network: on } = nameOf(channel.id);
      return on === name ? { ...channel, id: legacyIdOf(channelName, network) } : channel;
    });
    await this.#save({
      networks: this.data.networks.map((each) => (each === known ? { ...each, caseMapping } : each)),
      channels: withChannels([], moved),
    });
    for (const room of [...this.bookmarks]) {
      const { name: channelName, network: on } = nameOf(room.legacyId);
      const id = legacyIdOf(channelName, network);
      if (on !== name || id === room.legacyId) continue;
      await this.bookmarks.remove(room, { kick: false, reason: `It is ${id} now.` });
      await this.enterChannels([{ id }]);
    }
  }

  /** Joins and bookmarks these. One that cannot be joined does not keep the user out of the others. */
  async enterChannels(channels: readonly KnownChannel[]): Promise<void> {
    for (const { id } of channels) {
      const channel = await this.bookmarks.byLegacyId(id);
      await channel.enter().catch((error) => channel.system(`Cannot join: ${error.text ?? error.message}`));
      await channel.addToBookmarks();
    }
  }

  /** Whether the user means to be in this channel. */
  isIn(id: string): boolean {
    return this.data.channels.some((each) => each.id === id);
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

  /** For a message to which the network gives none. Networks' own ids do not begin so: IRCv3 message-ids. */
  newMessageId(): string {
    return `${OUR_ID}${this.xmpp.newId()}`;
  }

  showStatus(show?: 'away'): void {
    this.sendGatewayStatus(this.#statusText(), show);
  }

  // What the user does.

  override async sendText(chat: Chat, text: string, { replyToMsgId, ...reply }: SendTextOptions): Promise<string> {
    const answers = replyToMsgId === undefined || isOurs(replyToMsgId) ? undefined : replyToMsgId;
    const knowsReplies = answers !== undefined && chat.network.takesTag('reply');
    const words = inReply(chat, text, knowsReplies ? { ...reply, replyToFallbackText: undefined } : reply);
    return (await chat.network.say(chat.target, words, answers)) ?? this.newMessageId();
  }

  override async sendFile(chat: Chat, url: string, { httpResponse, caption }: SendFileOptions): Promise<string> {
    httpResponse.body.destroy();
    const words = caption === undefined ? url : `${toIrc(caption)}\n${url}`;
    return (await chat.network.say(chat.target, words)) ?? this.newMessageId();
  }

  override async react(chat: Chat, id: string, emojis: readonly string[]): Promise<void> {
    if (isOurs(id)) throw new XmppError('item-not-found', 'The IRC server has no name for this message.');
    await chat.network.react(chat.target, id, this.#reactions.replace(id, '', emojis));
  }

  override async composing(chat: Chat): Promise<void> {
    chat.network.typing.set(chat.target, 'active');
  }

  override async paused(chat: Chat): Promise<void> {
    chat.network.typing.set(chat.target, 'paused');
  }

  override async active(chat: Chat): Promise<void> {
    chat.network.typing.set(chat.target, 'done');
  }

  override async inactive(chat: Chat): Promise<void> {
    chat.network.typing.set(chat.target, 'done');
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
    for (const network of this.networks.values()) {
      if (network.isUp) network.client.raw('AWAY', ...(isAway ? [network.line(reason, 'AWAYLEN')] : []));
    }
  }

  override async onLeaveGroup(id: string): Promise<void> {
    await (await this.bookmarks.byLegacyId(id)).part();
  }

  override async onInvitation(contact: IrcContact, muc: IrcChannel): Promise<void> {
    await muc.network.ask(muc.target, `INVITE ${contact.target} ${muc.target}`);
  }

  #make(settings: NetworkSettings): IrcNetwork {
    const network = new IrcNetwork(settings, this.events, networkOptions(this.xmpp));
    this.networks.set(settings.name, network);
    return network;
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

const OUR_ID = ':';

function isOurs(id: string): boolean {
  return id.startsWith(OUR_ID);
}

/**
 * In a channel a text says whom it answers, as is the custom there, for those too whose clients do not know replies;
 * elsewhere it says what, if the network has no replies.
 */
function inReply(
  chat: Chat,
  text: string,
  { replyTo, replyToFallbackText: quoted }: Omit<ReplyOptions, 'idempotencyKey'>,
): string {
  if (text.startsWith('/me ')) return toIrc(text);
  if (!chat.isGroup) return toIrc(quoted === undefined ? text : `> ${beginningOf(quoted)}\n${text}`);
  return replyTo instanceof IrcParticipant ? `${replyTo.nickname}: ${toIrc(text)}` : toIrc(text);
}

function idsOf(names: readonly string[], network: NetworkSettings): KnownChannel[] {
  return names.map((name) => ({ id: legacyIdOf(name, network) }));
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
