/** A client of the small IRC server: what it has said of itself, and what is written to it. */

import type { Socket } from 'node:net';
import { type IrcTags, MessageTags } from 'irc-framework';

/** Of the server. */
export const NAME = 'irc.test';

/** Somebody who is connected. */
export class Client {
  readonly socket: Socket;
  /** Of the line that is dealt with. */
  lineTags: IrcTags = {};
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

  /** Those that are for others. */
  get clientTags(): IrcTags {
    if (!this.capabilities.has('message-tags')) return {};
    return Object.fromEntries(Object.entries(this.lineTags).filter(([name]) => name.startsWith('+')));
  }

  sendTagged(tags: IrcTags, prefix: string, command: string, ...params: string[]): void {
    const needs: Readonly<Record<string, string>> = { batch: 'batch', time: 'server-time' };
    const shown = Object.entries(tags).filter(([name]) => this.capabilities.has(needs[name] ?? 'message-tags'));
    const parts = [
      ...(shown.length > 0 ? [`@${MessageTags.encode(Object.fromEntries(shown))}`] : []),
      ...(prefix === '' ? [] : [`:${prefix}`]),
      command,
      ...params.slice(0, -1),
      `:${params.at(-1)}`,
    ];
    this.socket.write(`${parts.join(' ')}\r\n`);
  }
}
