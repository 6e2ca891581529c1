/** Where users live when several processes serve one component; with ejabberd and PostgreSQL: test/e2e/workers. */

import * as assert from 'uvu/assert';
import { XmppError } from '../../../src/gateway/errors.ts';
import type { BaseGateway } from '../../../src/gateway/gateway.ts';
import { FakeClock } from '../../../src/gateway/testing/index.ts';
import { Workers } from '../../../src/gateway/workers/workers.ts';
import { type Element, JID, newId } from '../../../src/stanza/index.ts';
import { suite } from '../../support/test.ts';
import { stanza } from '../../support/xml.ts';

const test = suite('workers');
const ROMEO = 'romeo@example.com';

/** What the workers share: a database that knows Romeo, and NOTIFY. */
class World {
  readonly clock = new FakeClock();
  readonly log: string[] = [];
  readonly dead = new Set<number>();
  holder: number | undefined;
  /** What the workers have in the journal for the server. */
  readonly unsent = new Map<number, string[]>();
  /** The greatest number of sessions that Romeo has had at a time. */
  most = 0;
  readonly workers: Worker[] = [];
  readonly listeners = new Map<string, ((said: string) => void)[]>();

  async worker(): Promise<Worker> {
    const worker = new Worker(this, this.workers.length);
    this.workers.push(worker);
    await worker.workers.open();
    worker.workers.started();
    return worker;
  }

  count(): void {
    this.most = Math.max(this.most, this.workers.filter(({ session }) => session !== undefined).length);
  }

  /** Two workers, of which the first has Romeo. */
  async twoWorkers(): Promise<[Worker, Worker]> {
    const workers: [Worker, Worker] = [await this.worker(), await this.worker()];
    workers[0].hears('a');
    await this.settle();
    return workers;
  }

