/**
 * Typed values → XML: what the users of each library write to send the same stanzas. A candidate is a function of a
 * value (`kind` says which stanza it is) that returns XML text.
 */

import { createRequire } from 'node:module';
import xml from '@xmpp/xml';
import Element from 'ltx/lib/Element.js';
import { body, payload, priority, show, stanzaXml, status } from '../../dist/stanza/index.js';
import { items } from '../../dist/xep/0030-disco.js';
import { chatState } from '../../dist/xep/0085-chat-states.js';
import { c } from '../../dist/xep/0115-caps.js';
import { request } from '../../dist/xep/0184-receipts.js';
import { replace } from '../../dist/xep/0308-correction.js';
import { markable } from '../../dist/xep/0333-markers.js';
import { originId } from '../../dist/xep/0359-stanza-ids.js';

const NS_STATES = 'http://jabber.org/protocol/chatstates';
const NS_CAPS = 'http://jabber.org/protocol/caps';
const NS_ITEMS = 'http://jabber.org/protocol/disco#items';

function slipway(value) {
  const { kind, to, from, id } = value;
  switch (kind) {
    case 'message':
      return stanzaXml(
        'message',
        { to, from, id, type: 'chat' },
        payload(body, value.body),
        payload(chatState, 'active'),
        payload(request, true),
        payload(markable, true),
        payload(originId, { id }),
        payload(replace, { id: value.replaced }),
      );
    case 'presence':
      return stanzaXml(
        'presence',
        { to, from },
        payload(show, 'away'),
        payload(status, value.status),
        payload(priority, value.priority),
        payload(c, { hash: 'sha-1', node: value.node, ver: value.ver }),
      );
    default:
      return stanzaXml('iq', { to, from, id, type: 'result' }, payload(items, { items: value.items }));
  }
}

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&apos;', '"': '&quot;' };
const escaped = (text) => (/[&<>'"]/.test(text) ? text.replace(/[&<>'"]/g, (char) => ESCAPES[char]) : text);

/** As fast as it gets: nothing checked, and each stanza written for itself. */
function template(value) {
  const { kind, to, from, id } = value;
  const addresses = `to='${escaped(to)}' from='${escaped(from)}'`;
  switch (kind) {
    case 'message':
      return (
        `<message ${addresses} id='${escaped(id)}' type='chat'><body>${escaped(value.body)}</body>` +
        `<active xmlns='${NS_STATES}'/><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>` +
        `<origin-id xmlns='urn:xmpp:sid:0' id='${escaped(id)}'/>` +
        `<replace xmlns='urn:xmpp:message-correct:0' id='${escaped(value.replaced)}'/></message>`
      );
    case 'presence':
      return (
        `<presence ${addresses}><show>away</show><status>${escaped(value.status)}</status>` +
        `<priority>${value.priority}</priority>` +
        `<c xmlns='${NS_CAPS}' hash='sha-1' node='${escaped(value.node)}' ver='${escaped(value.ver)}'/></presence>`
      );
    default: {
      let list = '';
      for (const { jid, name } of value.items) list += `<item jid='${escaped(jid)}' name='${escaped(name)}'/>`;
      return `<iq ${addresses} id='${escaped(id)}' type='result'><query xmlns='${NS_ITEMS}'>${list}</query></iq>`;
    }
  }
}

function ltx(value) {
  const { kind, to, from, id } = value;
  switch (kind) {
    case 'message':
      return new Element('message', { to, from, id, type: 'chat' })
        .c('body')
        .t(value.body)
        .up()
        .c('active', { xmlns: NS_STATES })
        .up()
        .c('request', { xmlns: 'urn:xmpp:receipts' })
        .up()
        .c('markable', { xmlns: 'urn:xmpp:chat-markers:0' })
        .up()
        .c('origin-id', { xmlns: 'urn:xmpp:sid:0', id })
        .up()
        .c('replace', { xmlns: 'urn:xmpp:message-correct:0', id: value.replaced })
        .root()
        .toString();
    case 'presence':
      return new Element('presence', { to, from })
        .c('show')
        .t('away')
        .up()
        .c('status')
        .t(value.status)
        .up()
        .c('priority')
        .t(String(value.priority))
        .up()
        .c('c', { xmlns: NS_CAPS, hash: 'sha-1', node: value.node, ver: value.ver })
        .root()
        .toString();
    default: {
      const query = new Element('iq', { to, from, id, type: 'result' }).c('query', { xmlns: NS_ITEMS });
      for (const { jid, name } of value.items) query.c('item', { jid, name });
      return query.root().toString();
    }
  }
}

function xmppXml(value) {
  const { kind, to, from, id } = value;
  switch (kind) {
    case 'message':
      return xml(
        'message',
        { to, from, id, type: 'chat' },
        xml('body', {}, value.body),
        xml('active', { xmlns: NS_STATES }),
        xml('request', { xmlns: 'urn:xmpp:receipts' }),
        xml('markable', { xmlns: 'urn:xmpp:chat-markers:0' }),
        xml('origin-id', { xmlns: 'urn:xmpp:sid:0', id }),
        xml('replace', { xmlns: 'urn:xmpp:message-correct:0', id: value.replaced }),
      ).toString();
    case 'presence':
      return xml(
        'presence',
        { to, from },
        xml('show', {}, 'away'),
        xml('status', {}, value.status),
        xml('priority', {}, String(value.priority)),
        xml('c', { xmlns: NS_CAPS, hash: 'sha-1', node: value.node, ver: value.ver }),
      ).toString();
    default: {
      const list = value.items.map(({ jid, name }) => xml('item', { jid, name }));
      return xml('iq', { to, from, id, type: 'result' }, xml('query', { xmlns: NS_ITEMS }, ...list)).toString();
    }
  }
}

const require = createRequire(import.meta.url);
const { Registry } = require('stanza/jxt');
const registry = new Registry();
registry.define(require('stanza/protocol').default);

function stanzaJs(value) {
  const { kind, to, from, id } = value;
  switch (kind) {
    case 'message':
      return registry
        .export('message', {
          ...{ to, from, id, type: 'chat', body: value.body, chatState: 'active', receipt: { type: 'request' } },
          ...{ marker: { type: 'markable' }, originId: id, replace: value.replaced },
        })
        .toString();
    case 'presence':
      return registry
        .export('presence', {
          ...{ to, from, show: 'away', status: value.status, priority: value.priority },
          legacyCapabilities: [{ node: value.node, value: value.ver, algorithm: 'sha-1' }],
        })
        .toString();
    default:
      return registry
        .export('iq', { to, from, id, type: 'result', disco: { type: 'items', items: value.items } })
        .toString();
  }
}

export const BUILDERS = {
  slipway,
  'template string': template,
  ltx,
  '@xmpp/xml': xmppXml,
  'stanza.js': stanzaJs,
};
