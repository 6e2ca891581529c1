/** The streams that are parsed: made from a seed, the same on every machine. */

/** Numbers from a seed: mulberry32. */
export function random(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  const hex = (n) => Array.from({ length: n }, () => below(16).toString(16)).join('');
  return { next, below, pick, hex, uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}` };
}

export const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' " +
  "xmlns:stream='http://etherx.jabber.org/streams' from='gateway.example.org' id='3f2a9c11-7b0e'>";
export const FOOTER = '</stream:stream>';

const WORDS =
  `the a to and of in is it you that he was for on are with as I his they be at one have this from or had by hot word
  but what some we can out other were all there when up use your how said an each she which do their time if will way
  about many then them write would like so these her long make thing see him two has look more day could go come did
  number sound no most people my over know water than call first who may down side been now find`.split(/\s+/);
const FOREIGN = [
  'Příliš žluťoučký kůň úpěl ďábelské ódy.',
  'Съешь же ещё этих мягких французских булок.',
  'いろはにほへと　ちりぬるを！',
  'Où êtes-vous ? Ça va très bien, merci à tous.',
  'See you tomorrow 👋🏽🎉 at nine 😀',
  'Τάχιστη αλώπηξ βαφής ψημένη γη.',
];
const MARKUP = ['Tom &amp; Jerry', 'a &lt; b &amp;&amp; c &gt; d', 'it&apos;s &quot;fine&quot;', 'R&amp;D'];
const CLIENTS = ['Conversations.9f3a', 'Dino', 'gajim.K3J2', 'Monal-iOS', 'converse.js-71', 'profanity.x1'];
const CAPS = [
  ['http://conversations.im', 'ZcEXSRKGNoDnQBPhYtfQUU8eq3A='],
  ['https://dino.im', 'f+Dq9yPmC4kGpJ5ZlYH0oXQ1f8k='],
  ['http://gajim.org', 'wl1sGLL0pN1uCzsJ5dMkdTrW1zw='],
  ['http://monal.im/', 'Vm9iYXIgdmVyc2lvbiBub3cgOik='],
];
const CHATSTATES = 'http://jabber.org/protocol/chatstates';

/** Whoever talks: 600 users of three servers, each with a client or two. */
export function people(r) {
  const NAMES = 'romeo juliet mercutio tybalt benvolio rosaline paris capulet montague laurence nurse balthasar'.split(
    ' ',
  );
  const users = Array.from({ length: 600 }, (_, i) => {
    const bare = `${r.pick(NAMES)}${i}@${r.pick(['example.org', 'montague.example', 'capulet.lit'])}`;
    return { bare, full: `${bare}/${r.pick(CLIENTS)}`, caps: r.pick(CAPS) };
  });
  const contacts = Array.from({ length: 3000 }, (_, i) => `${r.pick(WORDS)}${i}@gateway.example.org`);
  const rooms = Array.from({ length: 40 }, (_, i) => `${r.pick(WORDS)}-${i}@gateway.example.org`);
  return { users, contacts, rooms };
}

export function sentence(r, longest = 24) {
  const kind = r.next();
  if (kind < 0.12) return r.pick(FOREIGN);
  const words = Array.from({ length: 1 + r.below(longest) }, () => r.pick(WORDS));
  if (kind < 0.17) words.push(r.pick(MARKUP));
  return words.join(' ');
}

/** What a client sends when somebody has typed something. */
export function chatMessage(r, { users, contacts }) {
  const user = r.pick(users);
  const id = r.uuid();
  const head =
    r.next() < 0.6
      ? `<message from='${user.full}' id='${id}' to='${r.pick(contacts)}' type='chat'>`
      : `<message xml:lang='en' to='${r.pick(contacts)}' from='${user.full}' type='chat' id='${id}'>`;
  let xml = `${head}<body>${sentence(r)}</body>`;
  if (r.next() < 0.08) xml += `<replace xmlns='urn:xmpp:message-correct:0' id='${r.uuid()}'/>`;
  if (r.next() < 0.1) {
    xml += `<reply xmlns='urn:xmpp:reply:0' to='${r.pick(contacts)}' id='${r.hex(12)}'/>`;
    xml += `<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='${10 + r.below(60)}'/></fallback>`;
  }
  xml += `<active xmlns='${CHATSTATES}'/><request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>`;
  xml += `<origin-id xmlns='urn:xmpp:sid:0' id='${id}'/>`;
  if (r.next() < 0.7) xml += `<stanza-id xmlns='urn:xmpp:sid:0' by='${user.bare}' id='${r.uuid()}'/>`;
  return `${xml}</message>`;
}

function groupMessage(r, { users, rooms }) {
  const user = r.pick(users);
  return (
    `<message type='groupchat' to='${r.pick(rooms)}' from='${user.full}' id='${r.uuid()}'><body>${sentence(r)}</body>` +
    `<origin-id xmlns='urn:xmpp:sid:0' id='${r.uuid()}'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='${r.hex(24)}'/></message>`
  );
}

function typing(r, { users, contacts }) {
  const state = r.pick(['composing', 'paused', 'active', 'inactive']);
  return (
    `<message from='${r.pick(users).full}' to='${r.pick(contacts)}' type='chat'><${state} xmlns='${CHATSTATES}'/>` +
    `<no-store xmlns='urn:xmpp:hints'/></message>`
  );
}

function receipt(r, { users, contacts }) {
  const [name, ns] = r.pick([
    ['received', 'urn:xmpp:receipts'],
    ['displayed', 'urn:xmpp:chat-markers:0'],
  ]);
  return (
    `<message from='${r.pick(users).full}' to='${r.pick(contacts)}' type='chat' id='${r.hex(10)}'>` +
    `<${name} xmlns='${ns}' id='${r.uuid()}'/><store xmlns='urn:xmpp:hints'/></message>`
  );
}

function reaction(r, { users, contacts }) {
  return (
    `<message from='${r.pick(users).full}' to='${r.pick(contacts)}' type='chat' id='${r.uuid()}'>` +
    `<reactions xmlns='urn:xmpp:reactions:0' id='${r.uuid()}'><reaction>${r.pick(['👍', '❤️', '😀', '🎉'])}</reaction>` +
    `</reactions><store xmlns='urn:xmpp:hints'/></message>`
  );
}

function presence(r, { users, contacts, rooms }) {
  const user = r.pick(users);
  const kind = r.next();
  if (kind < 0.15) return `<presence type='unavailable' from='${user.full}' to='${r.pick(contacts)}'/>`;
  if (kind < 0.25) return `<presence from='${user.bare}' to='${r.pick(contacts)}' type='probe'/>`;
  const to = kind < 0.4 ? `${r.pick(rooms)}/${r.pick(WORDS)}` : r.pick(contacts);
  let xml = `<presence from='${user.full}' to='${to}'>`;
  if (r.next() < 0.3) xml += `<show>${r.pick(['away', 'xa', 'dnd', 'chat'])}</show>`;
  if (r.next() < 0.2) xml += `<status>${sentence(r, 8)}</status>`;
  if (r.next() < 0.3) xml += `<priority>${r.below(10)}</priority>`;
  xml += `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='${user.caps[0]}' ver='${user.caps[1]}'/>`;
  if (kind < 0.4) xml += "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='20'/></x>";
  else if (r.next() < 0.5) xml += `<x xmlns='vcard-temp:x:update'><photo>${r.hex(40)}</photo></x>`;
  return `${xml}</presence>`;
}

function iq(r, { users, contacts }) {
  const head = (type) => `<iq type='${type}' id='${r.hex(8)}' from='${r.pick(users).full}' to='${r.pick(contacts)}'`;
  const DISCO = 'http://jabber.org/protocol/disco';
  switch (r.below(6)) {
    case 0:
      return `${head('get')}><ping xmlns='urn:xmpp:ping'/></iq>`;
    case 1:
      return `${head('get')}><query xmlns='${DISCO}#info' node='${r.pick(CAPS).join('#')}'/></iq>`;
    case 2:
      return `${head('get')}><vCard xmlns='vcard-temp'/></iq>`;
    case 3:
      return `${head('result')}/>`;
    case 4: {
      const features = ['disco#info', 'chatstates', 'caps', 'muc', 'commands', 'xhtml-im', 'si'].slice(r.below(4));
      return (
        `${head('result')}><query xmlns='${DISCO}#info'><identity category='client' type='phone' name='Conversations'/>` +
        `${features.map((f) => `<feature var='http://jabber.org/protocol/${f}'/>`).join('')}<feature var='urn:xmpp:ping'/></query></iq>`
      );
    }
    default:
      return (
        `${head('error')}><query xmlns='${DISCO}#items'/><error type='cancel'>` +
        `<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`
      );
  }
}

