/**
 * A small IRC server in this process, for tests: for clients that connect, and people who say what they are told. RFC 2812,
 * and of IRCv3 what `CAPABILITIES` lists.
 */

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type IrcTags, ircLineParser } from 'irc-framework';
import type { CaseMapping } from './casemapping.ts';
import { Client, NAME } from './fake-client.ts';

export interface FakeServerOptions {
  /** Who is always there: nick by nick. */
  readonly people: readonly string[];
  /** Who of them is in which channel. The first is its operator. */
  readonly channels: Readonly<Record<string, readonly string[]>>;
  /** Of every account. The account is called as the user name of the client. */
  readonly password: string;
  /** A client has written to somebody, and was not refused. */
  readonly onText?: (by: Client, target: string, text: string, tags: IrcTags) => void;
  /** A client has sent tags alone. */
  readonly onTags?: (by: Client, target: string, tags: IrcTags) => void;
  /** What clients can ask for. Default: all that there is. */
  readonly capabilities?: readonly string[];
  /** Default `rfc1459`. */
  readonly caseMapping?: CaseMapping;
}

interface Channel {
  readonly name: string;
  /** The modes of those who are in it, such as `o`, by nick. */
  readonly members: Map<string, string>;
  readonly said: Said[];
  topic: { readonly text: string; readonly by: string; readonly at: number } | undefined;
}

interface Said {
  readonly from: string;
  readonly text: string;
  readonly tags: IrcTags & { readonly time: string };
}

const CAPABILITIES = [
  'batch',
  'draft/chathistory',
  'echo-message',
  'message-tags',
  'multi-prefix',
  'sasl',
  'server-time',
];
/** RFC 2812 §2.2: what counts as capitals besides those of letters, and of what. */
const CAPITALS: Readonly<Record<CaseMapping, Readonly<Record<string, string>>>> = {
  ascii: {},
  'strict-rfc1459': { '[': '{', ']': '}', '\\': '|' },
  rfc1459: { '[': '{', ']': '}', '\\': '|', '~': '^' },
};
/** RFC 2812 §2.3. Servers cut what is longer when they pass it on. */
const LINE = 512;

export class FakeIrcServer {
  readonly #options: FakeServerOptions;
  readonly #net: Server;
  readonly #clients = new Set<Client>();
  readonly #channels = new Map<string, Channel>();
  readonly #refused = new Set<string>();
  #ids = 0;

  constructor(options: FakeServerOptions) {
    this.#options = options;
    this.#net = createServer((socket) => this.#accept(socket));
    for (const [name, nicks] of Object.entries(options.channels)) {
      const members = new Map(nicks.map((nick, i) => [nick, i === 0 ? 'o' : '']));
      this.#channels.set(this.#fold(name), { name, members, said: [], topic: undefined });
    }
  }

