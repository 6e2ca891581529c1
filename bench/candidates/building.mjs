/**
 * Typed values → bytes: what the users of each library write to send the same stanzas. Each candidate has `toBytes`, which
 * for a kind of stanza returns a function from some values to the bytes of as many stanzas.
 */

import { createRequire } from 'node:module';
import xml from '@xmpp/xml';
import Element from 'ltx/lib/Element.js';
import {
  body,
  iq,
  message,
  payload,
  presence,
  priority,
  show,
  status,
  writeStanza,
  XmlWriter,
} from '../../dist/stanza/index.js';
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

const out = new XmlWriter();

const slipway = {
  message({ to, from, id, body: text, replaced }) {
    writeStanza(
      out,
      'message',
      { to, from, id, type: 'chat' },
      payload(body, text),
      payload(chatState, 'active'),
      payload(request, true),
      payload(markable, true),
      payload(originId, { id }),
      payload(replace, { id: replaced }),
    );
  },
  presence({ to, from, status: text, priority: number, node, ver }) {
    writeStanza(
      out,
      'presence',
      { to, from },
      payload(show, 'away'),
      payload(status, text),
      payload(priority, number),
      payload(c, { hash: 'sha-1', node, ver }),
    );
  },
  disco({ to, from, id, items: list }) {
    writeStanza(out, 'iq', { to, from, id, type: 'result' }, payload(items, { items: list }));
  },
};

