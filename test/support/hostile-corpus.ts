/** What clients send to a gateway, of every kind that it understands: to be broken, and sent all the same. */

import type { Element } from '../../src/stanza/index.ts';
import { stanza } from './xml.ts';

export const DOMAIN = 'gw.localhost';
export const USERS = ['romeo@localhost', 'mercutio@localhost', 'tybalt@localhost'];

const CONTACT = `juliet@${DOMAIN}`;
const ROOM = `#group@${DOMAIN}`;

const form = (type: string, fields: Readonly<Record<string, string>>) =>
  `<x xmlns='jabber:x:data' type='${type}'>${Object.entries(fields)
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`;

const message = (to: string, inside: string, type = 'chat') =>
  `<message to='${to}' type='${type}' id='m'>${inside}</message>`;
const iq = (to: string, type: string, inside: string) => `<iq to='${to}' type='${type}' id='i'>${inside}</iq>`;
const presence = (to: string, inside = '', type = '') =>
  `<presence to='${to}'${type === '' ? '' : ` type='${type}'`}>${inside}</presence>`;

const SFS = `<file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline'><file xmlns='urn:xmpp:file:metadata:0'><media-type>image/png</media-type><name>a.png</name><size>3</size></file><sources><url-data xmlns='http://jabber.org/protocol/url-data' target='http://127.0.0.1:1/a.png'/></sources></file-sharing>`;
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const FORWARDED = `<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='romeo@localhost/x' to='${CONTACT}'><body>x</body></message></forwarded>`;

const CHAT = [
  '<body>Wherefore art thou?</body>',
  "<body>hi</body><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='o'/>",
  "<body>> a\nhi</body><reply xmlns='urn:xmpp:reply:0' to='juliet@gw.localhost' id='r'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='4'/></fallback>",
  "<body>new</body><replace xmlns='urn:xmpp:message-correct:0' id='m'/>",
  "<reactions xmlns='urn:xmpp:reactions:0' id='m'><reaction>👍</reaction><reaction>🎉</reaction></reactions>",
  "<retract xmlns='urn:xmpp:message-retract:1' id='m'/><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:message-retract:1'/><body>gone</body>",
  "<displayed xmlns='urn:xmpp:chat-markers:0' id='m'/>",
  "<received xmlns='urn:xmpp:receipts' id='m'/>",
  "<composing xmlns='http://jabber.org/protocol/chatstates'/>",
  "<paused xmlns='http://jabber.org/protocol/chatstates'/><thread parent='p'>t</thread>",
  `<body>http://127.0.0.1:1/a.png</body><x xmlns='jabber:x:oob'><url>http://127.0.0.1:1/a.png</url></x>`,
  `${SFS}<body>x</body>`,
  "<sticker xmlns='urn:xmpp:stickers:0' pack='p'/><body>s</body>",
  "<body>x</body><html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p>x<img src='cid:sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org'/></p></body></html>",
  '<subject>Love</subject>',
  `<body>${'x'.repeat(2000)}</body>`,
  `<x xmlns='jabber:x:conference' jid='${ROOM}' reason='come'/>`,
  `<x xmlns='http://jabber.org/protocol/muc#user'><invite to='${CONTACT}'><reason>come</reason></invite></x>`,
  `<event xmlns='${PUBSUB}#event'><items node='urn:xmpp:avatar:metadata'><item id='1'><metadata xmlns='urn:xmpp:avatar:metadata'><info id='1' type='image/png' bytes='3'/></metadata></item></items></event>`,
  `<event xmlns='${PUBSUB}#event'><items node='urn:xmpp:mds:displayed:0'><item id='${ROOM}'><displayed xmlns='urn:xmpp:mds:displayed:0'><stanza-id xmlns='urn:xmpp:sid:0' id='m' by='${ROOM}'/></displayed></item></items></event>`,
  `<sent xmlns='urn:xmpp:carbons:2'>${FORWARDED}</sent>`,
  `<privilege xmlns='urn:xmpp:privilege:2'>${FORWARDED}</privilege>`,
  `<privilege xmlns='urn:xmpp:privilege:2'><perm access='roster' type='both'/></privilege>`,
  "<encrypted xmlns='eu.siacs.conversations.axolotl'/><encryption xmlns='urn:xmpp:eme:0' namespace='x'/><body>?</body>",
  "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
];

