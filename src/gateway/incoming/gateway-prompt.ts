/** Adding a contact by a name of the network. XEP-0100 §6. */

import { type Gateway, query } from '../../xep/0100-gateway.ts';
import { notImplemented } from '../capability.ts';
import { XmppError } from '../errors.ts';
import type { IqRoute } from './route.ts';

export const gatewayPrompt: IqRoute = {
  kind: query,
  async handle({ gateway, stanza, to, type, payload }) {
    if (to.local !== '') throw new XmppError('bad-request', 'This is for the gateway itself.');
    const [field, ...more] = gateway.searchFields;
    // One name in, one address out: more fields need a search.
    if (field === undefined || more.length > 0) throw notImplemented();
    if (type === 'get') return query.build({ desc: gateway.searchTitle, prompt: field.label ?? field.var });
    const { prompt } = query.parse(payload) as Gateway;
    if (prompt === undefined) throw new XmppError('bad-request', 'The name is missing.');
    const session = gateway.getSessionFromStanza(stanza);
    if (session.search === undefined) throw notImplemented();
    await session.waitForReady();
    const found = (await session.search({ [field.var]: prompt }))?.items ?? [];
    const [first] = found;
    if (first?.jid === undefined) throw new XmppError('item-not-found', 'Nobody was found.');
    if (found.length > 1) throw new XmppError('bad-request', 'Several people were found: please search for them.');
    return query.build({ jid: first.jid });
  },
};