/** The same with elements in between. */
const elements = {
  message: ({ to, from, id, body: text, replaced }) =>
    message(
      { to, from, id, type: 'chat' },
      body.build(text),
      chatState.build('active'),
      request.build(true),
      markable.build(true),
      originId.build({ id }),
      replace.build({ id: replaced }),
    ),
  presence: ({ to, from, status: text, priority: number, node, ver }) =>
    presence(
      { to, from },
      show.build('away'),
      status.build(text),
      priority.build(number),
      c.build({ hash: 'sha-1', node, ver }),
    ),
  disco: ({ to, from, id, items: list }) => iq({ to, from, id, type: 'result' }, items.build({ items: list })),
};

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&apos;', '"': '&quot;' };
const escaped = (text) => (/[&<>'"]/.test(text) ? text.replace(/[&<>'"]/g, (char) => ESCAPES[char]) : text);

/** By hand, for these stanzas only; nothing is checked. */
const template = {
  message: ({ to, from, id, body: text, replaced }) =>
    `<message to='${escaped(to)}' from='${escaped(from)}' id='${escaped(id)}' type='chat'><body>${escaped(text)}</body>` +
    `<active xmlns='${NS_STATES}'/><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>` +
    `<origin-id xmlns='urn:xmpp:sid:0' id='${escaped(id)}'/>` +
    `<replace xmlns='urn:xmpp:message-correct:0' id='${escaped(replaced)}'/></message>`,
  presence: ({ to, from, status: text, priority: number, node, ver }) =>
    `<presence to='${escaped(to)}' from='${escaped(from)}'><show>away</show><status>${escaped(text)}</status>` +
    `<priority>${number}</priority>` +
    `<c xmlns='${NS_CAPS}' hash='sha-1' node='${escaped(node)}' ver='${escaped(ver)}'/></presence>`,
  disco({ to, from, id, items: list }) {
    let all = '';
    for (const { jid, name } of list) all += `<item jid='${escaped(jid)}' name='${escaped(name)}'/>`;
    return (
      `<iq to='${escaped(to)}' from='${escaped(from)}' id='${escaped(id)}' type='result'>` +
      `<query xmlns='${NS_ITEMS}'>${all}</query></iq>`
    );
  },
};

const ltx = {
  message: ({ to, from, id, body: text, replaced }) =>
    new Element('message', { to, from, id, type: 'chat' })
      .c('body')
      .t(text)
      .up()
      .c('active', { xmlns: NS_STATES })
      .up()
      .c('request', { xmlns: 'urn:xmpp:receipts' })
      .up()
      .c('markable', { xmlns: 'urn:xmpp:chat-markers:0' })
      .up()
      .c('origin-id', { xmlns: 'urn:xmpp:sid:0', id })
      .up()
      .c('replace', { xmlns: 'urn:xmpp:message-correct:0', id: replaced })
      .root()
      .toString(),
  presence: ({ to, from, status: text, priority: number, node, ver }) =>
    new Element('presence', { to, from })
      .c('show')
      .t('away')
      .up()
      .c('status')
      .t(text)
      .up()
      .c('priority')
      .t(String(number))
      .up()
      .c('c', { xmlns: NS_CAPS, hash: 'sha-1', node, ver })
      .root()
      .toString(),
  disco({ to, from, id, items: list }) {
    const query = new Element('iq', { to, from, id, type: 'result' }).c('query', { xmlns: NS_ITEMS });
    for (const { jid, name } of list) query.c('item', { jid, name });
    return query.root().toString();
  },
};

const xmppXml = {
  message: ({ to, from, id, body: text, replaced }) =>
    xml(
      'message',
      { to, from, id, type: 'chat' },
      xml('body', {}, text),
      xml('active', { xmlns: NS_STATES }),
      xml('request', { xmlns: 'urn:xmpp:receipts' }),
      xml('markable', { xmlns: 'urn:xmpp:chat-markers:0' }),
      xml('origin-id', { xmlns: 'urn:xmpp:sid:0', id }),
      xml('replace', { xmlns: 'urn:xmpp:message-correct:0', id: replaced }),
    ).toString(),
  presence: ({ to, from, status: text, priority: number, node, ver }) =>
    xml(
      'presence',
      { to, from },
      xml('show', {}, 'away'),
      xml('status', {}, text),
      xml('priority', {}, String(number)),
      xml('c', { xmlns: NS_CAPS, hash: 'sha-1', node, ver }),
    ).toString(),
  disco({ to, from, id, items: list }) {
    const all = list.map(({ jid, name }) => xml('item', { jid, name }));
    return xml('iq', { to, from, id, type: 'result' }, xml('query', { xmlns: NS_ITEMS }, ...all)).toString();
  },
};

const require = createRequire(import.meta.url);
const { Registry } = require('stanza/jxt');
const registry = new Registry();
registry.define(require('stanza/protocol').default);

const stanzaJs = {
  message: ({ to, from, id, body: text, replaced }) =>
    registry
      .export('message', {
        ...{ to, from, id, type: 'chat', body: text, chatState: 'active', receipt: { type: 'request' } },
        ...{ marker: { type: 'markable' }, originId: id, replace: replaced },
      })
      .toString(),
  presence: ({ to, from, status: text, priority: number, node, ver }) =>
    registry
      .export('presence', {
        ...{ to, from, show: 'away', status: text, priority: number },
        legacyCapabilities: [{ node, value: ver, algorithm: 'sha-1' }],
      })
      .toString(),
  disco: ({ to, from, id, items: list }) =>
    registry.export('iq', { to, from, id, type: 'result', disco: { type: 'items', items: list } }).toString(),
};

/** What makes text is encoded as a whole, which is what a socket does with it. */
const texts = (build) => (kind) => {
  const one = build[kind];
  return (values) => {
    let all = '';
    for (let i = 0; i < values.length; i++) all += one(values[i]);
    return Buffer.from(all);
  };
};

/** The same into a buffer that is used again and again: as far as one can get by hand. */
const kept = Buffer.allocUnsafeSlow(1 << 20);
const textsKept = (build) => (kind) => {
  const one = build[kind];
  return (values) => {
    let all = '';
    for (let i = 0; i < values.length; i++) all += one(values[i]);
    return kept.subarray(0, kept.utf8Write(all, 0));
  };
};

export const BUILDERS = {
  slipway: {
    isExact: true,
    toBytes(kind) {
      const one = slipway[kind];
      return (values) => {
        out.clear();
        for (let i = 0; i < values.length; i++) one(values[i]);
        return out.bytes();
      };
    },
  },
  'slipway, elements': {
    isExact: true,
    toBytes(kind) {
      const one = elements[kind];
      return (values) => {
        out.clear();
        out.begin('jabber:client');
        for (let i = 0; i < values.length; i++) out.element(one(values[i]));
        return out.bytes();
      };
    },
  },
  'template string': { isExact: true, toBytes: texts(template) },
  'template string, kept buffer': { isExact: true, toBytes: textsKept(template) },
  ltx: { toBytes: texts(ltx) },
  '@xmpp/xml': { toBytes: texts(xmppXml) },
  'stanza.js': { toBytes: texts(stanzaJs) },
};
