/** What is known about contacts, and about the gateway. XEP-0054, XEP-0292. */

import type { Element } from '../../stanza/index.ts';
import { vCard } from '../../xep/0054-vcard-temp.ts';
import { vcard } from '../../xep/0292-vcard4.ts';
import { XmppError } from '../errors.ts';
import { vcard4Of, vcardTempOf } from '../outgoing/vcard.ts';
import type { IncomingIq, IqRoute } from './route.ts';

export const vcardTemp: IqRoute = {
  kind: vCard,
  async handle(incoming) {
    const { gateway, to } = incoming;
    refuseChanges(incoming);
    if (to.local === '') {
      return vcardTempOf({ jid: gateway.jid, nickname: gateway.componentName, photo: gateway.avatar?.png }, {});
    }
    const contact = await contactOf(incoming);
    const hash = contact.avatarHash;
    const photo = hash === undefined ? undefined : (await gateway.avatars.get(hash))?.png;
    return vcardTempOf({ jid: contact.jid.bare, nickname: contact.name, photo }, await contact.getVcard());
  },
};

/** COMPAT(XEP-0292 before 0.12): clients asked directly, not the node. */
export const vcard4: IqRoute = {
  kind: vcard,
  async handle(incoming): Promise<Element> {
    refuseChanges(incoming);
    const contact = await contactOf(incoming);
    return vcard4Of({ jid: contact.jid.bare, nickname: contact.name }, await contact.getVcard());
  },
};

function contactOf({ gateway, stanza, to }: IncomingIq) {
  return gateway.getSessionFromStanza(stanza).contacts.byJid(to);
}

function refuseChanges({ type }: IncomingIq): void {
  if (type === 'set') throw new XmppError('forbidden', 'This is not yours to change.');
}
