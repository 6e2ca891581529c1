/**
 * `npm run bench -- capacity`: how many messages a gateway passes on with a real server and many people, and what each of
 * those who take part in it takes of the processors. Linux only: it reads /proc.
 *
 *     npm run bench -- capacity [--server=prosody|ejabberd] [--database=sqlite|postgres] [--workers=1,2,3]
 *                               [--people=24] [--messages=20000] [--rounds=3] [--json=FILE]
 *
 * Several workers need ejabberd and PostgreSQL. Both are Debian's; where that is possible they are installed.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { median } from '../measure.mjs';
import { now } from './stanzas.mjs';
import { pause, user, World } from './world.mjs';

const CONTACTS = 20;
/** Before what is measured, for each worker: a gateway runs for weeks, not for a second. */
const WARM_UP = 6000;

const messageOf = (n) =>
  `<message type='chat' id='m{i}' from='${user(n)}/desk' to='c{m}@gw.bench.example'>` +
  '<body>Message {i}: the ship leaves at noon</body>' +
  "<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/></message>";

const DIRECTIONS = {
  in: 'XMPP → plugin, with a receipt back',
  out: 'plugin → XMPP',
};

export async function runCapacityBenchmarks({ server, database, workers, people, messages, rounds, json, machine }) {
  const most = Math.max(...workers);
  if (most > 1 && (server !== 'ejabberd' || database !== 'postgres')) {
    throw new Error('several workers need --server=ejabberd --database=postgres');
  }
  const runs = [];
  for (let round = 0; round < rounds; round++) {
    for (const count of workers) {
      const run = await measure({ server, database, workers: count, people, messages });
      runs.push(run);
      for (const direction of Object.keys(DIRECTIONS)) console.log(`  ${line(run.workers, direction, run[direction])}`);
    }
  }
  console.log(`medians of ${rounds}: ${people} people, ${messages} messages each way, ${server}, ${database}`);
  const results = workers.flatMap((count) =>
    Object.entries(DIRECTIONS).map(([direction, title]) => {
      const values = mediansOf(runs.filter((run) => run.workers === count).map((run) => run[direction]));
      console.log(`${title}: ${line(count, direction, values)}`);
      return { workers: count, direction, ...values };
    }),
  );
  if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, results, runs }, undefined, 2)}\n`);
}

async function measure({ server, database, workers, people, messages }) {
  World.isReal = true;
  const parts = [];
  try {
    const running = server === 'ejabberd' ? await startEjabberd(parts, workers, people) : undefined;
    const postgres = database === 'postgres' ? await startPostgres(parts) : undefined;
    const world = await World.start({ isPrivileged: false, running });
    parts.push({ stop: () => world.stop() });
    const gateways = [];
    const options = {
      ...(postgres !== undefined && { 'database-url': await postgres.database() }),
      ...(workers > 1 && { workers }),
    };
    for (let n = 0; n < workers; n++) {
      await world.connect(options);
      const { gateway } = world;
      gateways.push(gateway);
      if (n < workers - 1) parts.push({ stop: () => gateway.stop() });
    }
    const serverPid = running?.pid ?? (await world.server.call('pid'));
    const cpu = () => ({
      gateway: sum(gateways.map(({ pid }) => cpuOf(pid))),
      server: cpuOf(serverPid),
      ...(postgres !== undefined && { database: familyCpuOf(postgres.pid) }),
      clients: cpuOf(world.server.pid),
    });
    await world.count({});
    await world.register(0, people, CONTACTS);
    await world.until('ready', people);
    const homes = await homesOf(gateways, people);
    const spread = gateways.map((gateway) => homes.filter((home) => home === gateway).length);
    assert.ok(Math.min(...spread) > 0, `nobody is with one of the workers: ${spread}`);
    let from = 0;
    const send = {
      async in(count) {
        await world.count({ done: ['<message', '<received'], errors: "type='error'" });
        await Promise.all(
          homes.map((_, n) =>
            world.server.call('flood', { xml: messageOf(n), count: count / people, modulo: CONTACTS, from }),
          ),
        );
      },
      async out(count) {
        await world.count({ done: ['<message', '<body>Message'], errors: "type='error'" });
        await Promise.all(
          homes.map((gateway, n) =>
            gateway.call('texts', { user: user(n), contacts: CONTACTS, count: count / people, from }),
          ),
        );
      },
    };
    const run = { workers, spread };
    for (const direction of Object.keys(DIRECTIONS)) {
      const pass = async (count) => {
        await send[direction](count);
        await world.until('done', count);
        await world.assertCounts({ done: count, errors: 0 });
        from += count;
      };
      const whole = (count) => Math.ceil(count / people) * people;
      await pass(whole(WARM_UP * workers));
      await pause(500);
      const [before, start] = [cpu(), now()];
      await pass(whole(messages));
      const ms = now() - start;
      // What is written to the store, or collected, a moment later belongs to it.
      await pause(300);
      const after = cpu();
      const micros = Object.fromEntries(
        Object.keys(before).map((who) => [who, (after[who] - before[who]) / whole(messages)]),
      );
      run[direction] = { perSecond: (whole(messages) / ms) * 1000, ...micros };
    }
    return run;
  } finally {
    for (const part of parts.reverse()) await part.stop();
  }
}

/** Which of the processes has each of the people. */
async function homesOf(gateways, people) {
  const found = Array.from({ length: people });
  for (const gateway of gateways) {
    for (let n = 0; n < people; n++) if (await gateway.call('hasUser', user(n))) found[n] = gateway;
  }
  return found;
}

/** As the end-to-end tests start them. */
async function startEjabberd(parts, workers, people) {
  const { Ejabberd } = await import('../../test/e2e/support/ejabberd.ts');
  const modules = ['mod_roster', 'mod_disco', 'mod_ping', 'mod_stream_mgmt'].map((name) => `      ${name}: {}`);
  const ejabberd = await Ejabberd.start({
    users: Array.from({ length: people }, (_, n) => `user${n}`),
    component: { domain: 'gw.bench.example', secret: 'secret' },
    privileged: false,
    hosts: { 'bench.example': modules.join('\n') },
    ...(workers > 1 && { workers }),
  });
  parts.push(ejabberd);
  return { c2s: ejabberd.clientPort, component: ejabberd.componentPort, pid: ejabberd.pid };
}

async function startPostgres(parts) {
  const { Postgres } = await import('../../test/e2e/support/postgres.ts');
  const postgres = await Postgres.start();
  parts.push(postgres);
  return postgres;
}

/** Microseconds of CPU time that a process has taken; its children that have ended too, when wanted. */
function cpuOf(pid, withChildren = false) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number);
  const ticks = fields.slice(11, withChildren ? 15 : 13);
  return sum(ticks) * 10_000;
}

/** Of PostgreSQL: each of its connections is a process. */
function familyCpuOf(pid) {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return cpuOf(pid, true) + sum(children.map((child) => cpuOf(child)));
}

function parentOf(pid) {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[1],
    );
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function line(workers, direction, { perSecond, clients, ...micros }) {
  // How busy each was, of one processor: a gateway of several workers could be so several times.
  const each = Object.entries({ ...micros, clients }).map(
    ([who, us]) => `${who} ${us.toFixed(0)} (${((us * perSecond) / 10_000).toFixed(0)} %)`,
  );
  const workersOf = `${workers} worker${workers > 1 ? 's' : ''}`;
  const together = sum(Object.values(micros));
  return `${direction}, ${workersOf}: ${perSecond.toFixed(0)}/s; µs CPU of one message: ${each.join(', ')}, without clients ${together.toFixed(0)}`;
}

function mediansOf(runs) {
  return Object.fromEntries(Object.keys(runs[0]).map((name) => [name, median(runs.map((run) => run[name]))]));
}

function sum(list) {
  return list.reduce((total, each) => total + each, 0);
}
