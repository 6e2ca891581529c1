/**
 * What contacts and the gateway publish about themselves: a node for each thing, with one item. It is given to those who
 * ask for it, and told in events. XEP-0163 with XEP-0084, XEP-0172, XEP-0292.
 */

import type { Element } from '../../stanza/index.ts';
import { data, metadata, metadataOf, NS_DATA, NS_METADATA } from '../../xep/0084-avatar.ts';
import { CURRENT, itemEvent } from '../../xep/0163-pep.ts';
import { NS as NS_NICK, nick } from '../../xep/0172-nick.ts';
import { NODE as VCARD_NODE } from '../../xep/0292-vcard4.ts';
import type { StoredAvatar } from '../store/avatars.ts';
import { type VCardFacts, type VCardOwner, vcard4Of } from './vcard.ts';

/** An item, and where it is published. */
export interface Publication {
  readonly node: string;
  readonly id: string;
  readonly payload: Element;
}

export function nickname(name: string): Publication {
  return { node: NS_NICK, id: CURRENT, payload: nick.build(name) };
}

export function vcard(owner: VCardOwner, facts: VCardFacts | undefined): Publication {
  return { node: VCARD_NODE, id: CURRENT, payload: vcard4Of(owner, facts) };
}

/** What the picture is like; `undefined` for none. */
export function avatarMetadata(avatar: StoredAvatar | undefined): Publication {
  const about =
    avatar === undefined
      ? { infos: [], pointers: [] }
      : metadataOf({ data: avatar.png, width: avatar.width, height: avatar.height });
  return { node: NS_METADATA, id: avatar?.hash ?? CURRENT, payload: metadata.build(about) };
}

/** The picture itself. */
export function avatarData({ hash, png }: StoredAvatar): Publication {
  return { node: NS_DATA, id: hash, payload: data.build(png) };
}

/** Tells somebody of it. */
export function eventOf(
  address: { readonly from: string; readonly to: string },
  { node, id, payload }: Publication,
): Element {
  return itemEvent(address, node, { id, payload });
}
