import * as assert from 'uvu/assert';
import { RoomCounts } from '../../../src/gateway/store/room-counts.ts';
import { suite } from '../../support/test.ts';

const test = suite('room counts');

test('counts :: once for each question, until something comes to the room', async () => {
  const counts = new RoomCounts();
  let asked = 0;
  const count = async () => ++asked;
  assert.equal([await counts.get('a', 'all', count), await counts.get('a', 'all', count)], [1, 1]);
  assert.is(await counts.get('a', 'of juliet', count), 2);
  assert.is(await counts.get('b', 'all', count), 3);
  counts.forget('a');
  assert.equal([await counts.get('a', 'all', count), await counts.get('b', 'all', count)], [4, 3]);
  counts.clear();
  assert.is(await counts.get('b', 'all', count), 5);
});

test('counts :: what comes while it is being counted is not missed the next time', async () => {
  const counts = new RoomCounts();
  let finish: (count: number) => void = () => {};
  const first = counts.get('a', 'all', () => new Promise((resolve) => (finish = resolve)));
  counts.forget('a');
  finish(1);
  assert.is(await first, 1);
  assert.is(await counts.get('a', 'all', async () => 2), 2);
});

test('counts :: only so many are kept', async () => {
  const counts = new RoomCounts();
  for (let i = 0; i < 200; i++) await counts.get('a', `${i}`, async () => i);
  for (let i = 0; i < 200; i++) await counts.get(`${i}`, 'all', async () => i);
  assert.is(await counts.get('a', '0', async () => -1), -1);
});

test.run();
