import * as assert from 'uvu/assert';
import { inParallel, Lanes, Serial } from '../../src/gateway/serial.ts';
import { suite } from '../support/test.ts';

const test = suite('serial');
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('serial :: one after the other, also after a failure', async () => {
  const serial = new Serial();
  const log: string[] = [];
  const task = (name: string, fails = false) =>
    serial.run(async () => {
      log.push(`${name} begins`);
      await turn();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const first = task('a', true).catch((e: Error) => e.message);
  const second = task('b');
  assert.not(serial.idle);
  assert.equal([await first, await second], ['a', 'b']);
  assert.equal(log, ['a begins', 'a ends', 'b begins', 'b ends']);
  await turn();
  assert.ok(serial.idle);
});

test('lanes :: keys do not wait for each other', async () => {
  const lanes = new Lanes();
  const log: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = lanes.run('a', async () => {
    await held;
    log.push('a1');
  });
  const next = lanes.run('a', () => log.push('a2'));
  await lanes.run('b', () => log.push('b1'));
  assert.equal(log, ['b1']);
  release();
  await Promise.all([slow, next]);
  assert.equal(log, ['b1', 'a1', 'a2']);
});

test('in parallel :: no more than the limit, and all in spite of errors', async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  const error = await inParallel([1, 2, 3, 4, 5], 2, async (n) => {
    most = Math.max(most, ++running);
    await turn();
    running--;
    if (n === 2) throw new Error('two');
    done.push(n);
  }).catch((e: Error) => e.message);
  assert.equal([error, most, done], ['two', 2, [1, 3, 4, 5]]);
});

test.run();
