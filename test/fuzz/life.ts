/**
 * Days in the life of a gateway, in minutes: what 200 users and their networks do, on a clock that runs ahead.
 * `node --import tsx --conditions=slipway-source test/fuzz/life.ts [hours] [users] [seed]`. The figures: the heap after a
 * collection, and the rows of each table, every few hours. Everything is kept for one day, so that after the first
 * nothing may grow.
 */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Database from 'libsql';
import sharp from 'sharp';
import { resolveConfig, silentLog, startGateway } from '../../src/gateway/index.ts';
import type { Clock, Element } from '../../src/stanza/index.ts';
import { StreamParser } from '../../src/stanza/xml/parser.ts';
import { randomNumbers } from '../support/random.ts';
import { listenTcp } from '../support/tcp.ts';
import { CONTACTS, GROUPS, LIFE_PLUGIN, type LifeGateway, type LifeSession } from './life-plugin.ts';

const DOMAIN = 'gw.localhost';
const NS = 'jabber:component:accept';
const MINUTE = 60_000;
/** Milliseconds that pass at once. */
const STEP = 4000;
/** MiB that the heap may grow after the first day. */
const MAX_GROWTH = 30;

const [hours = '24', users = '200', seed = '1'] = process.argv.slice(2);
const USERS = Number(users);

/** As the fake clock of the tests, for very many alarms. */
class FastClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  #alarms = new Map<number, Set<() => void>>();

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const at = Math.ceil(this.#now + ms);
    const due = this.#alarms.get(at) ?? new Set();
    due.add(callback);
    this.#alarms.set(at, due);
    return () => {
      due.delete(callback);
      if (due.size === 0) this.#alarms.delete(at);
    };
  }

  get pending(): number {
    return [...this.#alarms.values()].reduce((sum, { size }) => sum + size, 0);
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#alarms.keys()].reduce((first, at) => Math.min(first, at), Number.POSITIVE_INFINITY);
      if (next > end) break;
      const due = this.#alarms.get(next) ?? new Set();
      this.#alarms.delete(next);
      this.#now = Math.max(this.#now, next);
      for (const callback of due) callback();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = end;
  }
}

const random = randomNumbers(Number(seed));
const below = (limit: number) => Math.floor(random() * limit);
/** Whether something happens in this minute that happens so often in an hour. */
const happens = (perHour: number) => random() < perHour / 60;

let socket: Socket | undefined;
let sentinel: { readonly id: string; readonly seen: () => void } | undefined;
let count = 0;
const done = { fromUsers: 0, fromNetwork: 0, presences: 0, requests: 0, pictures: 0, logins: 0, reconnects: 0 };

function take(stanza: Element): void {
  const { id = '', type, from, to } = stanza.attrs;
  if (stanza.name !== 'iq') return;
  if (type === 'get' || type === 'set') {
    const answer = stanza.getChild('ping')
      ? "type='result'/>"
      : "type='error'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>";
    socket?.write(`<iq id='${id}' from='${to}' to='${from}' ${answer}`);
  } else if (id === sentinel?.id) sentinel.seen();
}

const clock = new FastClock();
const home = mkdtempSync(join(tmpdir(), 'slipway-life-'));
let online = () => {};
const server = await listenTcp((connection) => {
  const parser = new StreamParser({
    onStart: () =>
      connection.write(
        `<stream:stream xmlns='${NS}' xmlns:stream='http://etherx.jabber.org/streams' from='${DOMAIN}' id='s'>`,
      ),
    onElement: (element) => {
      if (element.name !== 'handshake') return take(element);
      socket = connection;
      connection.write('<handshake/>');
      online();
    },
    onEnd: () => connection.end('</stream:stream>'),
    onError: (error) => console.error(error),
  });
  connection.on('data', (data) => parser.write(data));
});
const config = resolveConfig({
  jid: DOMAIN,
  secret: 's',
  server: '127.0.0.1',
  port: server.port,
  'home-dir': home,
  'mam-max-days': 1,
  'message-max-days': 1,
  'journal-max-days': 1,
  'encryption-key': Buffer.alloc(32, 1).toString('base64'),
});
const gateway = (await startGateway(LIFE_PLUGIN, config, { clock, log: silentLog, reconnectAfter: 1 })) as LifeGateway;

