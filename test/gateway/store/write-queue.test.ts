import * as assert from 'uvu/assert';
import { WriteQueue } from '../../../src/gateway/store/write-queue.ts';
import { suite } from '../../support/test.ts';

const test = suite('write queue');

test('write queue :: what is added in one turn is written together', async () => {
  const written: number[][] = [];
  const queue = new WriteQueue<number>(async (some) => void written.push([...some]));
  await Promise.all([queue.add([1, 2]), queue.add([3]), queue.add([4, 5])]);
  await queue.add([6]);
  assert.equal(written, [[1, 2, 3, 4, 5], [6]]);
});

test('write queue :: what is wrong with some does not keep others from being written', async () => {
  const written: number[] = [];
  const queue = new WriteQueue<number>(async (some) => {
    if (some.includes(0)) throw new Error('no zeros');
    written.push(...some);
  });
  const outcomes = await Promise.allSettled([queue.add([1]), queue.add([2, 0]), queue.add([3])]);
  assert.equal(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.equal(written, [1, 3]);
});

test.run();
