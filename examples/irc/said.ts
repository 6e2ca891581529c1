/** What is said, and the tags that go with it: IRCv3 message-tags, and msgid, reply, react and typing by them. */

import { type Client, type IrcTags, MessageTags, type SaidEvent } from 'irc-framework';

export interface Said {
  readonly nick: string;
  readonly target: string;
  /** With `/me` in front of what somebody does; none where there are only tags. */
  readonly text: string | undefined;
  readonly tags: IrcTags;
  /** Milliseconds since 1970, if the server says. */
  readonly time: number | undefined;
  /** It was said before, and is told again. */
  readonly isHistory: boolean;
}

/** Calls back with all that is said. What servers say in their own name is for nobody. */
export function onSaid(client: Client, heard: (said: Said) => void): void {
  const tell = (event: SaidEvent, text: string | undefined) => {
    if (event.from_server || event.target === '*') return;
    const { nick, target, tags = {}, time, batch } = event;
    heard({ nick, target, text, tags, time, isHistory: batch !== undefined });
  };
  client.on('privmsg', (event) => tell(event, event.message));
  client.on('action', (event) => tell(event, `/me ${event.message}`));
  client.on('notice', (event) => tell(event, event.message));
  client.on('tagmsg', (event) => tell(event, undefined));
}

/** A line with these tags. */
export function tagged(tags: IrcTags, line: string): string {
  const encoded = MessageTags.encode(tags);
  return encoded === '' ? line : `@${encoded} ${line}`;
}

/** A reply has a name of its own only since lately: whoever knows either one sees it. */
export function replyTags(id: string): IrcTags {
  return { '+reply': id, '+draft/reply': id };
}

/** The message that is answered, or reacted to. */
export function repliesTo({ tags }: Said): string | undefined {
  return tags['+reply'] || tags['+draft/reply'] || undefined;
}
