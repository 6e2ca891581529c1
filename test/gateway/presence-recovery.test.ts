/** Who is asked and told after a break of the link; with servers: test/scenario/link, test/e2e/presence. */

import * as assert from 'uvu/assert';
import { CapsCache, Clients } from '../../src/gateway/clients.ts';
import type { BaseGateway } from '../../src/gateway/gateway.ts';
import { PresenceRecovery } from '../../src/gateway/presence-recovery.ts';
import type { BaseSession } from '../../src/gateway/session.ts';
import { FakeClock } from '../../src/gateway/testing/index.ts';
import { JID } from '../../src/stanza/index.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';

const test = suite('presence recovery');
const available = stanza('<presence/>');
const nobody = { request: () => new Promise<never>(() => {}) };

/** As much of a gateway and of sessions as it uses. */
class World {
  readonly clock = new FakeClock();
  /** What was said, and to whom; `|` where the server was waited for. */
  readonly said: string[] = [];
  readonly sessions: BaseSession[] = [];
  readonly recovery = new PresenceRecovery({
    clock: this.clock,
    sessions: this.sessions,
    sendPresence: ({ to, type }: { to: string; type: string }) => this.said.push(`${type} ${to}`),
    drained: async () => void this.said.push('|'),
    exception: (error: unknown) => assert.unreachable(String(error)),
  } as unknown as BaseGateway);

  add(name: string, contacts: number, resources: readonly string[]): BaseSession {
    const jid = JID.parse(`${name}@example.com`);
    const clients = new Clients(new CapsCache());
    for (const resource of resources) clients.update(jid.withResource(resource), available, nobody);
    const session = {
      user: { jid },
      clients,
      contacts: Array.from({ length: contacts }, (_, i) => ({
        isFriend: i !== 1,
        presence: i === 2 ? undefined : { state: 'online' },
        sendLastPresence: (to: string) => this.said.push(`${i} ${to}`),
      })),
      sendLastStatus: () => this.said.push(`status ${name}`),
      clientChanged: async (resource: string) => this.said.push(`gone ${name}/${resource}`),
    } as unknown as BaseSession;
    this.sessions.push(session);
    return session;
  }

  /** A client says that it is there. */
  hears(session: BaseSession, resource: string): void {
    const from = session.user.jid.withResource(resource);
    session.clients.update(from, available, nobody);
    this.recovery.heard(session, from);
  }

  async news(): Promise<string[]> {
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
    return this.said.splice(0);
  }
}

test('clients that answer :: are told of friends whose presence is known, each once', async () => {
  const world = new World();
  const romeo = world.add('romeo', 5, ['test', 'phone']);
  world.hears(romeo, 'test');
  await world.clock.advance(60_000);
  assert.equal(await world.news(), [], 'nothing without a break');
  await world.recovery.start();
  assert.equal(await world.news(), ['status romeo', 'probe romeo@example.com']);
  for (let i = 0; i < 2; i++) world.hears(romeo, 'test');
  romeo.clients.ask('test', [...romeo.contacts][3] as object);
  await world.clock.advance(1000);
  assert.equal(await world.news(), ['0 romeo@example.com/test', '4 romeo@example.com/test', '|']);
});

test('clients that do not answer :: have gone, when their server has answered', async () => {
  const world = new World();
  const romeo = world.add('romeo', 0, ['test', 'phone']);
  const silent = world.add('silent', 0, ['test']);
  const denied = world.add('denied', 0, ['test']);
  await world.recovery.start();
  world.hears(romeo, 'test');
  denied.clients.deny();
  await world.clock.advance(29_000);
  assert.equal(Object.keys(romeo.clients.resources), ['test', 'phone']);
  await world.news();
  await world.clock.advance(1000);
  assert.equal(await world.news(), ['gone romeo/phone', 'gone denied/test']);
  const left = [romeo, silent, denied].map(({ clients }) => Object.keys(clients.resources));
  assert.equal(left, [['test'], ['test'], []]);
});

test('many :: are asked and told as fast as the server takes it, one client after the other', async () => {
  const world = new World();
  const sessions = Array.from({ length: 250 }, (_, i) => world.add(`user${i}`, 252, ['test']));
  await world.recovery.start();
  assert.equal(
    (await world.news()).flatMap((each, i) => (each === '|' ? [i] : [])),
    [200, 401],
  );
  for (const session of sessions.slice(0, 2)) world.hears(session, 'test');
  await world.clock.advance(1000);
  const told = await world.news();
  const pauses = told.flatMap((each, i) => (each === '|' ? [i] : []));
  assert.equal(pauses, [100, 201, 252, 353, 454, 505]);
  assert.ok(told.slice(0, 252).every((each) => each === '|' || each.endsWith('user0@example.com/test')));
});

test('another break :: ends what had begun', async () => {
  const world = new World();
  const romeo = world.add('romeo', 1, ['test']);
  await world.recovery.start();
  world.hears(romeo, 'test');
  await world.news();
  world.recovery.stop();
  await world.clock.advance(60_000);
  assert.equal(await world.news(), []);
});

test.run();
