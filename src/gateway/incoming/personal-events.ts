/** What contacts and the gateway have published: they are their own small publish-subscribe services. XEP-0163. */

import { type Pubsub, pubsub } from '../../xep/0060-pubsub.ts';
import { NS_DATA, NS_METADATA } from '../../xep/0084-avatar.ts';
import { NS as NS_NICK } from '../../xep/0172-nick.ts';
import { NODE as VCARD_NODE } from '../../xep/0292-vcard4.ts';
import { notImplemented } from '../capability.ts';
import { XmppError } from '../errors.ts';
import { avatarData, avatarMetadata, nickname, type Publication, vcard } from '../outgoing/publications.ts';
import type { StoredAvatar } from '../store/avatars.ts';
import type { IncomingIq, IqRoute } from './route.ts';

export const personalEvents: IqRoute = {
  kind: pubsub,
  async handle(incoming) {
    const { items } = pubsub.parse(incoming.payload) as Pubsub;
    if (incoming.type !== 'get' || items === undefined) throw notImplemented();
    const published = await publishedBy(incoming, items.node);
    const wanted = items.items.map(({ id }) => id);
    const isWanted = published !== undefined && (wanted.length === 0 || wanted.includes(published.id));
    if (wanted.length > 0 && !isWanted) throw new XmppError('item-not-found');
    return pubsub.build({
      items: { node: items.node, items: isWanted ? [{ id: published.id, payload: published.payload }] : [] },
    });
  },
};

async function publishedBy(incoming: IncomingIq, node: string): Promise<Publication | undefined> {
  const { gateway, to } = incoming;
  if (to.local === '') {
    if (node === NS_NICK) return nickname(gateway.componentName);
    return avatarNode(node, gateway.avatar);
  }
  const session = gateway.getSessionFromStanza(incoming.stanza);
  const contact = await session.contacts.byJid(to);
  switch (node) {
    case NS_NICK:
      return contact.name === undefined ? undefined : nickname(contact.name);
    case VCARD_NODE: {
      const facts = await contact.getVcard();
      if (facts === undefined) throw new XmppError('item-not-found');
      return vcard({ jid: contact.jid.bare, nickname: contact.name }, facts);
    }
    default:
      return avatarNode(node, await gateway.avatars.get(contact.avatarHash));
  }
}

function avatarNode(node: string, avatar: StoredAvatar | undefined): Publication | undefined {
  if (node !== NS_METADATA && node !== NS_DATA) throw new XmppError('item-not-found', 'Nothing is published there.');
  if (avatar === undefined) return undefined;
  return node === NS_DATA ? avatarData(avatar) : avatarMetadata(avatar);
}
