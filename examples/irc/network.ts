/** One user's connection to one IRC network, which is kept up. */

import { Client, type IrcWhois } from 'irc-framework';
import { type Log, XmppError } from 'slipway';
import type { Clock } from 'slipway/stanza';
import { type CaseMapping, caseMappingOf, DEFAULT_CASE_MAPPING, fold } from './casemapping.ts';
import { Echoes, type Expected } from './echoes.ts';
import { logIn } from './login.ts';
import { Requests } from './requests.ts';
import { onSaid, replyTags, type Said, tagged } from './said.ts';
import { linesOf, oneLine } from './text.ts';
import { TypingNotices } from './typing.ts';

/** How to get there, as the user has said it. */
export interface NetworkSettings {
  /** By which addresses name the network: the host, if need be with the port. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly nick: string;
  readonly realName?: string | undefined;
  /** For SASL. */
  readonly account?: string | undefined;
  readonly password?: string | undefined;
  /** Some servers have one for everybody. */
  readonly serverPassword?: string | undefined;
  /** How the network compared names when it was there last. */
  readonly caseMapping?: CaseMapping | undefined;
}

/** Whatever of it somebody wants to know. */
export interface NetworkListener {
  onUp(network: IrcNetwork): void;
  onDown(network: IrcNetwork, reason: string): void;
  onSaid(network: IrcNetwork, said: Said): void;
  listen(client: Client, network: IrcNetwork): void;
}

export interface NetworkOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly quitMessage: string;
  readonly flood: { readonly burst: number; readonly interval: number };
}

const RETRY = { first: 5_000, last: 10 * 60_000 };
/** Milliseconds after which a nick that was in use is asked for again. */
const REGAIN = 60_000;
/** RFC 2812 §2.3. */
const LINE = 512;
/** In bytes: of topics and reasons, where a server does not say. */
const DEFAULT_LENGTH = 180;
/** How many lines are remembered that are not the first ones of what was said. */
const LINES = 1000;

export class IrcNetwork {
  readonly settings: NetworkSettings;
  readonly client: Client;
  readonly typing: TypingNotices;
  readonly #options: NetworkOptions;
  readonly #listener: NetworkListener;
  readonly #requests: Requests;
  readonly #echoes = new Echoes();
  /** What took several lines is one message here: the ids of its other lines, with that of the first. */
  readonly #firstLines = new Map<string, string>();
  #isUp = false;
  #isWanted = false;
  #attempt = 0;
  #cancelRetry: (() => void) | undefined;
  #cancelRegain: (() => void) | undefined;
  /** What the server said last before it closed the connection. */
  #lastWord: string | undefined;

