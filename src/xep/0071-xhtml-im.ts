/**
 * XHTML-IM: formatted text, for reading what clients of old send.
 * XEP-0071 v1.5.4 <https://xmpp.org/extensions/xep-0071.html>
 *
 * The XEP is deprecated, since what a peer sends must never be shown as HTML unchecked. Nothing here makes HTML: `textOf`
 * and `imagesOf` take out what is safe. Messages are styled with XEP-0393.
 */

import { type Codec, element, many } from '../stanza/codec.ts';
import { Element, type Node } from '../stanza/xml/element.ts';

export const NS = 'http://jabber.org/protocol/xhtml-im';
export const NS_XHTML = 'http://www.w3.org/1999/xhtml';

/** The text in one language. */
export interface Body {
  readonly lang?: string;
  /** As the peer sent it: any element, any attribute. */
  readonly content: readonly Node[];
}
export const body: Codec<Body> = {
  ns: NS_XHTML,
  names: ['body'],
  parse(el) {
    if (!el.is('body', NS_XHTML)) return undefined;
    const lang = el.attrs['xml:lang'];
    return { ...(lang !== undefined && { lang }), content: el.children };
  },
  build: ({ lang, content }) => new Element('body', NS_XHTML, { 'xml:lang': lang }, content),
};

/** The same text as in the bodies of the message, one per language. */
export interface Html {
  readonly bodies: readonly Body[];
}
export const html: Codec<Html> = element(NS, 'html', { bodies: many(body) });

export const features: readonly string[] = [NS];

/** A picture in the text. */
export interface Image {
  /** `cid:…` for one that the sender has (XEP-0231). */
  readonly src: string;
  readonly alt?: string;
}

/** The pictures of a text, in order. */
export function imagesOf({ content }: Body): readonly Image[] {
  return content.flatMap((node) => {
    if (typeof node === 'string') return [];
    if (!node.is('img', NS_XHTML)) return imagesOf({ content: node.children });
    const { src, alt } = node.attrs;
    return src === undefined ? [] : [{ src, ...(alt !== undefined && { alt }) }];
  });
}

/** The picture, when the text is one picture and nothing else: a sticker, or custom emoji. */
export function onlyImage(of: Body): Image | undefined {
  const images = imagesOf(of);
  return images.length === 1 && textOf({ content: withoutImages(of.content) }) === '' ? images[0] : undefined;
}

/**
 * The text alone, with line ends where blocks end. Pictures stand as their description, quotations and list items as
 * people write them in plain text.
 */
export function textOf({ content }: Body): string {
  return write(content, false)
    .replace(/[ \n]*\n[ \n]*(?=\n)/g, '')
    .replace(/^\n+|\s+$/g, '');
}

const BLOCKS = new Set([
  'address',
  'div',
  'dd',
  'dl',
  'dt',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'ol',
  'p',
  'pre',
  'ul',
]);
const UNSEEN = new Set(['head', 'script', 'style', 'title']);

function write(nodes: readonly Node[], isPreformatted: boolean): string {
  return nodes
    .map((node) => (typeof node === 'string' ? spaced(node, isPreformatted) : part(node, isPreformatted)))
    .join('');
}

function part(el: Element, isPreformatted: boolean): string {
  if (UNSEEN.has(el.name)) return '';
  if (el.name === 'br') return '\n';
  if (el.name === 'img') return el.attrs.alt ?? '';
  const inner = write(el.children, isPreformatted || el.name === 'pre');
  if (el.name === 'li') return `\n- ${inner.trim()}\n`;
  if (el.name === 'blockquote') return `\n${inner.trim().replace(/^/gm, '> ')}\n`;
  return BLOCKS.has(el.name) ? `\n${el.name === 'pre' ? inner : inner.trim()}\n` : inner;
}

function spaced(text: string, isPreformatted: boolean): string {
  return isPreformatted ? text : text.replace(/[ \t\r\n]+/g, ' ');
}

function withoutImages(nodes: readonly Node[]): readonly Node[] {
  return nodes.flatMap((node): readonly Node[] => {
    if (typeof node === 'string') return [node];
    if (node.is('img', NS_XHTML)) return [];
    return [new Element(node.name, node.ns, node.attrs, withoutImages(node.children))];
  });
}
