/**
 * What is measured: each one starts its own server and gateway, does `size` of something, asserts that all of it came
 * about, and says what one cost.
 */

import assert from 'node:assert/strict';
import { now, percentile } from './stanzas.mjs';
import { client, pause, user, World } from './world.mjs';

/** Before what is measured: a gateway runs for weeks, not for a second. */
const WARM_UP = 3000;

const MESSAGE =
  "<message type='chat' id='m{i}' from='user0@bench.example/desk' to='c{m}@gw.bench.example'>" +
  '<body>Message {i}: {t} the ship leaves at noon</body>' +
  "<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/></message>";

const TEXT = ['<message', '<body>Message'];
const RECEIPT = ['<message', '<received'];
const PRESENCE = ['<presence', '@gw.bench.example/'];
const GROUP_TEXT = ['<message', "type='groupchat'", '<body>Message'];

async function withWorld(work, options) {
  const world = await World.start(options);
  try {
    return await work(world);
  } finally {
    await world.stop();
  }
}

/** With the CPU time of one. */
const each = ({ cpu, ms }, count) => ({ value: cpu / count, perSecond: (count / ms) * 1000 });

/** What it costs to do something so often, when it has been done for a while: `act(from, count)`. */
async function costOf(world, profiled, count, act) {
  await act(0, WARM_UP);
  return world.cost(() => profiled(world, () => act(WARM_UP, count)));
}

const contactsFor = (count) => Math.max(10, Math.min(10_000, count / 20));

