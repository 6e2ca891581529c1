/** A small IRC server in this process, for tests: for clients that connect, and people who say what they are told. RFC 2812. */

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { ircLineParser } from 'irc-framework';

export interface FakeServerOptions {
  /** Who is always there: nick by nick. */
  readonly people: readonly string[];
  /** Who of them is in which channel. The first is its operator. */
  readonly channels: Readonly<Record<string, readonly string[]>>;
  /** Of every account. The account is called as the user name of the client. */
  readonly password: string;
  /** A client has written to somebody, and was not refused. */
  readonly onText: (by: Client, target: string, text: string) => void;
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
  readonly tags: { readonly msgid: string; readonly time: string };
}

const NAME = 'irc.test';
const CAPABILITIES = ['batch', 'draft/chathistory', 'message-tags', 'multi-prefix', 'sasl', 'server-time'];
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
      this.#channels.set(lower(name), { name, members, said: [], topic: undefined });
    }
  }

  start(): Promise<void> {
    return new Promise((listening) => this.#net.listen(0, '127.0.0.1', listening));
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
  says(from: string, target: string, text: string): string {
    // A line cannot have these, and what begins with \x01 is a question to the client.
    const line = text.replace(/[\0\r\n]+/g, ' ');
    return this.#say(this.#person(from), target, 'PRIVMSG', line.startsWith('\x01') ? ` ${line}` : line);
  }

  setsTopic(from: string, channel: string, text: string): void {
    this.#setTopic(this.#person(from), this.#channels.get(lower(channel)) as Channel, text);
  }

  /** The next text of this client is not taken. */
  refusesNext(nick: string): void {
    this.#refused.add(lower(nick));
  }

  /** The connection of this client breaks. */
  cuts(nick: string): void {
    this.#client(nick)?.socket.destroy();
  }

  // What clients do.

  readonly #commands: Readonly<Record<string, (client: Client, ...params: string[]) => void>> = {
    CAP: (client, what, names = '') => {
      client.isNegotiating = what !== 'END';
      if (what === 'LS') return client.send(NAME, 'CAP', '*', 'LS', CAPABILITIES.join(' '));
      if (what === 'END') return this.#welcome(client);
      for (const name of names.trim().split(' ')) client.capabilities.add(name);
      client.send(NAME, 'CAP', client.nick || '*', 'ACK', names);
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
      if ((holder !== undefined && holder !== client) || this.#options.people.some((each) => isSame(each, nick)))
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
        const room: Channel = this.#channels.get(lower(name)) ?? {
          name,
          members: new Map(),
          said: [],
          topic: undefined,
        };
        this.#channels.set(lower(name), room);
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
      const member = [...(room?.members.keys() ?? [])].find((each) => isSame(each, nick));
      if (room === undefined) return;
      if (member === undefined) return client.replies(441, nick, room.name, 'They are not in that channel');
      this.#out(room, member, client.prefix, 'KICK', room.name, member, reason);
    },
    TOPIC: (client, name = '', text = '') => {
      const room = this.#roomOf(client, name);
      if (room !== undefined) this.#setTopic(client.prefix, room, text);
    },
    PRIVMSG: (client, target = '', text = '') => {
      if (this.#refused.delete(lower(client.nick))) return client.replies(531, target, 'They do not want to hear you');
      if (isChannel(target) ? this.#roomOf(client, target) === undefined : !this.#isThere(target))
        return client.replies(isChannel(target) ? 404 : 401, target, 'No such nick/channel');
      this.#options.onText(client, target, this.#cut(client.prefix, 'PRIVMSG', target, text));
      this.#say(client.prefix, target, 'PRIVMSG', text, client);
    },
    WHOIS: (client, nick = '') => {
      const somebody = this.#client(nick);
      const name = somebody?.nick ?? this.#options.people.find((each) => isSame(each, nick));
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
        if (from === '*' || tags.time > from) client.sendTagged({ ...tags, batch }, by, 'PRIVMSG', room.name, text);
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
    const { command, params } = ircLineParser(line);
    const handle = this.#commands[command];
    if (handle !== undefined) handle(client, ...params);
    else client.replies(421, command, 'Unknown command');
  }

  #welcome(client: Client): void {
    if (client.isWelcome || client.isNegotiating || client.nick === '' || client.user === '') return;
    client.isWelcome = true;
    client.replies(1, `Welcome, ${client.prefix}`);
    client.replies(5, 'CASEMAPPING=rfc1459', 'CHANTYPES=#', 'PREFIX=(ov)@+', 'NETWORK=Fake', 'are supported');
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

  #say(prefix: string, target: string, command: string, text: string, by?: Client): string {
    const tags = { msgid: `id${++this.#ids}`, time: new Date().toISOString() };
    const room = this.#channels.get(lower(target));
    const line = this.#cut(prefix, command, target, text);
    room?.said.push({ from: prefix, text: line, tags });
    const to = room === undefined ? [this.#client(target)] : this.#clientsIn(room);
    for (const each of to) if (each !== by) each?.sendTagged(tags, prefix, command, room?.name ?? each.nick, line);
    return tags.msgid;
  }

  /** As much of a text as fits into a line. */
  #cut(prefix: string, command: string, target: string, text: string): string {
    const room = LINE - Buffer.byteLength(`:${prefix} ${command} ${target} :\r\n`);
    return Buffer.from(text).subarray(0, room).toString();
  }

  /** The channel, if the client is in it, and may do there what it wants; else it is told. */
  #roomOf(client: Client, name: string, asOperator = false): Channel | undefined {
    const room = this.#channels.get(lower(name));
    const modes = room?.members.get(client.nick);
    if (room === undefined || modes === undefined) client.replies(442, name, 'You are not on that channel');
    else if (asOperator && !modes.includes('o')) client.replies(482, name, 'You are not a channel operator');
    else return room;
    return undefined;
  }

  #client(nick: string): Client | undefined {
    return [...this.#clients].find((each) => isSame(each.nick, nick));
  }

  #isThere(nick: string): boolean {
    return this.#client(nick) !== undefined || this.#options.people.some((each) => isSame(each, nick));
  }

  #person(nick: string): string {
    return `${this.#options.people.find((each) => isSame(each, nick)) ?? nick}!person@host.test`;
  }

  #channelsOf(nick: string): Channel[] {
    return [...this.#channels.values()].filter(({ members }) => members.has(nick));
  }

  #clientsIn({ members }: Channel): Client[] {
    return [...this.#clients].filter(({ nick }) => members.has(nick));
  }
}

