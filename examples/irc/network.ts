/** One user's connection to one IRC network, which is kept up. */

import { Client, type IrcWhois } from 'irc-framework';
import { type Log, XmppError } from 'slipway';
import type { Clock } from 'slipway/stanza';
import { type ErrorReply, errorReply, xmppErrorOf } from './errors.ts';
import { logIn, PATIENCE } from './login.ts';
import { linesOf } from './text.ts';
import { Throttle } from './throttle.ts';

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
}

/** Whatever of it somebody wants to know. */
export interface NetworkListener {
  onUp(network: IrcNetwork): void;
  onDown(network: IrcNetwork, reason: string): void;
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

export class IrcNetwork {
  readonly settings: NetworkSettings;
  readonly client: Client;
  readonly #options: NetworkOptions;
  readonly #listener: NetworkListener;
  readonly #throttle: Throttle;
  /** Error replies since the last question was asked, for whoever asked it. */
  readonly #asking = new Set<(reply: ErrorReply) => void>();
  readonly #pongs = new Map<string, { readonly done: () => void; readonly lost: (why: Error) => void }>();
  #isUp = false;
  #isWanted = false;
  #attempt = 0;
  #cancelRetry: (() => void) | undefined;
  #cancelRegain: (() => void) | undefined;
  #count = 0;
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
      version: 'Slipway, a gateway to XMPP',
      // Done here, where it is known what must be done afterwards.
      auto_reconnect: false,
    });
    this.client.requestCap(['draft/chathistory', 'draft/event-playback']);
    this.#throttle = new Throttle({
      clock: options.clock,
      ...options.flood,
      write: (line) => this.client.raw(line),
    });
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

  /** A name as this network compares it. */
  lower(name: string): string {
    return this.client.caseLower(name);
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
    this.client.quit(this.#options.quitMessage);
  }

  /** Says it, in as many lines as it takes. Resolves when the server has taken it. @throws XmppError. */
  say(target: string, text: string, command: 'PRIVMSG' | 'NOTICE' = 'PRIVMSG'): Promise<void> {
    const isAction = text.startsWith('/me ');
    const room = this.#roomFor(command, target) - (isAction ? '\x01ACTION \x01'.length : 0);
    const lines = linesOf(isAction ? text.slice('/me '.length) : text, room);
    return this.ask(
      target,
      ...lines.map((line) => `${command} ${target} :${isAction ? `\x01ACTION ${line}\x01` : line}`),
    );
  }

  /**
   * Sends these lines, and waits until the server has seen them: what it has to say against them comes before its answer
   * to the ping that follows.
   * @param about the channel or nick that error replies to these lines name.
   * @throws XmppError with what the server says.
   */
  async ask(about: string, ...lines: readonly string[]): Promise<void> {
    this.#mustBeUp();
    let refusal: ErrorReply | undefined;
    const listen = (reply: ErrorReply) => {
      const names = reply.params.slice(0, -1).map((each) => this.lower(each));
      if (names.length === 0 || names.includes(this.lower(about))) refusal ??= reply;
    };
    this.#asking.add(listen);
    try {
      for (const line of lines) await this.#throttle.send(line);
      await this.#ping();
    } finally {
      this.#asking.delete(listen);
    }
    if (refusal !== undefined) throw xmppErrorOf(refusal);
  }

  whois(nick: string): Promise<IrcWhois> {
    this.#mustBeUp();
    const { clock } = this.#options;
    return new Promise((resolve, reject) => {
      const cancel = clock.after(PATIENCE, () => reject(new XmppError('remote-server-timeout')));
      this.client.whois(nick, (whois) => {
        cancel();
        resolve(whois);
      });
    });
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

  #ping(): Promise<void> {
    const token = `slipway-${++this.#count}`;
    const { clock } = this.#options;
    return new Promise((done, lost) => {
      const cancel = clock.after(PATIENCE, () =>
        lost(new XmppError('remote-server-timeout', `${this.name} does not answer.`)),
      );
      const settle = () => {
        cancel();
        this.#pongs.delete(token);
      };
      this.#pongs.set(token, {
        done: () => {
          settle();
          done();
        },
        lost: (why) => {
          settle();
          lost(why);
        },
      });
      this.#throttle.send(`PING ${token}`).catch(lost);
    });
  }

  #follow(): void {
    const { client } = this;
    client.on('pong', ({ message }) => this.#pongs.get(message ?? '')?.done());
    client.on('raw', ({ line, from_server: isFromServer }) => {
      const reply = isFromServer ? errorReply(line) : undefined;
      if (reply !== undefined) for (const tell of this.#asking) tell(reply);
    });
    client.on('irc error', ({ error, reason }) => {
      if (error === 'irc') this.#lastWord = reason;
    });
    client.on('connected', () => {
      this.#isUp = true;
      this.#attempt = 0;
      this.#regainNick();
      this.#listener.onUp(this);
    });
    client.on('nick', ({ nick, new_nick: next }) => {
      if ([nick, next].includes(this.nick)) this.#cancelRegain?.();
    });
    client.on('close', () => this.#onClose());
  }

  /** Whoever has the nick may be the user, on the connection before: the server notices late that it is gone. */
  #regainNick(): void {
    const { nick } = this.settings;
    if (this.lower(nick) === this.lower(this.nick)) return;
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
    this.#throttle.clear(error);
    for (const { lost } of [...this.#pongs.values()]) lost(error);
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

  #connect(): Promise<void> {
    this.#lastWord = undefined;
    return logIn(this.client, this.settings, this.#options.clock);
  }
}
