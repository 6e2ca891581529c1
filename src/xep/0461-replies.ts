/**
 * Message replies: a message answers another.
 * XEP-0461 v0.2.1 <https://xmpp.org/extensions/xep-0461.html>
 */

import { attr, type Codec, element, optionalAttr } from '../stanza/codec.ts';
import { body } from '../stanza/stanza.ts';
import { jid } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { prefix } from './0428-fallback.ts';

export const NS = 'urn:xmpp:reply:0';

export interface Reply {
  /** The message answered: in rooms its stanza-id by the room, else its origin-id or id. */
  readonly id: string;
  /** Who wrote it: the occupant in a room, else the full or bare JID. */
  readonly to?: string;
}
export const reply: Codec<Reply> = element(NS, 'reply', {
  to: optionalAttr('to', jid),
  id: attr('id'),
});

export const features: readonly string[] = [NS];

/** `text` as a quotation in front of a reply, perhaps after a line such as `Anna wrote:`. Ends with a line end. */
export function quote(text: string, introduction?: string): string {
  const whole = introduction === undefined ? text : `${introduction}\n${text}`;
  return `${whole.replace(/^/gm, '> ')}\n`;
}

/** The payloads of a reply: with `quoted`, its text stands in front of `text` for clients that do not know replies. */
export function replyPayloads(
  to: Reply,
  text: string,
  quoted?: { readonly text: string; readonly introduction?: string },
): readonly Element[] {
  if (quoted === undefined) return [body.build(text), reply.build(to)];
  const quotation = quote(quoted.text, quoted.introduction);
  return [body.build(quotation + text), reply.build(to), prefix(NS, quotation)];
}
