/**
 * How much the flood of one user slows another's messages: a gateway in a process of its own, a server that does nothing
 * else. `node --import tsx --conditions=slipway-source test/fuzz/flood.ts [stanzas a second] [rounds]`.
 *
 * Quiet seconds and seconds with the flood take turns, so that a busy machine is busy in both.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Element } from '../../src/stanza/index.ts';
import { StreamParser } from '../../src/stanza/xml/parser.ts';
import { slipway } from '../e2e/support/gateway-process.ts';
import { listenTcp } from '../support/tcp.ts';

const DOMAIN = 'gw.localhost';
const CONTACT = `ada@${DOMAIN}`;
const NS = 'jabber:component:accept';
/** How often the other user writes. */
const EVERY = 20;

const [rate = '5000', rounds = '10'] = process.argv.slice(2);

let socket: Socket | undefined;
/** Who waits for the answer to what, by id. */
const waiting = new Map<string, () => void>();
let refused = 0;

function take(stanza: Element): void {
  const { id = '', type, from, to } = stanza.attrs;
  if (type === 'error' && to?.startsWith('mallory')) refused++;
  if (stanza.name === 'iq' && (type === 'get' || type === 'set')) {
    write(`<iq type='${stanza.getChild('ping') ? 'result' : 'error'}' id='${id}' from='${to}' to='${from}'/>`);
  }
  const receipt = stanza.getChild('received')?.attrs.id;
  waiting.get(receipt ?? id)?.();
}

function write(xml: string): void {
  socket?.write(xml);
}

async function answered(id: string, xml: string, ms = 20_000): Promise<number> {
  const start = performance.now();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer to ${xml}`)), ms);
    waiting.set(id, () => {
      clearTimeout(timer);
      waiting.delete(id);
      resolve();
    });
    write(xml);
  });
  return performance.now() - start;
}

let count = 0;
const next = () => `f${++count}`;

function roundTrip(): Promise<number> {
  const id = next();
  return answered(
    id,
    `<message type='chat' id='${id}' from='romeo@localhost/desk' to='${CONTACT}'><body>hi</body><request xmlns='urn:xmpp:receipts'/></message>`,
  );
}

/** What mallory sends: messages, requests, subscriptions, in turn. */
function floodStanza(): string {
  const id = next();
  const address = `id='${id}' from='mallory@localhost/x' to='${CONTACT}'`;
  if (count % 3 === 0) return `<iq type='get' ${address}><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`;
  if (count % 3 === 1) return `<presence type='subscribe' ${address}/>`;
  return `<message type='chat' ${address}><body>flood</body><request xmlns='urn:xmpp:receipts'/></message>`;
}

/** The delays of romeo's messages within a second or so. */
async function measured(perSecond: number): Promise<number[]> {
  const delays: number[] = [];
  const pending: Promise<unknown>[] = [];
  const end = performance.now() + 1000;
  let owed = 0;
  let last = performance.now();
  let nextAt = last;
  while (performance.now() < end) {
    const now = performance.now();
    owed += (perSecond * (now - last)) / 1000;
    last = now;
    let xml = '';
    for (; owed >= 1; owed--) xml += floodStanza();
    if (xml !== '') write(xml);
    if (now >= nextAt) {
      nextAt = now + EVERY;
      pending.push(roundTrip().then((delay) => delays.push(delay)));
    }
    await sleep(2);
  }
  await Promise.all(pending);
  return delays;
}

const percentile = (values: readonly number[], p: number) =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * p)] as number;

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
    },
    onEnd: () => connection.end('</stream:stream>'),
    onError: (error) => console.error(error),
  });
  connection.on('data', (data) => parser.write(data));
});
const home = mkdtempSync(join(tmpdir(), 'slipway-flood-'));
const gateway = slipway([
  ...[
    '--legacy-network',
    join(import.meta.dirname, 'flood-plugin.ts'),
    '--jid',
    DOMAIN,
    '--secret',
    's',
    '--home-dir',
    home,
  ],
  ...['--server', '127.0.0.1', '--port', String(server.port), '--limit-messages', '600'],
]);
try {
  await gateway.printed(/"connected"/);
  for (const user of ['romeo', 'mallory']) {
    const id = next();
    const fields = `<username>${user}</username><password>ahoy</password>`;
    await answered(
      id,
      `<iq type='set' id='${id}' from='${user}@localhost/desk' to='${DOMAIN}'><query xmlns='jabber:iq:register'>${fields}</query></iq>`,
    );
  }
  await sleep(2000);
  // romeo writes less than the limit; mallory has used up what is allowed before anything is measured.
  for (let i = 0; i < 5; i++) await roundTrip();
  await measured(Number(rate));
  await sleep(500);
  const quiet: number[] = [];
  const flooded: number[] = [];
  refused = 0;
  for (let round = 0; round < Number(rounds); round++) {
    quiet.push(...(await measured(0)));
    flooded.push(...(await measured(Number(rate))));
  }
  const figures = Object.fromEntries(
    [0.5, 0.9, 0.99].map((p) => [
      `p${p * 100}`,
      {
        quiet: Number(percentile(quiet, p).toFixed(2)),
        flooded: Number(percentile(flooded, p).toFixed(2)),
        ratio: Number((percentile(flooded, p) / percentile(quiet, p)).toFixed(2)),
      },
    ]),
  );
  console.log(JSON.stringify({ perSecond: Number(rate), messages: quiet.length, refused, ...figures }));
} finally {
  await gateway.kill();
  await server.close();
  rmSync(home, { recursive: true, force: true });
}
process.exit(0);
