/** What contacts publish about themselves, as events. XEP-0163 with XEP-0084, XEP-0172, XEP-0292. */

import type { Element } from '../../stanza/index.ts';
import { metadata, metadataOf, NS_METADATA } from '../../xep/0084-avatar.ts';
import { CURRENT, itemEvent } from '../../xep/0163-pep.ts';
import { NS as NS_NICK, nick } from '../../xep/0172-nick.ts';
import { NODE as VCARD_NODE } from '../../xep/0292-vcard4.ts';
import type { StoredAvatar } from '../store/avatars.ts';
import { type VCardFacts, type VCardOwner, vcard4Of } from './vcard.ts';

interface Address {
  readonly from: string;
  readonly to: string;
}

/** `undefined` for no picture. */
export function avatarEvent(address: Address, avatar: StoredAvatar | undefined): Element {
  const about =
    avatar === undefined
      ? { infos: [], pointers: [] }
      : metadataOf({ data: avatar.png, width: avatar.width, height: avatar.height });
  return itemEvent(address, NS_METADATA, { id: about.infos[0]?.id ?? CURRENT, payload: metadata.build(about) });
}

export function nickEvent(address: Address, name: string): Element {
  return itemEvent(address, NS_NICK, { id: CURRENT, payload: nick.build(name) });
}

export function vcardEvent(address: Address, owner: VCardOwner, facts: VCardFacts | undefined): Element {
  return itemEvent(address, VCARD_NODE, { id: CURRENT, payload: vcard4Of(owner, facts) });
}