/** @type {readonly Measure[]} by id, with what slidge takes, and what is to be reached. */
export const MEASURES = [
  {
    id: 'text-out',
    onProsody: true,
    title: 'plugin → XMPP text, contact looked up each time',
    unit: 'µs CPU',
    slidge: 1240,
    goal: 25,
    sizes: [2000, 20_000, 200_000],
    run: (count, { profiled }) =>
      withWorld(async (world) => {
        const contacts = contactsFor(count);
        await world.connectUser(contacts);
        const send = async (from, count) => {
          await world.count({ texts: TEXT });
          await world.gateway.call('texts', { user: user(0), contacts, from, count });
          await world.until('texts', count);
        };
        const cost = await costOf(world, profiled, count, send);
        await world.assertCounts({ texts: count });
        return each(cost, count);
      }),
  },
  {
    id: 'text-in',
    onProsody: true,
    title: 'XMPP → plugin text with receipt request and marker',
    unit: 'µs CPU',
    slidge: 3500,
    goal: 58,
    sizes: [2000, 20_000, 200_000],
    run: (count, { profiled }) =>
      withWorld(async (world) => {
        const contacts = contactsFor(count);
        await world.connectUser(contacts);
        const send = async (from, count) => {
          await world.count({ receipts: RECEIPT, errors: "type='error'" });
          await world.server.call('flood', { xml: MESSAGE, count, modulo: contacts, from });
          await world.until('receipts', count);
        };
        const cost = await costOf(world, profiled, count, send);
        await world.assertCounts({ receipts: count, errors: 0 });
        assert.equal((await world.gateway.call('got')).texts, WARM_UP + count);
        return each(cost, count);
      }),
  },
  {
    id: 'presence',
    onProsody: true,
    title: 'presence change of a contact',
    unit: 'µs CPU',
    slidge: 3800,
    goal: 63,
    sizes: [2000, 20_000, 200_000],
    run: (count, { profiled }) =>
      withWorld(async (world) => {
        const contacts = contactsFor(count);
        await world.connectUser(contacts);
        const change = async (from, count) => {
          await world.count({ presences: PRESENCE });
          await world.gateway.call('presences', { user: user(0), contacts, from, count });
          await world.until('presences', count);
        };
        const cost = await costOf(world, profiled, count, change);
        await world.assertCounts({ presences: count });
        return each(cost, count);
      }),
  },
  {
    id: 'group-text',
    onProsody: true,
    title: 'group message into a joined room, archived',
    unit: 'µs CPU',
    slidge: 8400,
    goal: 84,
    sizes: [2000, 20_000, 200_000],
    run: (count, { profiled }) =>
      withWorld(async (world) => {
        const members = contactsFor(count);
        const room = `r${members}-0`;
        await world.connectUser(0);
        await world.count({ subjects: '<subject' });
        await world.join(room);
        await world.until('subjects', 1);
        const send = async (from, count) => {
          await world.count({ texts: GROUP_TEXT });
          await world.gateway.call('groupTexts', { user: user(0), room, members, from, count });
          await world.until('texts', count);
        };
        const cost = await costOf(world, profiled, count, send);
        await world.assertCounts({ texts: count });
        assert.equal(await archived(world, room), WARM_UP + count);
        return each(cost, count);
      }),
  },
  {
    id: 'idle-memory',
    title: 'idle memory, no user',
    unit: 'MiB',
    slidge: 79,
    goal: 71,
    run: () =>
      withWorld(async (world) => {
        await world.connect();
        await pause(3000);
        return { value: world.rss() / 1024 };
      }),
  },
  {
    id: 'user-memory',
    title: 'memory per logged-in user with 100 contacts',
    unit: 'KiB',
    slidge: 755,
    goal: 75,
    sizes: [100, 1000],
    // What the first ones cost is the code that they run: it is there once, as in any gateway with users.
    run: async (users) => {
      const few = await memoryWith(users / 10);
      const many = await memoryWith(users);
      const more = users - users / 10;
      return { value: (many.rss - few.rss) / more, heap: (many.heap - few.heap) / more, rss: many.rss / 1024 };
    },
  },
  {
    id: 'login',
    onProsody: true,
    title: 'first login (roster pushes, presences), per contact',
    unit: 'µs CPU',
    slidge: 4600,
    goal: 115,
    sizes: [100, 1000, 10_000],
    run: (contacts, { profiled }) =>
      withWorld(async (world) => {
        await world.connect();
        const login = async (n) => {
          const [pushes, address] = [['<iq', "type='set'", 'jabber:iq:roster'], `to='${user(n)}`];
          await world.count({ pushes: [...pushes, address], presences: [...PRESENCE, address] });
          await world.register(n, n + 1, contacts);
          await world.until('ready', 1);
          await world.assertCounts({ presences: contacts });
          // Prosody writes what the gateway asks it to, but clients do not see the request.
          if (!World.isReal) await world.assertCounts({ pushes: contacts + 1 });
        };
        // The first one that a process sees also pays for the compiler.
        const cold = await world.cost(() => login(0));
        const { cpu, ms } = await world.cost(() => profiled(world, () => login(1)));
        return { value: cpu / contacts, total: cpu / 1000, ms, cold: cold.cpu / 1000 };
      }),
  },
  {
    id: 'restart',
    title: 'restart, per user of 100 contacts, until all are ready',
    unit: 'ms',
    slidge: 880,
    goal: 22,
    sizes: [10, 100, 1000],
    run: (users) =>
      withWorld(async (world) => {
        await world.connect();
        await world.count({});
        await world.register(0, users, 100);
        await world.until('ready', users);
        await world.stopGateway();
        await world.count({ presences: PRESENCE });
        const start = now();
        await world.startGateway();
        const ready = await world.until('ready', users);
        await world.until('presences', users * 100);
        // Of the whole process, from its beginning.
        const cpu = (await world.gateway.call('cpu')) / 1000;
        return { value: (ready - start) / users, total: ready - start, cpu };
      }),
  },
  ...[
    { nth: 'first', slidge: 6800, goal: 85 },
    { nth: 'second', slidge: 4200, goal: 52 },
  ].map(({ nth, slidge, goal }) => ({
    id: `join-${nth}`,
    onProsody: true,
    title: `${nth} join of a room with 100 messages, per member`,
    unit: 'µs CPU',
    slidge,
    goal,
    sizes: [100, 1000, 10_000],
    run: (members, { profiled }) =>
      withWorld(async (world) => {
        await world.connectUser(0);
        const join = async (room, resource) => {
          await world.count({
            subjects: '<subject',
            presences: [`<presence`, 'muc#user'],
            history: [...GROUP_TEXT, '<delay'],
          });
          await world.join(room, resource);
          await world.until('subjects', 1);
          // Of larger rooms those are shown who speak.
          const shown = Math.min(members, 1000) + 1;
          const { presences, history } = await world.server.call('counts');
          assert.ok(presences >= shown && presences <= shown + 100, `${presences} presences`);
          assert.equal(history, 100);
        };
        const [one, other] = [`r${members}-100`, `r${members}-100-b`];
        const measured = (room, resource) => world.cost(() => join(room, resource));
        // The first one that a process sees also pays for the compiler.
        const cold = await measured(one, 'desk');
        const coldAgain = await measured(one, 'sofa');
        const work = (room, resource) => world.cost(() => profiled(world, () => join(room, resource)));
        const first = await (nth === 'first' ? work : measured)(other, 'desk');
        const { cpu, ms } = nth === 'first' ? first : await work(other, 'sofa');
        const { cpu: coldCpu } = nth === 'first' ? cold : coldAgain;
        return { value: cpu / members, total: cpu / 1000, ms, cold: coldCpu / 1000 };
      }),
  })),
  {
    id: 'archive-page',
    title: 'a page of 50 messages of an archive',
    unit: 'µs CPU',
    sizes: [1000, 10_000, 100_000],
    run: (messages, { profiled }) =>
      withWorld(async (world) => {
        const room = `r100-${messages}`;
        await world.connectUser(0);
        await world.count({ subjects: '<subject' });
        await world.join(room);
        await world.until('subjects', 1);
        assert.equal(await archived(world, room), messages);
        const pages = 20;
        const read = async (count) => {
          await world.count({ results: ['<message', 'urn:xmpp:mam:2'], ends: '<fin' });
          for (let page = 0; page < count; page++) {
            const before = page === 0 ? '<before/>' : `<before>h${messages - 1 - page * 37}</before>`;
            await query(world, room, `<max>50</max>${before}`);
            await world.until('ends', page + 1);
          }
          await world.assertCounts({ results: count * 50, ends: count });
        };
        await read(5);
        return each(await world.cost(() => profiled(world, () => read(pages))), pages);
      }),
  },
  {
    id: 'start-up',
    title: 'start-up to first answered disco',
    unit: 's',
    slidge: 0.9,
    goal: 0.45,
    run: () =>
      withWorld(
        async (world) => {
          await world.count({ answers: ["id='disco'", "type='result'"] });
          const start = now();
          await world.startGateway();
          const value = ((await world.until('answers', 1)) - start) / 1000;
          return { value, cpu: (await world.gateway.call('cpu')) / 1000 };
        },
        { greeting: disco('disco') },
      ),
  },
];