  /** @param port one that is free, unless it is given. */
  start(port = 0): Promise<void> {
    return new Promise((listening) => this.#net.listen(port, '127.0.0.1', listening));
  }

  async stop(): Promise<void> {
    for (const { socket } of this.#clients) socket.destroy();
    await new Promise((closed) => this.#net.close(closed));
  }

  /** 0 before `start`. */
  get port(): number {
    return (this.#net.address() as AddressInfo | null)?.port ?? 0;
  }

  // What people are told to do.

  /** @returns the id of the message. Whoever is not connected does not get it. */
  says(from: string, target: string, text: string, tags: IrcTags = {}): string {
    // A line cannot have these, and what begins with \x01 is a question to the client.
    const line = text.replace(/[\0\r\n]+/g, ' ');
    return this.#say(this.#person(from), target, line.startsWith('\x01') ? ` ${line}` : line, tags);
  }

  /** Whoever has this nick has written to somebody with another client, as bouncers tell their clients. */
  saysElsewhere(nick: string, target: string, text: string): void {
    const client = this.#client(nick);
    client?.sendTagged(
      { msgid: `id${++this.#ids}`, time: new Date().toISOString() },
      client.prefix,
      'PRIVMSG',
      target,
      text,
    );
  }

  /** Sends tags that begin with `+`, alone. */
  tags(from: string, target: string, tags: IrcTags): void {
    this.#say(this.#person(from), target, undefined, tags);
  }

  setsTopic(from: string, channel: string, text: string): void {
    this.#setTopic(this.#person(from), this.#channels.get(this.#fold(channel)) as Channel, text);
  }

  /** The next text of this client is not taken. */
  refusesNext(nick: string): void {
    this.#refused.add(this.#fold(nick));
  }

  /** The connection of this client breaks. */
  cuts(nick: string): void {
    this.#client(nick)?.socket.destroy();
  }

  // What clients do.

  readonly #commands: Readonly<Record<string, (client: Client, ...params: string[]) => void>> = {
    CAP: (client, what, names = '') => {
      client.isNegotiating = what !== 'END';
      const offered = this.#options.capabilities ?? CAPABILITIES;
      if (what === 'LS') return client.send(NAME, 'CAP', '*', 'LS', offered.join(' '));
      if (what === 'END') return this.#welcome(client);
      const wanted = names.trim().split(' ');
      const isOffered = wanted.every((name) => offered.includes(name));
      if (isOffered) for (const name of wanted) client.capabilities.add(name);
      client.send(NAME, 'CAP', client.nick || '*', isOffered ? 'ACK' : 'NAK', names);
    },
    AUTHENTICATE: (client, data) => {
      if (data === 'PLAIN') return client.send('', 'AUTHENTICATE', '+');
      const [, , password] = Buffer.from(data as string, 'base64')
        .toString()
        .split('\0');
      if (password !== this.#options.password) return client.replies(904, 'SASL authentication failed');
      client.replies(903, 'SASL authentication successful');
    },
    NICK: (client, nick = '') => {
      const holder = this.#client(nick);
      if ((holder !== undefined && holder !== client) || this.#options.people.some((each) => this.#isSame(each, nick)))
        return client.replies(433, nick, 'Nickname is already in use');
      const [before, shown] = [client.nick, client.prefix];
      client.nick = nick;
      if (!client.isWelcome) return this.#welcome(client);
      const rooms = this.#channelsOf(before);
      for (const { members } of rooms) {
        members.set(nick, members.get(before) ?? '');
        members.delete(before);
      }
      for (const each of new Set([client, ...rooms.flatMap((room) => this.#clientsIn(room))]))
        each.send(shown, 'NICK', nick);
    },
    USER: (client, user = '', _mode, _unused, realName = '') => {
      Object.assign(client, { user, realName });
      this.#welcome(client);
    },
    PING: (client, token = '') => client.send(NAME, 'PONG', NAME, token),
    PONG() {},
    AWAY: (client, reason) => client.replies(reason ? 306 : 305, reason ? 'You are away' : 'You are not away'),
    QUIT: (client, reason = '') => {
      this.#gone(client, reason);
      client.socket.end('ERROR :Goodbye\r\n');
    },
    JOIN: (client, names = '') => {
      for (const name of names.split(',')) {
        const room: Channel = this.#channels.get(this.#fold(name)) ?? {
          name,
          members: new Map(),
          said: [],
          topic: undefined,
        };
        this.#channels.set(this.#fold(name), room);
        if (room.members.has(client.nick)) continue;
        room.members.set(client.nick, room.members.size === 0 ? 'o' : '');
        for (const each of this.#clientsIn(room)) each.send(client.prefix, 'JOIN', room.name);
        const { topic } = room;
        if (topic !== undefined) {
          client.replies(332, room.name, topic.text);
          client.replies(333, room.name, topic.by, String(Math.floor(topic.at / 1000)));
        }
        const shown = [...room.members].map(([nick, modes]) => `${modes.includes('o') ? '@' : ''}${nick}`);
        client.replies(353, '=', room.name, shown.join(' '));
        client.replies(366, room.name, 'End of NAMES list');
      }
    },
    PART: (client, name = '', reason = '') => {
      const room = this.#roomOf(client, name);
      if (room !== undefined) this.#out(room, client.nick, client.prefix, 'PART', room.name, reason);
    },
    KICK: (client, name = '', nick = '', reason = '') => {
      const room = this.#roomOf(client, name, true);
      const member = [...(room?.members.keys() ?? [])].find((each) => this.#isSame(each, nick));
      if (room === undefined) return;
      if (member === undefined) return client.replies(441, nick, room.name, 'They are not in that channel');
      this.#out(room, member, client.prefix, 'KICK', room.name, member, reason);
    },
    TOPIC: (client, name = '', text = '') => {
      const room = this.#roomOf(client, name);
      if (room !== undefined) this.#setTopic(client.prefix, room, text);
    },
    PRIVMSG: (client, target = '', text = '') => {
      if (text === '') return client.replies(412, 'No text to send');
      if (this.#refused.delete(this.#fold(client.nick)))
        return client.replies(531, target, 'They do not want to hear you');
      if (!this.#mayWrite(client, target)) return;
      const line = this.#cut(client.prefix, 'PRIVMSG', target, text);
      const msgid = this.#say(client.prefix, target, line, client.clientTags, client);
      this.#options.onText?.(client, target, line, { ...client.clientTags, msgid });
    },
    // IRCv3: message-tags
    TAGMSG: (client, target = '') => {
      if (!client.capabilities.has('message-tags')) return client.replies(421, 'TAGMSG', 'Unknown command');
      if (!this.#mayWrite(client, target)) return;
      this.#say(client.prefix, target, undefined, client.clientTags, client);
      this.#options.onTags?.(client, target, client.clientTags);
    },
    WHOIS: (client, nick = '') => {
      const somebody = this.#client(nick);
      const name = somebody?.nick ?? this.#options.people.find((each) => this.#isSame(each, nick));
      if (name === undefined) client.replies(401, nick, 'No such nick/channel');
      else
        client.replies(311, name, somebody?.user ?? 'person', 'host.test', '*', somebody?.realName ?? `${name} here`);
      client.replies(318, nick, 'End of WHOIS list');
    },
    // IRCv3: chathistory
    CHATHISTORY: (client, _which, name = '', since = '*') => {
      const room = this.#roomOf(client, name);
      if (room === undefined) return;
      const from = since.replace(/^timestamp=/, '');
      const batch = `history${++this.#ids}`;
      client.send(NAME, 'BATCH', `+${batch}`, 'chathistory', room.name);
      for (const { from: by, text, tags } of room.said) {
        if (from === '*' || tags.time > from) client.sendTagged({ batch, ...tags }, by, 'PRIVMSG', room.name, text);
      }
      client.send(NAME, 'BATCH', `-${batch}`);
    },
  };

  #accept(socket: Socket): void {
    const client = new Client(socket);
    this.#clients.add(client);
    let rest = '';
    socket.setEncoding('utf8').on('data', (data) => {
      const lines = (rest + data).split('\r\n');
      rest = lines.pop() as string;
      for (const line of lines) this.#take(client, line);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#gone(client, 'Connection lost'));
  }

  #take(client: Client, line: string): void {
    const { command, params, tags } = ircLineParser(line);
    client.lineTags = tags;
    const handle = this.#commands[command];
    if (handle !== undefined) handle(client, ...params);
    else client.replies(421, command, 'Unknown command');
  }

  #welcome(client: Client): void {
    if (client.isWelcome || client.isNegotiating || client.nick === '' || client.user === '') return;
    client.isWelcome = true;
    client.replies(1, `Welcome, ${client.prefix}`);
    const { caseMapping = 'rfc1459' } = this.#options;
    // In lines of their own, as there may be more than fit into one.
    client.replies(5, 'CHANLIMIT=#:100', 'are supported');
    client.replies(5, `CASEMAPPING=${caseMapping}`, 'CHANTYPES=#', 'PREFIX=(ov)@+', 'NETWORK=Fake', 'are supported');
    client.replies(422, 'There is no message of the day');
  }

  #gone(client: Client, reason: string): void {
    if (!this.#clients.delete(client)) return;
    const rooms = this.#channelsOf(client.nick);
    for (const { members } of rooms) members.delete(client.nick);
    for (const each of new Set(rooms.flatMap((room) => this.#clientsIn(room))))
      each.send(client.prefix, 'QUIT', reason);
  }

  /** Somebody leaves a channel, which all there see, they themselves too. */
  #out(room: Channel, nick: string, ...line: [prefix: string, command: string, ...params: string[]]): void {
    for (const each of this.#clientsIn(room)) each.send(...line);
    room.members.delete(nick);
  }

  #setTopic(prefix: string, room: Channel, text: string): void {
    room.topic = { text, by: prefix, at: Date.now() };
    for (const each of this.#clientsIn(room)) each.send(prefix, 'TOPIC', room.name, text);
  }

  /** Passes on a text, or tags alone. @returns its id. */
  #say(prefix: string, target: string, text: string | undefined, clientTags: IrcTags, by?: Client): string {
    const msgid = `id${++this.#ids}`;
    const tags = { msgid, time: new Date().toISOString(), ...clientTags };
    const room = this.#channels.get(this.#fold(target));
    const command = text === undefined ? 'TAGMSG' : 'PRIVMSG';
    const line = text === undefined ? [] : [this.#cut(prefix, command, target, text)];
    if (line[0] !== undefined) room?.said.push({ from: prefix, text: line[0], tags });
    const name = room?.name ?? this.#client(target)?.nick ?? target;
    const others = room === undefined ? [this.#client(target)] : this.#clientsIn(room).filter((each) => each !== by);
    // IRCv3 echo-message: whoever writes to themselves gets it twice.
    if (by?.capabilities.has('echo-message')) by.sendTagged(tags, prefix, command, name, ...line);
    for (const each of others) {
      if (text !== undefined || each?.capabilities.has('message-tags'))
        each?.sendTagged(tags, prefix, command, name, ...line);
    }
    return msgid;
  }

  /** Else the client is told. */
  #mayWrite(client: Client, target: string): boolean {
    if (target.startsWith('#')) return this.#roomOf(client, target) !== undefined;
    if (!this.#isThere(target)) client.replies(401, target, 'No such nick/channel');
    return this.#isThere(target);
  }

  /** As much of a text as fits into a line. */
  #cut(prefix: string, command: string, target: string, text: string): string {
    const room = LINE - Buffer.byteLength(`:${prefix} ${command} ${target} :\r\n`);
    return Buffer.from(text).subarray(0, room).toString();
  }

  /** The channel, if the client is in it, and may do there what it wants; else it is told. */
  #roomOf(client: Client, name: string, asOperator = false): Channel | undefined {
    const room = this.#channels.get(this.#fold(name));
    const modes = room?.members.get(client.nick);
    if (room === undefined || modes === undefined) client.replies(442, name, 'You are not on that channel');
    else if (asOperator && !modes.includes('o')) client.replies(482, name, 'You are not a channel operator');
    else return room;
    return undefined;
  }

  #client(nick: string): Client | undefined {
    return [...this.#clients].find((each) => this.#isSame(each.nick, nick));
  }

  #isThere(nick: string): boolean {
    return this.#client(nick) !== undefined || this.#options.people.some((each) => this.#isSame(each, nick));
  }

  #fold(name: string): string {
    const capitals = CAPITALS[this.#options.caseMapping ?? 'rfc1459'];
    return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/\W/g, (char) => capitals[char] ?? char);
  }

  #isSame(nick: string, other: string): boolean {
    return this.#fold(nick) === this.#fold(other);
  }

  #person(nick: string): string {
    return `${this.#options.people.find((each) => this.#isSame(each, nick)) ?? nick}!person@host.test`;
  }

  #channelsOf(nick: string): Channel[] {
    return [...this.#channels.values()].filter(({ members }) => members.has(nick));
  }

  #clientsIn({ members }: Channel): Client[] {
    return [...this.#clients].filter(({ nick }) => members.has(nick));
  }
}