/** What a component for a chat network gets to read in a day. */
export function chatMix(count, seed = 1) {
  const r = random(seed);
  const world = people(r);
  return Array.from({ length: count }, () => {
    const kind = r.next();
    if (kind < 0.34) return chatMessage(r, world);
    if (kind < 0.42) return groupMessage(r, world);
    if (kind < 0.56) return typing(r, world);
    if (kind < 0.66) return receipt(r, world);
    if (kind < 0.69) return reaction(r, world);
    if (kind < 0.88) return presence(r, world);
    return iq(r, world);
  });
}

/** Only stanzas of one or two elements: presences, receipts, typing. */
export function small(count, seed = 2) {
  const r = random(seed);
  const world = people(r);
  return Array.from({ length: count }, () => {
    const kind = r.next();
    if (kind < 0.3) return typing(r, world);
    if (kind < 0.55) return receipt(r, world);
    if (kind < 0.75) return `<presence from='${r.pick(world.users).full}' to='${r.pick(world.contacts)}'/>`;
    if (kind < 0.9)
      return `<iq type='result' id='${r.hex(8)}' from='${r.pick(world.users).full}' to='${r.pick(world.contacts)}'/>`;
    return `<iq type='get' id='${r.hex(8)}' from='${r.pick(world.users).bare}' to='${r.pick(world.contacts)}'><ping xmlns='urn:xmpp:ping'/></iq>`;
  });
}

