/**
 * A large room: joined twice, read page by page from its end to its beginning, pinged; and how much memory that takes.
 *
 *     npm run build && node bench/gateway/large-room.mjs [--members=10000] [--messages=100000] [--page=250]
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { client, World } from './world.mjs';

const { values } = parseArgs({
  options: {
    members: { type: 'string', default: '10000' },
    messages: { type: 'string', default: '100000' },
    page: { type: 'string', default: '250' },
  },
});
const [members, messages, size] = [values.members, values.messages, values.page].map(Number);
const PINGS = 100;

const room = `r${members}-${messages}`;
const jid = `#${room}@gw.bench.example`;
const world = await World.start();

/** What one step costs the gateway; what the kernel has given it at most so far. */
async function step(name, work, count = 1) {
  const { cpu, ms } = await world.cost(work);
  const { heapUsed, rss } = await world.gateway.call('memory');
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${world.gateway.pid}/status`, 'utf8'))[1]) / 1024;
  const cost = `${(cpu / 1000 / count).toFixed(count === 1 ? 0 : 2)} ms CPU, ${(ms / count).toFixed(count === 1 ? 0 : 2)} ms`;
  const memory = `heap ${(heapUsed / 2 ** 20).toFixed(0)} MiB, resident ${(rss / 2 ** 20).toFixed(0)} MiB, at most ${peak.toFixed(0)} MiB`;
  console.log(`${name.padEnd(44)} ${count === 1 ? '' : `${count} times, each `}${cost}; then ${memory}`);
}

async function join(resource) {
  await world.count({ subjects: '<subject', people: ['<presence', 'muc#user'] });
  await world.join(room, resource);
  await world.until('subjects', 1);
  const { people } = await world.server.call('counts');
  // Of large rooms those are shown who speak.
  assert.ok(people > Math.min(members, 1000) && people <= Math.min(members, 1000) + 101, `${people} are shown`);
}

/** Asks for a page before a message, or for the last one. */
function query(before) {
  const set = `<set xmlns='http://jabber.org/protocol/rsm'><max>${size}</max>${before}</set>`;
  return world.server.call(
    'send',
    `<iq type='set' id='page' from='${client(0)}' to='${jid}'><query xmlns='urn:xmpp:mam:2'>${set}</query></iq>`,
  );
}

try {
  await world.connectUser(0);
  await step('before', async () => {});
  await step('first join, with all of the history', () => join('desk'));
  await step('second join', () => join('sofa'));
  const pages = Math.ceil(messages / size);
  await step(
    `pages of ${size}, from the last to the first`,
    async () => {
      await world.count({
        results: ['<message', 'urn:xmpp:mam:2'],
        ends: ['<fin', `<count>${messages}</count>`],
        last: ['<fin', "complete='true'"],
      });
      for (let page = 0; page < pages; page++) {
        await query(page === 0 ? '<before/>' : `<before>h${messages - page * size}</before>`);
        await world.until('ends', page + 1);
      }
      await world.assertCounts({ results: messages, ends: pages, last: 1 });
    },
    pages,
  );
  await step(
    'self-pings',
    async () => {
      await world.count({ pongs: ["type='result'", "id='ping"] });
      for (let n = 0; n < PINGS; n++) {
        await world.server.call(
          'send',
          `<iq type='get' id='ping${n}' from='${client(0)}' to='${jid}/user0'><ping xmlns='urn:xmpp:ping'/></iq>`,
        );
        await world.until('pongs', n + 1);
      }
    },
    PINGS,
  );
} finally {
  await world.stop();
}