  constructor(settings: NetworkSettings, listener: NetworkListener, options: NetworkOptions) {
    this.settings = settings;
    this.#options = options;
    this.#listener = listener;
    const { account, password = '' } = settings;
    this.client = new Client({
      host: settings.host,
      port: settings.port,
      tls: settings.tls,
      nick: settings.nick,
      username: settings.nick.replace(/[^A-Za-z0-9]/g, '') || 'user',
      gecos: settings.realName ?? settings.nick,
      ...(settings.serverPassword !== undefined && { password: settings.serverPassword }),
      ...(account !== undefined && { account: { account, password } }),
      sasl_disconnect_on_fail: true,
      enable_echomessage: true,
      version: 'Slipway, a gateway to XMPP',
      // Done here, where it is known what must be done afterwards.
      auto_reconnect: false,
    });
    this.client.network.options.CASEMAPPING = settings.caseMapping ?? DEFAULT_CASE_MAPPING;
    this.client.requestCap(['draft/chathistory', 'draft/event-playback']);
    this.#requests = new Requests({
      name: settings.name,
      fold: (name) => this.fold(name),
      clock: options.clock,
      ...options.flood,
      write: (line) => this.client.raw(line),
    });
    this.typing = new TypingNotices(options.clock, (target, state) => this.#tellTyping(target, state));
    this.#follow();
    listener.listen(this.client, this);
  }

  get name(): string {
    return this.settings.name;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** What the user is called there now. */
  get nick(): string {
    return this.client.user.nick;
  }

  /** How the network compares names: before it has said so, as it did the last time. */
  get caseMapping(): CaseMapping {
    const { options, ircd } = this.client.network;
    return caseMappingOf(options.CASEMAPPING, ircd);
  }

  /** The same for all names that are the same here. */
  fold(name: string): string {
    return fold(name, this.caseMapping);
  }

  isUser(nick: string): boolean {
    return this.fold(nick) === this.fold(this.nick);
  }

  /** Whether others get this tag when the user sends it. */
  takesTag(tag: string): boolean {
    return this.#isUp && this.client.network.supportsTag(tag);
  }

  /** Whether others get reactions, to the user's messages too: these have ids by their echoes only. */
  get takesReactions(): boolean {
    return this.takesTag('reply') && this.takesTag('draft/react') && this.#hasEcho;
  }

  get #hasEcho(): boolean {
    return this.client.network.cap.isEnabled('echo-message');
  }

  /**
   * Connects, and from now on, until `close`, connects again whenever there is no connection.
   * @throws XmppError when it cannot be done now; `not-authorized` when it is not tried again.
   */
  async open(): Promise<void> {
    this.#isWanted = true;
    try {
      await this.#connect();
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  close(): void {
    this.#isWanted = false;
    this.#cancelRetry?.();
    this.#cancelRegain?.();
    this.typing.clear();
    this.client.quit(this.#options.quitMessage);
  }

  /**
   * Says it, in as many lines as it takes. Resolves when the server has taken it.
   * @param answers the id of the message that is answered.
   * @returns what the network calls the message, if it gives it a name.
   * @throws XmppError.
   */
  async say(target: string, text: string, answers?: string): Promise<string | undefined> {
    this.#mustBeUp();
    this.typing.said(target);
    const isAction = text.startsWith('/me ');
    const room = this.#roomFor('PRIVMSG', target) - (isAction ? '\x01ACTION \x01'.length : 0);
    const words = linesOf(isAction ? text.slice('/me '.length) : text, room);
    const [first = '', ...more] = words.map(
      (each) => `PRIVMSG ${target} :${isAction ? `\x01ACTION ${each}\x01` : each}`,
    );
    const lines = [
      answers !== undefined && this.takesTag('reply') ? tagged(replyTags(answers), first) : first,
      ...more,
    ];
    if (!this.#hasEcho) return void (await this.ask(target, ...lines));
    const echo = words.map((each) => (isAction ? `/me ${each}` : each));
    const expected = this.#echoes.expect(this.fold(target), echo);
    let echoes: readonly (Said | undefined)[] = [];
    try {
      await this.#requests.ask(target, lines, expected.complete);
    } finally {
      echoes = this.#sort(expected);
    }
    return this.#idOf(echoes);
  }

  /** Reacts to a message, or takes a reaction back. @throws XmppError. */
  async react(target: string, id: string, emojis: { readonly more: string[]; readonly less: string[] }): Promise<void> {
    const line = (tag: string, emoji: string) => tagged({ [tag]: emoji, ...replyTags(id) }, `TAGMSG ${target}`);
    const lines = [
      ...emojis.less.map((emoji) => line('+draft/unreact', emoji)),
      ...emojis.more.map((emoji) => line('+draft/react', emoji)),
    ];
    if (lines.length > 0) await this.ask(target, ...lines);
  }

  /** As much of a text as the server takes: one line, and no longer than it has said. */
  line(text: string, limit: 'AWAYLEN' | 'KICKLEN' | 'TOPICLEN'): string {
    const max = Number(this.client.network.options[limit]) || DEFAULT_LENGTH;
    return linesOf(oneLine(text), max)[0] ?? '';
  }

  /** The message that a line with this id is of. */
  messageOf(id: string): string {
    return this.#firstLines.get(id) ?? id;
  }

  /**
   * Sends these lines, and waits until the server has seen them.
   * @param about the channel or nick that error replies to these lines name.
   * @throws XmppError with what the server says.
   */
  async ask(about: string, ...lines: readonly string[]): Promise<void> {
    this.#mustBeUp();
    return this.#requests.ask(about, lines);
  }

  async whois(nick: string): Promise<IrcWhois> {
    this.#mustBeUp();
    return this.#requests.answer(new Promise((resolve) => this.client.whois(nick, resolve)));
  }

  /** The echoes that came; what else the user said meanwhile is told. */
  #sort(expected: Expected): readonly (Said | undefined)[] {
    this.#echoes.forget(expected);
    const { echoes, others } = expected.sorted();
    for (const said of others) this.#listener.onSaid(this, said);
    return echoes;
  }

  /** The id of what was said in these lines: that of the first. */
  #idOf(echoes: readonly (Said | undefined)[]): string | undefined {
    const [first, ...more] = echoes.map((each) => each?.tags.msgid);
    if (first !== undefined) for (const id of more) if (id !== undefined) this.#rememberLine(id, first);
    return first;
  }

  #rememberLine(id: string, first: string): void {
    this.#firstLines.set(id, first);
    for (const [oldest] of this.#firstLines) if (this.#firstLines.size > LINES) this.#firstLines.delete(oldest);
  }

  /** Nobody must wait for it, and no text because of it. */
  #tellTyping(target: string, state: string): void {
    if (this.takesTag('typing')) this.#requests.offer(tagged({ '+typing': state }, `TAGMSG ${target}`));
  }

  /** As many bytes of text as the line may have when it reaches the others, behind the sender that the server puts there. */
  #roomFor(command: string, target: string): number {
    const { nick, username, host } = this.client.user;
    const sender = `:${nick}!~${username}@${host || 'x'.repeat(63)} `;
    return LINE - Buffer.byteLength(`${sender}${command} ${target} :\r\n`);
  }

  #mustBeUp(): void {
    if (this.#isUp) return;
    throw new XmppError('remote-server-timeout', `There is no connection to ${this.name} at present.`);
  }

  #follow(): void {
    const { client } = this;
    onSaid(client, (said) => {
      const isOwn = this.isUser(said.nick);
      // What the user does by tags alone is known already.
      if (isOwn && said.text === undefined) return;
      if (isOwn && !said.isHistory && this.#echoes.take(this.fold(said.target), said)) return;
      this.#listener.onSaid(this, said);
    });
    client.on('pong', ({ message }) => this.#requests.ponged(message));
    client.on('join', ({ nick, hostname }) => {
      // As others see it: lines of the user may be as long as leaves place for that.
      if (this.isUser(nick)) client.user.host = hostname;
    });
    client.on('raw', ({ line, from_server: isFromServer }) => {
      if (isFromServer) this.#requests.heard(line);
    });
    client.on('irc error', ({ error, reason }) => {
      if (error === 'irc') this.#lastWord = reason;
    });
    client.on('nick', ({ nick, new_nick: next }) => {
      if ([nick, next].includes(this.nick)) this.#cancelRegain?.();
    });
    client.on('close', () => this.#onClose());
  }

  /** Whoever has the nick may be the user, on the connection before: the server notices late that it is gone. */
  #regainNick(): void {
    const { nick } = this.settings;
    if (this.isUser(nick)) return;
    this.#cancelRegain = this.#options.clock.after(REGAIN, () => {
      this.client.changeNick(nick);
      this.#regainNick();
    });
  }

  #onClose(): void {
    const wasUp = this.#isUp;
    this.#isUp = false;
    this.#cancelRegain?.();
    const reason = this.#lastWord ?? 'the connection was lost';
    const error = new XmppError('remote-server-timeout', `The connection to ${this.name} was lost.`);
    this.#requests.lost(error);
    this.typing.clear();
    if (!wasUp || !this.#isWanted) return;
    this.#listener.onDown(this, reason);
    this.#retry();
  }

  #failed(error: unknown): void {
    if (!this.#isWanted) return;
    if ((error as XmppError).condition !== 'not-authorized') return this.#retry();
    this.#isWanted = false;
    this.#listener.onDown(this, (error as XmppError).text ?? 'not authorized');
  }

  #retry(): void {
    const delay = Math.min(RETRY.last, RETRY.first * 2 ** this.#attempt++) * (0.5 + Math.random() / 2);
    this.#options.log.info({ network: this.name, retryIn: Math.round(delay) }, 'connecting to the network again');
    this.#cancelRetry = this.#options.clock.after(delay, () => {
      this.#connect().catch((error) => this.#failed(error));
    });
  }

  async #connect(): Promise<void> {
    this.#lastWord = undefined;
    await logIn(this.client, this.settings, this.#options.clock);
    this.#isUp = true;
    this.#attempt = 0;
    this.#regainNick();
    this.#listener.onUp(this);
  }
}