const WORDS = [
  'help',
  'register',
  'unregister',
  're-login',
  'preferences',
  'contacts',
  'groups',
  'search',
  'users',
  'yes',
  'abort',
  'romeo',
  'x y z',
];

const command = (node: string, inside = '', action = 'execute', session = '') =>
  `<command xmlns='http://jabber.org/protocol/commands' node='${node}' action='${action}'${session === '' ? '' : ` sessionid='${session}'`}>${inside}</command>`;

const REQUESTS: readonly [type: string, payload: string][] = [
  ['get', "<ping xmlns='urn:xmpp:ping'/>"],
  ['get', "<query xmlns='http://jabber.org/protocol/disco#info'/>"],
  ['get', "<query xmlns='http://jabber.org/protocol/disco#info' node='http://jabber.org/protocol/commands'/>"],
  ['get', "<query xmlns='http://jabber.org/protocol/disco#items'/>"],
  ['get', "<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/>"],
  ['get', "<query xmlns='jabber:iq:register'/>"],
  ['set', "<query xmlns='jabber:iq:register'><username>romeo</username><password>right</password></query>"],
  [
    'set',
    `<query xmlns='jabber:iq:register'>${form('submit', { FORM_TYPE: 'jabber:iq:register', username: 'romeo', password: 'right' })}</query>`,
  ],
  ['set', "<query xmlns='jabber:iq:register'><remove/></query>"],
  ['set', command('jabber:iq:register')],
  ['set', command('jabber:iq:register', form('submit', { username: 'r', password: 'x' }), 'next', 's')],
  ['set', command('urn:slipway:command:preferences')],
  ['set', command('urn:slipway:command:unregister')],
  ['set', command('urn:slipway:command:re-login')],
  ['set', command('urn:slipway:command:contacts')],
  ['set', command('x', '', 'cancel', 's')],
  ['get', "<query xmlns='jabber:iq:search'/>"],
  ['set', "<query xmlns='jabber:iq:search'><nick>juliet</nick></query>"],
  [
    'set',
    `<query xmlns='jabber:iq:search'>${form('submit', { FORM_TYPE: 'jabber:iq:search', nick: 'capulet' })}</query>`,
  ],
  ['get', "<query xmlns='jabber:iq:gateway'/>"],
  ['set', "<query xmlns='jabber:iq:gateway'><prompt>juliet</prompt></query>"],
  ['get', `<pubsub xmlns='${PUBSUB}'><items node='urn:xmpp:avatar:metadata'/></pubsub>`],
  ['get', `<pubsub xmlns='${PUBSUB}'><items node='urn:xmpp:avatar:data'><item id='1'/></items></pubsub>`],
  ['get', `<pubsub xmlns='${PUBSUB}'><items node='urn:xmpp:vcard4'/></pubsub>`],
  ['set', `<pubsub xmlns='${PUBSUB}'><publish node='x'><item><a xmlns='b'/></item></publish></pubsub>`],
  ['get', "<vCard xmlns='vcard-temp'/>"],
  ['set', "<vCard xmlns='vcard-temp'><FN>x</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>AAAA</BINVAL></PHOTO></vCard>"],
  ['get', "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'/>"],
  ['get', "<data xmlns='urn:xmpp:bob' cid='sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org'/>"],
  ['get', "<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='member'/></query>"],
  ['get', "<query xmlns='http://jabber.org/protocol/muc#admin'><item role='moderator'/></query>"],
  [
    'set',
    `<query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='outcast' jid='${CONTACT}'><reason>x</reason></item></query>`,
  ],
  ['set', "<query xmlns='http://jabber.org/protocol/muc#admin'><item role='none' nick='JULIET'/></query>"],
  ['get', "<query xmlns='http://jabber.org/protocol/muc#owner'/>"],
  [
    'set',
    `<query xmlns='http://jabber.org/protocol/muc#owner'>${form('submit', { FORM_TYPE: 'http://jabber.org/protocol/muc#roomconfig', 'muc#roomconfig_roomname': 'x' })}</query>`,
  ],
  ['set', "<query xmlns='http://jabber.org/protocol/muc#owner'><destroy><reason>x</reason></destroy></query>"],
  [
    'set',
    "<moderate xmlns='urn:xmpp:message-moderate:1' id='m'><retract xmlns='urn:xmpp:message-retract:1'/><reason>x</reason></moderate>",
  ],
  [
    'set',
    "<apply-to xmlns='urn:xmpp:fasten:0' id='m'><moderate xmlns='urn:xmpp:message-moderate:0'><retract xmlns='urn:xmpp:message-retract:0'/></moderate></apply-to>",
  ],
  [
    'set',
    `<query xmlns='urn:xmpp:mam:2' queryid='q'>${form('submit', { FORM_TYPE: 'urn:xmpp:mam:2', start: '2020-01-01T00:00:00Z', 'after-id': 'm' })}<set xmlns='http://jabber.org/protocol/rsm'><max>10</max><before/></set></query>`,
  ],
  ['get', "<query xmlns='urn:xmpp:mam:2'/>"],
  ['get', "<metadata xmlns='urn:xmpp:mam:2'/>"],
  ['get', "<query xmlns='jabber:iq:version'/>"],
  ['get', "<time xmlns='urn:xmpp:time'/>"],
  ['set', "<unknown xmlns='urn:example:unknown'/>"],
  ['get', "<a xmlns='x'/><b xmlns='y'/>"],
  ['get', ''],
  ['result', "<query xmlns='http://jabber.org/protocol/disco#info'/>"],
  ['error', "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"],
];