/** Somebody who is connected. */
export class Client {
  readonly socket: Socket;
  readonly capabilities = new Set<string>();
  nick = '';
  /** What the client calls itself, and cannot change. */
  user = '';
  realName = '';
  isNegotiating = false;
  isWelcome = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  get prefix(): string {
    return `${this.nick}!~${this.user}@host.test`;
  }

  replies(numeric: number, ...params: string[]): void {
    this.send(NAME, String(numeric).padStart(3, '0'), this.nick || '*', ...params);
  }

  send(prefix: string, command: string, ...params: string[]): void {
    this.sendTagged({}, prefix, command, ...params);
  }

  sendTagged(tags: Readonly<Record<string, string>>, prefix: string, command: string, ...params: string[]): void {
    const shown = this.capabilities.has('message-tags') ? Object.entries(tags) : [];
    const parts = [
      ...(shown.length > 0 ? [`@${shown.map((each) => each.join('=')).join(';')}`] : []),
      ...(prefix === '' ? [] : [`:${prefix}`]),
      command,
      ...params.slice(0, -1),
      `:${params.at(-1)}`,
    ];
    this.socket.write(`${parts.join(' ')}\r\n`);
  }
}

function isChannel(name: string): boolean {
  return name.startsWith('#');
}

/** CASEMAPPING=rfc1459: names are the same in capitals, and these are capitals too. */
function lower(name: string): string {
  const CAPITALS: Readonly<Record<string, string>> = { '[': '{', ']': '}', '\\': '|', '~': '^' };
  return name.toLowerCase().replace(/[[\]\\~]/g, (char) => CAPITALS[char] as string);
}

function isSame(nick: string, other: string): boolean {
  return lower(nick) === lower(other);
}