/** Rosters of 2,000 contacts, and pictures as 100 kB of base64, by turns. */
export function big(count, seed = 3) {
  const r = random(seed);
  const { users } = people(r);
  const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return Array.from({ length: count }, (_, n) => {
    const { full } = r.pick(users);
    if (n % 2 === 1) {
      const data = Array.from({ length: 102_400 }, () => ALPHABET[r.below(64)]).join('');
      return `<iq type='result' id='${r.hex(8)}' from='${full}' to='gateway.example.org'><data xmlns='urn:xmpp:bob' cid='sha1+${r.hex(40)}@bob.xmpp.org' type='image/png'>${data}</data></iq>`;
    }
    const items = Array.from(
      { length: 2000 },
      (_, i) =>
        `<item jid='${r.pick(WORDS)}${i}@gateway.example.org' name='${r.pick(WORDS)} ${r.pick(WORDS)}' subscription='${r.pick(['both', 'to', 'from'])}'><group>${r.pick(['Friends', 'Work', 'Gateway'])}</group></item>`,
    );
    return `<iq type='result' id='${r.hex(8)}' from='${full}' to='gateway.example.org'><query xmlns='jabber:iq:roster'>${items.join('')}</query></iq>`;
  });
}

/**
 * A stream of these stanzas in chunks.
 * @param size `'mixed'`: 16 to 64 KiB; `'stanza'`: one stanza each; or a number of bytes.
 */
export function stream(stanzas, size, seed = 4) {
  if (size === 'stanza') return [HEADER, ...stanzas, FOOTER].map((text) => Buffer.from(text));
  const bytes = Buffer.from(HEADER + stanzas.join('') + FOOTER);
  const r = random(seed);
  const chunks = [];
  for (let at = 0; at < bytes.length; ) {
    const length = size === 'mixed' ? 16_384 + r.below(49_152) : size;
    // A copy of its own, as a socket would deliver it.
    chunks.push(Buffer.from(bytes.subarray(at, at + length)));
    at += length;
  }
  return chunks;
}
