/** What happens on a user's networks: it becomes calls of rooms and contacts, in the order in which it happened. */

import type { Client } from 'irc-framework';
import type { Actor, MessageOptions } from 'slipway';
import type { IrcChannel } from './channels.ts';
import type { IrcSession } from './irc.ts';
import { isChannel, legacyIdOf, nameOf, usernameOf } from './names.ts';
import type { IrcNetwork, NetworkListener } from './network.ts';
import { Reactions } from './reactions.ts';
import { repliesTo, type Said } from './said.ts';
import { fromIrc, isEmoji } from './text.ts';
import { TypingPeople } from './typing.ts';

export class NetworkEvents implements NetworkListener {
  readonly #session: IrcSession;
  readonly #typing: TypingPeople;
  readonly #reactions = new Reactions();
  readonly #historyDone = new Map<IrcChannel, () => void>();
  /** What has happened waits for what came before. */
  #done: Promise<unknown> = Promise.resolve();

  constructor(session: IrcSession) {
    this.#session = session;
    this.#typing = new TypingPeople(session.xmpp.clock);
  }

  /** Resolves when everything that has happened so far has been dealt with. */
  async settled(): Promise<void> {
    await this.#done;
  }

  /** Resolves when the history that was asked for has been told. */
  historyOf(channel: IrcChannel): Promise<void> {
    return new Promise((done) => this.#historyDone.set(channel, done));
  }

  /** Nothing more is said of what goes on. */
  stop(): void {
    this.#typing.clear();
  }

  onUp(network: IrcNetwork): void {
    const session = this.#session;
    session.showStatus();
    // After a break: at login, the bookmarks are what brings the user into channels.
    if (!session.logged) return;
    this.#inOrder(() => session.adoptCaseMapping(network));
    this.#inOrder(() => {
      for (const channel of this.#channelsOf(network)) {
        if (!session.isIn(channel.legacyId)) continue;
        channel
          .enter()
          .then(() => channel.system(`Connected to ${network.name} again.`))
          .catch((error) => channel.system(`Cannot join: ${error.text ?? error.message}`));
      }
    });
  }

  onDown(network: IrcNetwork, reason: string): void {
    this.#inOrder(() => {
      for (const channel of this.#channelsOf(network)) channel.lost(reason);
    });
    this.#session.showStatus('away');
  }

  onSaid(network: IrcNetwork, said: Said): void {
    this.#inOrder(() => (this.#isIn(network) ? this.#said(network, said) : undefined));
  }

  listen(client: Client, network: IrcNetwork): void {
    const session = this.#session;
    const channel = (name: string) => session.bookmarks.byLegacyId(legacyIdOf(name, network));
    const everywhere = (nick: string) => this.#channelsOf(network).filter((each) => each.has(nick));
    const on: Client['on'] = (event, handle) =>
      client.on(event, (what) => this.#inOrder(() => (this.#isIn(network) ? handle(what) : undefined)));

    on('userlist', async (event) => (await channel(event.channel)).setMembers(event.users));
    on('join', async (event) => {
      const room = await channel(event.channel);
      if (!network.isUser(event.nick)) await room.add(event.nick);
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
      if (!network.isUser(next)) {
        for (const room of everywhere(nick)) room.rename(nick, next);
        return;
      }
      for (const room of this.#channelsOf(network)) {
        room.rename(nick, next);
        room.userNick = next;
      }
      session.showStatus();
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
      if (!network.isUser(invited)) return;
      const username = encodeURIComponent(usernameOf(legacyIdOf(name, network)));
      const address = `xmpp:${username}@${session.xmpp.jid}?join`;
      session.sendGatewayMessage(`${nick} invites you to ${name} on ${network.name}: ${address}`);
    });
    on('batch end chathistory', async ({ params: [name = ''] }) => {
      const room = await channel(name);
      this.#historyDone.get(room)?.();
      this.#historyDone.delete(room);
    });
  }

  /** Finds who speaks where, and passes on the text, the reaction, or that somebody types. */
  async #said(network: IrcNetwork, said: Said): Promise<void> {
    const { nick, target, tags, time, isHistory } = said;
    const id = tags.msgid ?? this.#session.newMessageId();
    if (isChannel(target)) {
      const room = await this.#session.bookmarks.byLegacyId(legacyIdOf(target, network));
      const when = new Date(time ?? this.#session.xmpp.clock.now());
      const options = { legacyMsgId: id, when, archiveOnly: isHistory };
      return this.#tell(await room.speaker(nick), network, said, options, () => room.has(nick));
    }
    // What the user wrote with another client, behind a bouncer say, belongs to the chat with whom it was for.
    const carbon = network.isUser(nick) && !network.isUser(target);
    const contact = await this.#session.contacts.byLegacyId(legacyIdOf(carbon ? target : nick, network));
    if (!carbon) contact.name = nick;
    this.#tell(contact, network, said, {
      legacyMsgId: id,
      carbon,
      ...(time !== undefined && { when: new Date(time) }),
    });
  }

  #tell(actor: Actor, network: IrcNetwork, said: Said, options: MessageOptions, isThere = () => true): void {
    const { '+typing': typing, '+draft/react': reaction, '+draft/unreact': unreaction } = said.tags;
    const answered = repliesTo(said);
    const about = answered === undefined ? undefined : network.messageOf(answered);
    const text = fromIrc(said.text ?? '');
    const emoji = reaction || unreaction;
    if (about !== undefined && emoji && isEmoji(emoji)) {
      const all = this.#reactions.change(about, network.fold(said.nick), emoji, emoji === reaction);
      actor.react(about, all, options);
      // For those who do not know reactions, the text may say the same.
      if (text === emoji) return;
    }
    if (text !== '') {
      this.#typing.said(actor);
      actor.sendText(text, { ...options, ...(about !== undefined && { replyTo: { legacyId: about } }) });
    } else if (typing && !said.isHistory && isThere()) {
      this.#typing.told(actor, typing, isThere);
    }
  }

  #isIn(network: IrcNetwork): boolean {
    // What still comes from a connection that was closed is for nobody.
    return this.#session.networks.get(network.name) === network;
  }

  #channelsOf(network: IrcNetwork): IrcChannel[] {
    return [...this.#session.bookmarks].filter((each) => nameOf(each.legacyId).network === network.name);
  }

  #inOrder(task: () => unknown): void {
    this.#done = this.#done.then(task).catch((error) => this.#session.xmpp.exception(error));
  }
}