async function settle(): Promise<void> {
  // The disk takes real time, of which this clock knows nothing.
  await gateway.drained();
  const id = `sentinel-${++count}`;
  const seen = new Promise<boolean>((resolve) => {
    sentinel = { id, seen: () => resolve(true) };
  });
  const ping = "<ping xmlns='urn:xmpp:ping'/>";
  socket?.write(`<iq type='get' id='${id}' from='sentinel@localhost/x' to='${DOMAIN}'>${ping}</iq>`);
  // Several times: a process that was stopped for a while finds the time over before it reads.
  for (let patience = 0; patience < 4; patience++) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), 20_000);
    });
    const isSeen = await Promise.race([seen, late]);
    clearTimeout(timer);
    if (isSeen) return;
  }
  throw new Error(`the gateway does not answer; ${gateway.errors.join()}`);
}

const jid = (n: number) => `user${n}@localhost`;
const sessionOf = (n: number) => gateway.getSessionFromJid(jid(n)) as LifeSession | undefined;
const contactAt = (n: number) => `c${n}@${DOMAIN}`;

function register(who: string): string {
  return `<iq type='set' id='r${++count}' from='${who}/desk' to='${DOMAIN}'><query xmlns='jabber:iq:register'><username>u</username><password>p</password></query></iq>`;
}

function beginToRegister(who: string): string {
  return `<iq type='set' id='b${++count}' from='${who}/desk' to='${DOMAIN}'><command xmlns='http://jabber.org/protocol/commands' node='jabber:iq:register' action='execute'/></iq>`;
}

/** What a user's client sends in a minute. */
function userDoes(n: number): string {
  const from = `${jid(n)}/desk`;
  let xml = '';
  const id = () => `u${n}-${++count}`;
  const text = (to: string, type: string, inside: string) => {
    done.fromUsers++;
    xml += `<message from='${from}' to='${to}' type='${type}' id='${id()}'>${inside}</message>`;
  };
  const anyone = contactAt(below(CONTACTS));
  if (happens(6))
    text(anyone, 'chat', "<body>Are you there?</body><request xmlns='urn:xmpp:receipts'/><thread>t</thread>");
  if (happens(2))
    text(anyone, 'chat', `<body>Or here?</body><replace xmlns='urn:xmpp:message-correct:0' id='u${n}-${count - 1}'/>`);
  if (happens(2))
    text(
      anyone,
      'chat',
      `<reactions xmlns='urn:xmpp:reactions:0' id='u${n}-${count}'><reaction>👍</reaction></reactions>`,
    );
  if (happens(4)) text(anyone, 'chat', `<displayed xmlns='urn:xmpp:chat-markers:0' id='x${count}'/>`);
  if (happens(3)) text(`#g${below(GROUPS)}@${DOMAIN}`, 'groupchat', '<body>To all</body>');
  if (happens(0.5)) {
    // A client comes, asks about everybody, joins, and goes again later.
    const client = `${jid(n)}/phone${below(3)}`;
    xml += `<presence from='${client}' to='${DOMAIN}'/>`;
    for (let i = 0; i < CONTACTS; i++) {
      xml += `<presence from='${client}' to='${contactAt(i)}'/><iq type='get' id='${id()}' from='${client}' to='${contactAt(i)}'><vCard xmlns='vcard-temp'/></iq>`;
      done.requests++;
    }
    for (let i = 0; i < GROUPS; i++)
      xml += `<presence from='${client}' to='#g${i}@${DOMAIN}/me'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='5'/></x></presence>`;
    done.presences += 1 + CONTACTS + GROUPS;
  }
  if (happens(0.5)) {
    for (const client of [0, 1, 2])
      xml += `<presence type='unavailable' from='${jid(n)}/phone${client}' to='${DOMAIN}'/>`;
    for (let i = 0; i < GROUPS; i++)
      xml += `<presence type='unavailable' from='${jid(n)}/phone0' to='#g${i}@${DOMAIN}/me'/>`;
  }
  // Begun, never ended.
  if (happens(0.2)) xml += beginToRegister(`stranger${n}-${below(1000)}@localhost`);
  // Credentials that are renewed, and a user who leaves and comes back.
  if (happens(0.05)) xml += register(jid(n));
  if (happens(0.01)) xml += `<presence type='unsubscribe' from='${jid(n)}' to='${DOMAIN}'/>`;
  if (sessionOf(n) === undefined) xml += register(jid(n));
  return xml;
}

