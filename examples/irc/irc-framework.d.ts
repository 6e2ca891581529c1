/** The parts of irc-framework that are used here: it has no types of its own. */

declare module 'irc-framework' {
  export interface IrcTags {
    readonly [name: string]: string;
  }

  interface Batch {
    readonly type: string;
  }

  /** Who did something, and when, if the server says. */
  interface By {
    readonly nick: string;
    readonly hostname: string;
    /** Milliseconds since 1970. */
    readonly time?: number;
    readonly tags?: IrcTags;
    readonly batch?: Batch;
  }

  export interface SaidEvent extends By {
    /** Not given of what has tags only. */
    readonly from_server?: boolean;
    readonly target: string;
  }

  interface TextEvent extends SaidEvent {
    readonly message: string;
  }

  interface Mode {
    /** `+o`, `-v`, … */
    readonly mode: string;
    readonly param?: string;
  }

  export interface IrcWhois {
    readonly nick: string;
    readonly error?: string;
    readonly ident?: string;
    readonly hostname?: string;
    readonly real_name?: string;
    readonly server?: string;
    readonly channels?: string;
    readonly account?: string;
    readonly away?: string;
  }

  interface Events {
    connected: { nick: string };
    close: boolean;
    'socket close': Error | false | undefined;
    raw: { line: string; from_server: boolean };
    'irc error': { error: string; reason?: string };
    'sasl failed': { reason: string };
    'nick in use': { nick: string };
    'nick invalid': { nick: string; reason: string };
    pong: { message?: string };
    privmsg: TextEvent;
    notice: TextEvent;
    action: TextEvent;
    tagmsg: SaidEvent;
    join: By & { channel: string };
    part: By & { channel: string; message: string };
    quit: By & { message: string };
    kick: By & { channel: string; kicked: string; message: string };
    nick: By & { new_nick: string };
    topic: Partial<By> & { channel: string; topic: string };
    topicsetby: { channel: string; nick: string; when: string };
    mode: By & { target: string; modes: Mode[] };
    userlist: { channel: string; users: { nick: string; modes: string[] }[] };
    away: By & { self: boolean; message: string };
    back: By & { self: boolean };
    invite: By & { invited: string; channel: string };
    'batch end chathistory': { params: string[] };
  }

  /** A line, in its parts. */
  export function ircLineParser(line: string): {
    readonly tags: IrcTags;
    readonly command: string;
    readonly params: string[];
  };

  export const MessageTags: { encode(tags: { readonly [name: string]: string }): string };

  export class Client {
    constructor(options: object);
    readonly user: { nick: string; username: string; host?: string };
    readonly network: {
      readonly name: string;
      readonly cap: { isEnabled(name: string): boolean };
      /** What the server has said that it has: RPL_ISUPPORT. */
      readonly options: { CASEMAPPING: string; readonly [name: string]: unknown };
      /** The software of the server. */
      readonly ircd: string;
      supportsTag(name: string): boolean;
    };
    on<E extends keyof Events>(event: E, listener: (event: Events[E]) => void): this;
    off<E extends keyof Events>(event: E, listener: (event: Events[E]) => void): this;
    emit<E extends keyof Events>(event: E, what: Partial<Events[E]>): boolean;
    requestCap(names: string | readonly string[]): void;
    connect(): void;
    quit(message?: string): void;
    raw(...words: (string | number)[]): void;
    changeNick(nick: string): void;
    whois(nick: string, done: (whois: IrcWhois) => void): void;
  }
}
