/** A small picture as a message of its own: custom emoji and stickers of some clients. XEP-0071 with XEP-0231. */

import { type Element, find, has } from '../../stanza/index.ts';
import { html, onlyImage } from '../../xep/0071-xhtml-im.ts';
import { cidOf } from '../../xep/0231-bob.ts';
import { XmppError } from '../errors.ts';
import { chatOf, type Route, taken } from './route.ts';
import { replyOptions } from './text.ts';

export const sticker: Route = {
  takes: (stanza) => stickerIn(stanza) !== undefined,
  isLasting: true,
  async handle(incoming) {
    const { gateway, stanza, from, to } = incoming;
    const chat = await chatOf(incoming);
    const { session, recipient } = chat;
    const cid = stickerIn(stanza) as string;
    const picture = await gateway.bits.fetch(cid, from.full, to.full);
    if (picture === undefined) throw new XmppError('not-acceptable', 'Your client did not give us the picture.');
    const { options } = await replyOptions(chat, incoming);
    const data = { data: picture.bytes, contentType: picture.type, cid };
    taken(chat, incoming, await session.onSticker?.(recipient, data, options));
  },
};

function stickerIn(stanza: Element): string | undefined {
  if (!has(stanza, html)) return undefined;
  const [first] = find(stanza, html)?.bodies ?? [];
  const image = first === undefined ? undefined : onlyImage(first);
  return image === undefined ? undefined : cidOf(image.src);
}