/** What the network of a user says in a minute. */
async function networkDoes(n: number): Promise<void> {
  const session = sessionOf(n);
  if (session === undefined || !session.logged) return;
  const contact = await session.contacts.byLegacyId(`c${below(CONTACTS)}`);
  if (happens(10)) {
    done.fromNetwork++;
    contact.sendText('Here I am', { legacyMsgId: `n${n}-${++count}` });
  }
  if (happens(2)) contact.react(`n${n}-${count}`, ['🎉']);
  if (happens(20)) {
    done.presences++;
    if (below(2) === 0) contact.away();
    else contact.online({ lastSeen: new Date(clock.now()) });
  }
  if (happens(10)) {
    done.fromNetwork++;
    const room = await session.bookmarks.byLegacyId(`g${below(GROUPS)}`);
    (await room.getParticipant(`Person ${below(60)}`)).sendText('All of you', { legacyMsgId: `g${n}-${++count}` });
  }
  if (happens(0.05)) {
    done.pictures++;
    const background = { r: below(256), g: below(256), b: below(256) };
    const png = await sharp({ create: { width: 16, height: 16, channels: 3, background } })
      .png()
      .toBuffer();
    await contact.setAvatar(png, { blocking: true, avatarUniqueId: `p${count}` });
  }
}

async function reconnect(): Promise<void> {
  done.reconnects++;
  const back = new Promise<void>((resolve) => {
    online = resolve;
  });
  socket?.destroy();
  // The gateway waits by the clock before it tries again.
  for (let i = 0; i < 1000; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(100);
    if (await Promise.race([back.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))]))
      return;
  }
  throw new Error('the gateway has not come back');
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function figures(hour: number): { heap: number; line: string } {
  collect();
  const heap = process.memoryUsage().heapUsed / 1024 / 1024;
  const path = join(home, 'slipway.sqlite');
  const db = new Database(path, { readonly: true });
  const tables = db
    .prepare(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like 'kysely%'",
    )
    .all() as { name: string }[];
  const rows = Object.fromEntries(
    tables.map(({ name }) => [name, (db.prepare(`select count(*) as n from ${name}`).get() as { n: number }).n]),
  );
  db.close();
  const file = Math.round(statSync(path).size / 1024 / 1024);
  const rss = Math.round(process.memoryUsage().rss / 1024 / 1024);
  return {
    heap,
    line: JSON.stringify({
      hour,
      heapMiB: Math.round(heap),
      rssMiB: rss,
      alarms: clock.pending,
      fileMiB: file,
      ...rows,
    }),
  };
}

const started = performance.now();
let afterFirstDay: number | undefined;
let last = 0;
for (let hour = 0; hour < Number(hours); hour++) {
  for (let minute = 0; minute < 60; minute++) {
    for (let n = 0; n < USERS; n++) {
      socket?.write(userDoes(n));
      await networkDoes(n);
    }
    await settle();
    // Answers take no time here; but so long that nobody takes them for late, they must have some.
    for (let passed = 0; passed < MINUTE; passed += STEP) {
      await clock.advance(STEP);
      await settle();
    }
  }
  if (hour % 6 === 5) await reconnect();
  if (hour % 3 === 2) {
    const { heap, line } = figures(hour + 1);
    console.log(line);
    last = heap;
    if (hour >= 23) afterFirstDay ??= heap;
  }
}
const growth = afterFirstDay === undefined ? 0 : Math.round(last - afterFirstDay);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  JSON.stringify({
    users: USERS,
    hours: Number(hours),
    seconds,
    ...done,
    heapGrowthMiB: growth,
    errors: gateway.errors.length,
  }),
);
for (const error of gateway.errors.slice(0, 3)) console.log(error);
const isFine = growth <= MAX_GROWTH && gateway.errors.length === 0;
await gateway.shutdown();
await server.close();
rmSync(home, { recursive: true, force: true });
process.exit(isFine ? 0 : 1);
