import * as assert from 'uvu/assert';
import { XmppError } from '../../../src/gateway/errors.ts';
import { FakeClock } from '../../../src/gateway/testing/index.ts';
import { Bus } from '../../../src/gateway/workers/bus.ts';
import { Calls, type Task } from '../../../src/gateway/workers/calls.ts';
import { askerOf, requestIds } from '../../../src/gateway/workers/request-ids.ts';
import { newId } from '../../../src/stanza/index.ts';
import { suite } from '../../support/test.ts';
import { stanza } from '../../support/xml.ts';

const test = suite('workers: bus');

/** What PostgreSQL does: whoever listens on a channel hears everything said there, in order. */
class Channels {
  readonly said: string[] = [];
  readonly #listeners = new Map<string, ((said: string) => void)[]>();

  async bus(worker: number, jid = 'gw.example.com'): Promise<Bus> {
    const bus = new Bus({
      jid,
      worker,
      listen: async (channel, hear) => {
        this.#listeners.set(channel, [...(this.#listeners.get(channel) ?? []), hear]);
      },
      notify: async (channel, parts) => {
        assert.ok(channel.length < 64);
        this.said.push(...parts);
        for (const part of parts) for (const hear of this.#listeners.get(channel) ?? []) hear(part);
      },
      newId,
      onError: (error) => assert.unreachable(String(error)),
    });
    await bus.open();
    return bus;
  }
}

test('tell :: one hears what is for it, all others what is for all, nobody what another component says', async () => {
  const channels = new Channels();
  const heard: string[] = [];
  const buses = await Promise.all([0, 1, 2].map((worker) => channels.bus(worker)));
  buses.push(await channels.bus(1, 'other.example.com'));
  for (const [i, bus] of buses.entries()) bus.on('news', (content, from) => heard.push(`${i}: ${content} by ${from}`));
  await buses[0]?.tell(1, 'news', 'a');
  await buses[2]?.tell('all', 'news', 'b');
  await buses[2]?.tell('all', 'unheard of', 'c');
  assert.equal(heard, ['1: a by 0', '0: b by 2', '1: b by 2']);
});

test('tell :: what is long, and not ASCII, comes in parts that PostgreSQL takes', async () => {
  const channels = new Channels();
  const [from, to] = await Promise.all([channels.bus(0), channels.bus(1)]);
  const heard: unknown[] = [];
  to.on('news', (content) => heard.push(content));
  const long = ['ü😀\u0000\n"'.repeat(5000), 'x'.repeat(7999)];
  await from.tell(1, 'news', long);
  assert.equal(heard, [long]);
  assert.ok(channels.said.length > 5);
  for (const part of channels.said) assert.ok(Buffer.byteLength(part) < 8000);
});

/** Two workers; the second has these tasks. */
async function asking(tasks: Record<string, Task>) {
  const channels = new Channels();
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const [one, two] = await Promise.all([channels.bus(0), channels.bus(1)]);
  const calls = new Calls({ bus: one, tasks: {}, clock, newId, onError });
  new Calls({ bus: two, tasks, clock, newId, onError });
  return { calls, clock, errors };
}

test('ask :: arguments go, results come', async () => {
  const { calls } = await asking({ add: async (a: number, b: number) => ({ sum: a + b }) });
  assert.equal(await calls.ask(1, 1000, 'add', 1, 2), { sum: 3 });
});

test('ask :: errors come as such, without internal text', async () => {
  const { calls, errors } = await asking({
    refuse: () => {
      throw new XmppError('item-not-found', 'Who?');
    },
    fail: () => {
      throw new TypeError('secret');
    },
  });
  const reason = (name: string) => calls.ask(1, 1000, name).catch((error) => `${error.condition} ${error.text}`);
  assert.is(await reason('refuse'), 'item-not-found Who?');
  assert.is(await reason('fail'), 'internal-server-error ');
  assert.equal(errors.map(String), ['TypeError: secret']);
});

test('ask :: who is not there does not answer', async () => {
  const { calls, clock } = await asking({});
  const asked = calls.ask(5, 1000, 'add').catch((error) => error.condition);
  await clock.advance(1000);
  assert.is(await asked, 'remote-server-timeout');
});

test('request ids :: say who asks; only answers have an asker', () => {
  const id = requestIds(12, () => 'abc')();
  assert.is(askerOf(stanza(`<iq type='result' id='${id}'/>`)), 12);
  assert.is(askerOf(stanza(`<iq type='error' id='${id}'/>`)), 12);
  assert.is(askerOf(stanza(`<iq type='get' id='${id}'/>`)), undefined);
  assert.is(askerOf(stanza(`<message id='${id}'/>`)), undefined);
  assert.is(askerOf(stanza("<iq type='result' id='work'/>")), undefined);
});

test.run();