/** Delays at half the throughput, which is measured just before: what else the machine does changes from minute to minute. */
export async function latency(seconds) {
  return withWorld(async (world) => {
    const contacts = 1000;
    await world.connectUser(contacts);
    let from = 0;
    const receive = async (count, perSecond) => {
      await world.count({ receipts: RECEIPT });
      await world.server.call('flood', { xml: MESSAGE, count, modulo: contacts, from, perSecond });
      await world.until('receipts', count);
      from += count;
    };
    const send = async (count, perSecond) => {
      await world.count({ texts: TEXT }, { isTiming: true });
      await world.gateway.call('texts', { user: user(0), contacts, from, count, perSecond });
      await world.until('texts', count);
      from += count;
    };
    const halfOf = async (work) => {
      await work(WARM_UP);
      const start = now();
      await work(10_000);
      return (10_000 / (now() - start)) * 500;
    };
    const into = await halfOf(receive);
    await world.gateway.call('timing', true);
    await world.gateway.call('startLag');
    await receive(Math.round(into * seconds), into);
    const received = delays((await world.gateway.call('got')).delays, await world.gateway.call('stopLag'));
    await world.gateway.call('timing', false);
    const out = await halfOf(send);
    await world.gateway.call('startLag');
    await send(Math.round(out * seconds), out);
    const sent = delays(await world.server.call('delays'), await world.gateway.call('stopLag'));
    return { in: { perSecond: into, ...received }, out: { perSecond: out, ...sent } };
  });
}

function delays(list, lag) {
  return { count: list.length, p50: percentile(list, 0.5) / 1e6, p99: percentile(list, 0.99) / 1e6, lag };
}

/** KiB that a gateway has after it was started again with so many users of 100 contacts. */
function memoryWith(users) {
  return withWorld(async (world) => {
    await world.connect();
    await world.count({});
    await world.register(0, users, 100);
    await world.until('ready', users);
    await world.stopGateway();
    await world.count({ presences: PRESENCE });
    await world.startGateway();
    await world.until('ready', users);
    await world.until('presences', users * 100);
    // Memory that is not used any more is given back to the machine in the background.
    await pause(10_000);
    const rss = world.rss();
    const { heapUsed } = await world.gateway.call('memory');
    return { rss, heap: heapUsed / 1024 };
  });
}

function disco(id) {
  return `<iq type='get' id='${id}' from='${client(0)}' to='gw.bench.example'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`;
}

async function query(world, room, rsm) {
  await world.server.call(
    'send',
    `<iq type='set' id='q${now()}' from='${client(0)}' to='#${room}@gw.bench.example'><query xmlns='urn:xmpp:mam:2'>` +
      `<set xmlns='http://jabber.org/protocol/rsm'>${rsm}</set></query></iq>`,
  );
}

/** How many messages the archive of a room has, by its own count. */
async function archived(world, room) {
  await world.count({ ends: '<fin' });
  await query(world, room, '<max>0</max>');
  await world.until('ends', 1);
  return Number(/<count>(\d+)</.exec(await world.server.call('last', 'ends'))[1]);
}
