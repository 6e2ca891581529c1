/**
 * A server with one component and no clients, in a process of its own: it takes any secret, answers what components ask,
 * and sends what it is told to, so that the gateway alone is measured.
 */

import { createServer } from 'node:net';
import { serve } from './rpc.mjs';
import { attribute, Counter, Cutter, flood } from './stanzas.mjs';

const PRIVILEGES =
  "<message from='bench.example' to='gw.bench.example' id='privileges'><privilege xmlns='urn:xmpp:privilege:2'>" +
  "<perm access='roster' type='both'/><perm access='message' type='outgoing'/>" +
  "<perm access='iq'><namespace ns='http://jabber.org/protocol/pubsub' type='both'/></perm></privilege></message>";

const counter = new Counter();
let socket;
let isPrivileged = true;
/** What is sent in the same packet as the handshake is accepted with. */
let greeting = '';
/** Answers of this turn, written at once. */
let answers = '';

const server = createServer((connection) => {
  connection.setNoDelay(true);
  connection.setEncoding('latin1');
  socket = connection;
  const cutter = new Cutter((xml) => take(xml));
  connection.on('data', (text) => cutter.push(text));
  connection.on('error', () => {});
});

function take(xml) {
  if (xml.startsWith('<iq')) answer(xml);
  else if (xml.startsWith('<stream:stream')) {
    write(
      "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' from='gw.bench.example' id='bench'>",
    );
  } else if (xml.startsWith('</stream')) {
    socket.end('</stream:stream>');
  } else if (xml.startsWith('<handshake')) {
    write(`<handshake/>${isPrivileged ? PRIVILEGES : ''}${greeting}`);
  }
  counter.take(xml);
}

/** Requests are answered; those about rosters as a server does that has taken the item. */
function answer(xml) {
  const type = attribute(xml, 'type');
  if (type !== 'get' && type !== 'set') return;
  const [id, from, to] = ['id', 'from', 'to'].map((name) => attribute(xml, name));
  const payload = xml.includes('disco#info')
    ? "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='server' type='im'/></query>"
    : xml.includes('jabber:iq:roster')
      ? roster(type, to, xml)
      : '';
  const isFirst = answers === '';
  answers += payloadRefused(xml)
    ? `<iq type='error' id='${id}' from='${to}' to='${from}'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`
    : `<iq type='result' id='${id}' from='${to}' to='${from}'>${payload}</iq>`;
  if (isFirst)
    setImmediate(() => {
      write(answers);
      answers = '';
    });
}
/** The rosters of users: by their JIDs, the items by those of the contacts. */
const rosters = new Map();

function roster(type, owner, xml) {
  const items = rosters.get(owner) ?? new Map();
  rosters.set(owner, items);
  if (type === 'get') return `<query xmlns='jabber:iq:roster'>${[...items.values()].join('')}</query>`;
  const item = xml.slice(xml.indexOf('<item'), xml.indexOf('</query>'));
  items.set(attribute(item, 'jid'), item);
  return '';
}

/** There are no pictures, bookmarks or other nodes here. */
function payloadRefused(xml) {
  return xml.includes('<items') || xml.includes('http://jabber.org/protocol/pubsub');
}

function write(text) {
  return socket.write(text, 'latin1');
}

serve({
  async listen(options) {
    isPrivileged = options.isPrivileged;
    greeting = options.greeting ?? '';
    if (!server.listening) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server.address().port;
  },
  count: (needles, options) => counter.reset(needles, options),
  counts: () => counter.counts,
  last: (name) => counter.last(name),
  delays: () => counter.delays,
  until: (name, count) => counter.until(name, count),
  send: (xml) => void write(xml),
  flood: (what) => flood(what, write, () => new Promise((resolve) => socket.once('drain', resolve))),
});
