/** What the server, its users and its services say about themselves. XEP-0030. */

import { bareOf, type Element, find, JID, result, StanzaError } from '../../../stanza/index.ts';
import { dataResult, type Form } from '../../../xep/0004-data-forms.ts';
import { type Identity, info, items, NS_INFO, NS_ITEMS } from '../../../xep/0030-disco.ts';
import { NS as NS_COMMANDS } from '../../../xep/0050-commands.ts';
import { NS as NS_BLOCKING } from '../../../xep/0191-blocking.ts';
import { NS as NS_PING } from '../../../xep/0199-ping.ts';
import { NS as NS_CARBONS } from '../../../xep/0280-carbons.ts';
import { COMPAT_FEATURE } from './old-bookmarks.ts';
import { NS_PUBSUB, PEP_FEATURES } from './pep.ts';
import type { XmppServer } from './server.ts';
import { NS_TIME, NS_VCARD, NS_VERSION } from './small-services.ts';
import { NS_UPLOAD } from './upload.ts';

interface Described {
  readonly identities: readonly Identity[];
  readonly features: readonly string[];
  readonly forms: readonly Form[];
  readonly items: readonly { readonly jid: string; readonly name?: string; readonly node?: string }[];
}

export function answerDisco(server: XmppServer, stanza: Element): Element | StanzaError | undefined {
  if (stanza.attrs.type !== 'get') return undefined;
  const askedInfo = find(stanza, info);
  const askedItems = askedInfo === undefined ? find(stanza, items) : undefined;
  const asked = askedInfo ?? askedItems;
  if (asked === undefined) return undefined;
  const to = JID.parse(stanza.attrs.to ?? '');
  const mayKnow = to.local === '' || bareOf(stanza.attrs.from ?? '') === to.bare || isContact(server, to, stanza);
  if (!mayKnow) {
    // Strangers must not learn whether the account exists.
    return askedItems === undefined
      ? StanzaError.of('service-unavailable')
      : result(stanza, items.build({ items: [] }));
  }
  if (asked.node !== undefined && asked.node !== NS_COMMANDS) return StanzaError.of('item-not-found');
  const described = describe(server, to);
  if (askedInfo !== undefined) {
    const { identities, features, forms } = described;
    return result(stanza, info.build({ ...(asked.node && { node: asked.node }), identities, features, forms }));
  }
  const list = asked.node === undefined ? described.items : [];
  return result(stanza, items.build({ ...(asked.node && { node: asked.node }), items: list }));
}

function isContact(server: XmppServer, to: JID, stanza: Element): boolean {
  return server.account(to.bare)?.roster.get(bareOf(stanza.attrs.from ?? ''))?.from === true;
}

function describe(server: XmppServer, to: JID): Described {
  const common = [NS_INFO, NS_ITEMS, NS_PING];
  if (to.domain === server.uploadDomain) {
    return {
      identities: [{ category: 'store', type: 'file', name: 'HTTP File Upload' }],
      features: [...common, NS_UPLOAD],
      forms: [dataResult({ 'max-file-size': String(server.files.maxSize) }, NS_UPLOAD)],
      items: [],
    };
  }
  if (to.local === '') {
    const components = server.components.map((component) => ({ jid: component.domain }));
    return {
      identities: [{ category: 'server', type: 'im', name: 'Slipway development server' }],
      features: [...common, NS_BLOCKING, NS_CARBONS, NS_TIME, NS_VERSION, NS_VCARD, 'msgoffline'],
      forms: [],
      items: [...components, ...(server.uploadDomain === undefined ? [] : [{ jid: server.uploadDomain }])],
    };
  }
  const nodes = [...(server.account(to.bare)?.pep.keys() ?? [])];
  return {
    identities: [
      { category: 'account', type: 'registered' },
      { category: 'pubsub', type: 'pep' },
    ],
    features: [...common, NS_PUBSUB, ...PEP_FEATURES, COMPAT_FEATURE, NS_VCARD],
    forms: [],
    items: nodes.map((node) => ({ jid: to.bare, node })),
  };
}