  /** Lets everything happen that takes no time. */
  async settle(): Promise<void> {
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** As much of a gateway as its workers use. */
class Worker {
  readonly workers: Workers;
  readonly received: string[] = [];
  readonly refused: string[] = [];
  session: object | undefined;
  isOnline = true;
  readonly #world: World;
  readonly #number: number;

  constructor(world: World, number: number) {
    this.#world = world;
    this.#number = number;
    this.workers = new Workers({
      gateway: this.#gateway() as unknown as BaseGateway,
      number,
      listen: async (channel, hear) => {
        world.listeners.set(channel, [...(world.listeners.get(channel) ?? []), (said) => this.#isAlive && hear(said)]);
      },
      receive: (each) => this.received.push(each.attrs.id ?? ''),
      takeAnswer: (each) => this.received.push(`answer ${each.attrs.id}`),
      fenced: async () => {
        if (!this.isOnline) throw new Error('down');
        world.log.push(`${number} fenced`);
      },
      sendFor: async (xml) => {
        if (!this.isOnline) throw new Error('down');
        // The server takes its time: what comes meanwhile must wait.
        await world.settle();
        world.log.push(`${number} sends ${xml.join(' ')}`);
      },
      isOnline: () => this.isOnline,
    });
  }

  /** The process is gone; the others have time to find out. */
  async dies(): Promise<void> {
    this.#world.dead.add(this.#number);
    this.session = undefined;
    await this.#world.clock.advance(500);
    await this.#world.settle();
  }

  /** A message of Romeo's reaches this worker. */
  hears(id: string): void {
    this.takes(stanza(`<message from='${ROMEO}/a' to='x@gw.example.com' id='${id}'><body>hi</body></message>`));
  }

  takes(each: Element): void {
    if (!this.workers.takes(each, JID.parse(each.attrs.from ?? ''))) this.received.push(each.attrs.id ?? '');
  }

  get #isAlive(): boolean {
    return !this.#world.dead.has(this.#number);
  }

  #gateway() {
    const world = this.#world;
    const number = this.#number;
    const leases = {
      take: async () => (world.holder ??= number),
      give: async (_: number, to: number) => {
        if (world.holder === number) world.holder = to;
      },
      seize: async (_: number, from: number) => {
        if (!world.dead.has(from)) return 'alive';
        if (world.unsent.has(from)) return 'unsent';
        if (world.holder !== from) return 'moved';
        world.holder = number;
        return 'taken';
      },
      sendFor: async (from: number, _: string, send: (xml: readonly string[]) => Promise<void>) => {
        if (!world.dead.has(from)) return false;
        await send(world.unsent.get(from) ?? []);
        world.unsent.delete(from);
        return true;
      },
      leftBy: async () => [],
      drop: async () => {},
      liveWorkers: async () => world.workers.map((_, i) => i).filter((i) => !world.dead.has(i)),
    };
    const nothing = () => {};
    return {
      jid: 'gw.example.com',
      clock: world.clock,
      newId,
      config: { workers: 2 },
      log: { info: nothing, debug: nothing, warn: (_: object, text: string) => world.log.push(text) },
      administration: { tasks: { number: () => number } },
      privileges: { handle: ({ name }: Element) => this.received.push(`privileges in a ${name}`) },
      isAllowed: () => true,
      asStanzaError: (error: unknown) => (error instanceof XmppError ? error : new XmppError('internal-server-error')),
      exception: (error: unknown) => assert.unreachable(String(error)),
      sendTransient: (error: Element) => this.refused.push(error.attrs.id ?? ''),
      store: {
        leases,
        users: { get: async (jid: string) => (jid === ROMEO ? { id: 1, jid: JID.parse(jid) } : undefined) },
        roomMessages: { flush: async () => {} },
        notify: async (channel: string, parts: readonly string[]) => {
          for (const part of parts) for (const hear of world.listeners.get(channel) ?? []) hear(part);
        },
      },
      inbox: {
        recover: async () => void world.log.push(`${number} recovers`),
        leave: async () => void world.log.push(`${number} drains`),
      },
      sessions: {
        get: (jid: string) => (jid === ROMEO ? this.session : undefined),
        add: (user: object) => {
          this.session = {
            userId: 1,
            user,
            contacts: { stopSaving: nothing },
            bookmarks: { stopSaving: nothing },
          };
          world.count();
          return this.session;
        },
        remove: () => {
          this.session = undefined;
        },
        login: async () => void world.log.push(`${number} logs in`),
        logout: async () => void world.log.push(`${number} logs out`),
      },
    };
  }
}

test('a user whom nobody has :: lives where a stanza of theirs comes first; what waits keeps its order', async () => {
  const world = new World();
  const one = await world.worker();
  one.hears('a');
  one.hears('b');
  assert.equal(one.received, []);
  await world.settle();
  one.hears('c');
  assert.equal(one.received, ['a', 'b', 'c']);
  assert.equal(world.log, ['0 recovers', '0 logs in']);
});

test('somebody who is no user :: is heard where they are', async () => {
  const world = new World();
  const one = await world.worker();
  one.takes(stanza("<message from='tybalt@example.com' to='gw.example.com' id='t'/>"));
  await world.settle();
  assert.equal([one.received, world.holder], [['t'], undefined]);
});

test('a user who moves :: is logged out, and all that was said is read, before they are logged in elsewhere', async () => {
  const world = new World();
  const [, two] = await world.twoWorkers();
  world.log.length = 0;
  two.hears('b');
  await world.settle();
  assert.equal(world.log, ['0 drains', '0 logs out', '0 fenced', '1 recovers', '1 logs in']);
  assert.equal([two.received, world.holder, world.most], [['b'], 1, 1]);
});

test('a user who moves :: while the server is away waits until it has read everything', async () => {
  const world = new World();
  const [one, two] = await world.twoWorkers();
  one.isOnline = false;
  two.hears('b');
  for (let i = 0; i < 10; i++) await world.clock.advance(500);
  assert.equal([two.received, world.holder], [[], 0]);
  one.isOnline = true;
  await world.clock.advance(500);
  await world.settle();
  assert.equal([two.received, world.holder, world.most], [['b'], 1, 1]);
});

test('a user whom several want at once :: has one session at a time, and what they have said is heard', async () => {
  const world = new World();
  const workers = [await world.worker(), await world.worker(), await world.worker()];
  for (let round = 0; round < 5; round++) {
    for (const [i, worker] of workers.entries()) worker.hears(`${round} ${i}`);
    for (let i = 0; i < 10; i++) await world.clock.advance(500);
  }
  await world.settle();
  assert.is(world.most, 1);
  for (const [i, { received }] of workers.entries())
    assert.equal(
      received,
      [0, 1, 2, 3, 4].map((n) => `${n} ${i}`),
    );
  assert.ok(
    world.log.some((line) => /bare_source/.test(line)),
    'it is said that the server does not keep to one worker',
  );
});

test('a worker that dies :: also while it is to let go, gives its users to who hears them', async () => {
  const world = new World();
  const [one, two] = await world.twoWorkers();
  one.isOnline = false;
  two.hears('b');
  await world.settle();
  await one.dies();
  assert.equal([two.received, world.holder, world.most], [['b'], 1, 1]);
});

test('a worker that dies :: what it had for the server is read before anything newer is said to its users', async () => {
  const world = new World();
  const [one, two] = [await world.worker(), await world.worker()];
  one.hears('a');
  await world.settle();
  world.dead.add(0);
  one.session = undefined;
  world.unsent.set(0, ['<m1/>', '<m2/>']);
  two.isOnline = false;
  world.log.length = 0;
  two.hears('b');
  for (let i = 0; i < 3; i++) await world.clock.advance(500);
  assert.equal([world.log, world.holder], [[], 0], 'not while that is impossible');
  two.isOnline = true;
  for (let i = 0; i < 2; i++) await world.clock.advance(500);
  for (let i = 0; i < 5; i++) await world.settle();
  assert.equal(world.log, ['1 sends <m1/> <m2/>', '1 recovers', '1 logs in']);
  assert.equal([two.received, world.holder], [['b'], 1]);
});

test('a worker that has just taken a number :: is asked again for a user, since it may not have heard', async () => {
  const world = new World();
  const [one, two] = [await world.worker(), await world.worker()];
  one.hears('a');
  await world.settle();
  const [channel, hearers] = [...world.listeners].find(([name]) => name.endsWith('_0')) ?? [''];
  world.listeners.delete(channel);
  two.hears('b');
  await world.clock.advance(1000);
  world.listeners.set(channel, hearers ?? []);
  for (let i = 0; i < 8; i++) await world.clock.advance(500);
  await world.settle();
  assert.equal([two.received, world.holder, world.most], [['b'], 1, 1]);
});

test('a worker that stops :: takes nobody and gives nobody away', async () => {
  const world = new World();
  const [one, two] = await world.twoWorkers();
  one.workers.close();
  two.hears('b');
  for (let i = 0; i < 4; i++) await world.clock.advance(500);
  assert.equal([two.received, world.holder], [[], 0]);
  await one.dies();
  assert.equal([two.received, world.holder], [['b'], 1]);
  two.workers.close();
  two.session = undefined;
  two.hears('c');
  await world.settle();
  assert.equal([two.received, two.refused], [['b'], ['c']]);
});

test('stanzas that wait :: are bounded; what is too much is refused', async () => {
  const world = new World();
  const one = await world.worker();
  for (let i = 0; i < 1010; i++) one.hears(String(i));
  await world.settle();
  assert.is(one.received.length, 1000);
  assert.equal(one.refused, ['1000', '1001', '1002', '1003', '1004', '1005', '1006', '1007', '1008', '1009']);
});

test('answers of services :: are passed on to who has asked; grants to all', async () => {
  const world = new World();
  const [one, two] = [await world.worker(), await world.worker()];
  one.takes(stanza("<iq from='upload.example.com' to='gw.example.com' type='result' id='w1-abc'/>"));
  one.takes(stanza("<iq from='upload.example.com' to='gw.example.com' type='result' id='w0-abc'/>"));
  one.takes(stanza("<iq from='example.com' to='gw.example.com' type='get' id='w1-abc'/>"));
  one.workers.tellPrivileges(stanza("<message from='example.com' to='gw.example.com'/>"));
  await world.settle();
  assert.equal(two.received, ['answer w1-abc', 'privileges in a message']);
  assert.equal(one.received, ['w0-abc', 'w1-abc']);
});

test('tasks :: all others do them; who has died is not waited for', async () => {
  const world = new World();
  const [one] = [await world.worker(), await world.worker(), await world.worker(), await world.worker()];
  world.dead.add(2);
  assert.equal(await one.workers.askAll('number'), [1, 3]);
});

test.run();
