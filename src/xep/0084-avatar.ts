/**
 * User avatar: pictures of people, published in two nodes.
 * XEP-0084 v1.1.4 <https://xmpp.org/extensions/xep-0084.html>
 */

import { createHash } from 'node:crypto';
import { attr, type Codec, element, leaf, many, optionalAttr, rest } from '../stanza/codec.ts';
import type { IqSender } from '../stanza/iq-tracker.ts';
import { base64, unsigned } from '../stanza/value.ts';
import type { Element } from '../stanza/xml/element.ts';
import { fetchItems, type NodeConfig, publish, valuesOf } from './0060-pubsub.ts';

/** Namespace and node of the pictures. */
export const NS_DATA = 'urn:xmpp:avatar:data';
/** Namespace and node of what is known about them: this one notifies. */
export const NS_METADATA = 'urn:xmpp:avatar:metadata';

/** The picture itself, always `image/png`. The id of the item is its `avatarId`. */
export const data: Codec<Uint8Array> = leaf(NS_DATA, 'data', base64);

/** One form of the picture. */
export interface Info {
  /** The SHA-1 hash of the data in hexadecimal. */
  readonly id: string;
  readonly bytes: number;
  /** The media type. */
  readonly type: string;
  readonly width?: number;
  readonly height?: number;
  /** Where the data is when it is not in the data node. */
  readonly url?: string;
}
export const info: Codec<Info> = element(NS_METADATA, 'info', {
  bytes: attr('bytes', unsigned),
  height: optionalAttr('height', unsigned),
  id: attr('id'),
  type: attr('type'),
  url: optionalAttr('url'),
  width: optionalAttr('width', unsigned),
});

export interface Metadata {
  /** The picture in several forms, one of them `image/png` without a URL; none says that there is no picture. */
  readonly infos: readonly Info[];
  /** Pictures that are only known to other systems. */
  readonly pointers: readonly Element[];
}
export const metadata: Codec<Metadata> = element(NS_METADATA, 'metadata', { infos: many(info), pointers: rest() });

export const features: readonly string[] = [NS_DATA, NS_METADATA];

/** The id of a picture: the SHA-1 hash of its data in hexadecimal. */
export function avatarId(image: Uint8Array): string {
  return createHash('sha1').update(image).digest('hex');
}

/** A picture to be published. */
export interface Avatar {
  /** PNG. */
  readonly data: Uint8Array;
  readonly width?: number;
  readonly height?: number;
}

/** What is to be published about a picture. */
export function metadataOf({ data: image, width, height }: Avatar): Metadata {
  const info: Info = {
    id: avatarId(image),
    bytes: image.byteLength,
    type: 'image/png',
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
  return { infos: [info], pointers: [] };
}

/**
 * Publishes a picture, or `undefined` for none: first the data, then the metadata that announces it.
 * @throws StanzaError with the answered error.
 */
export async function publishAvatar(
  iq: IqSender,
  avatar: Avatar | undefined,
  options: { readonly service?: string; readonly config?: Partial<NodeConfig> } = {},
): Promise<void> {
  const at = options.service === undefined ? {} : { service: options.service };
  const about = avatar === undefined ? { infos: [], pointers: [] } : metadataOf(avatar);
  const id = about.infos[0]?.id;
  if (avatar !== undefined && id !== undefined) {
    await publish(iq, { ...at, node: NS_DATA }, { id, payload: data.build(avatar.data) }, options.config);
  }
  const item = { ...(id !== undefined && { id }), payload: metadata.build(about) };
  await publish(iq, { ...at, node: NS_METADATA }, item, options.config);
}

/** What somebody has published about their picture; `undefined` when nothing. @throws StanzaError, MalformedError. */
export async function fetchMetadata(iq: IqSender, jid: string): Promise<Metadata | undefined> {
  const items = await fetchItems(iq, { service: jid, node: NS_METADATA }, { maxItems: 1 });
  return valuesOf(items, metadata)[0]?.value;
}

/**
 * The picture with this id, as somebody published it.
 * @returns `undefined` when it is not there, or is another than its id says.
 * @throws StanzaError, MalformedError.
 */
export async function fetchAvatar(iq: IqSender, jid: string, id: string): Promise<Uint8Array | undefined> {
  const items = await fetchItems(iq, { service: jid, node: NS_DATA }, { ids: [id] });
  const image = valuesOf(items, data)[0]?.value;
  return image !== undefined && avatarId(image) === id.toLowerCase() ? image : undefined;
}