const ADDRESSES = [DOMAIN, CONTACT, `${CONTACT}/slipway`, ROOM, `${ROOM}/JULIET`];

/** Every kind of stanza, to everybody that it could be for. */
export function hostileCorpus(): Element[] {
  const stanzas = [
    ...[CONTACT, `nurse@${DOMAIN}`].flatMap((to) => CHAT.map((inside) => message(to, inside))),
    ...CHAT.map((inside) => message(ROOM, inside, 'groupchat')),
    ...CHAT.map((inside) => message(DOMAIN, inside)),
    ...CHAT.map((inside) => message(`${ROOM}/JULIET`, inside, 'normal')),
    ...WORDS.map((word) => message(DOMAIN, `<body>${word}</body>`)),
    ...['error', 'headline', 'normal', 'odd'].map((type) => message(CONTACT, '<body>x</body>', type)),
    ...ADDRESSES.flatMap((to) => REQUESTS.map(([type, payload]) => iq(to, type, payload))),
    ...ADDRESSES.flatMap((to) => [
      presence(to),
      presence(
        to,
        "<show>dnd</show><status>x</status><priority>5</priority><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/>",
      ),
      ...['unavailable', 'subscribe', 'subscribed', 'unsubscribed', 'probe', 'error'].map((type) =>
        presence(to, '<status>x</status>', type),
      ),
    ]),
    // It ends the registration: seldom.
    presence(DOMAIN, '', 'unsubscribe'),
    ...['romeo', 'x', ''].flatMap((nick) =>
      ["<history maxstanzas='5'/>", "<history since='2020-01-01T00:00:00Z'/><password>x</password>"].map((inside) =>
        presence(`${ROOM}/${nick}`, `<x xmlns='http://jabber.org/protocol/muc'>${inside}</x>`),
      ),
    ),
  ];
  return stanzas.map(stanza);
}
