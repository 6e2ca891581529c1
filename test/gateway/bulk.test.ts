import type { CompiledQuery } from 'kysely';
import * as assert from 'uvu/assert';
import { BulkStatement, type Database, WriteQueue } from '../../src/gateway/store/bulk.ts';
import { suite } from '../support/test.ts';

const test = suite('bulk');

/** A database that says how many rows a statement had, and what they were. */
function recorder(): { db: Database; sizes: number[]; values: unknown[]; compiled: number[] } {
  const sizes: number[] = [];
  const values: unknown[] = [];
  const db = {
    executeQuery: async ({ sql, parameters }: CompiledQuery) => {
      sizes.push(Number(sql));
      values.push(...parameters);
      return { rows: [], numAffectedRows: BigInt(sql) };
    },
  };
  return { db: db as unknown as Database, sizes, values, compiled: [] };
}

const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ id: i, name: `n${i}` }));

test('statements :: few sizes, each compiled once; all rows are written, in order', async () => {
  const { db, sizes, values, compiled } = recorder();
  const statement = new BulkStatement<{ id: number; name: string }>((some) => {
    compiled.push(some.length);
    return { sql: String(some.length), parameters: [] } as unknown as CompiledQuery;
  });
  assert.is(await statement.run(db, rows(234)), 234);
  assert.equal(sizes, [100, 100, 10, 10, 10, 1, 1, 1, 1]);
  assert.equal(
    values,
    rows(234).flatMap(({ id, name }) => [id, name]),
  );
  assert.is(await statement.run(db, rows(111)), 111);
  assert.equal(compiled, [100, 10, 1]);
  assert.is(await statement.run(db, []), 0);
});

test('queue :: what is added in one turn is written together', async () => {
  const written: number[][] = [];
  const queue = new WriteQueue<number>(async (some) => void written.push([...some]));
  await Promise.all([queue.add([1, 2]), queue.add([3]), queue.add([4, 5])]);
  await queue.add([6]);
  assert.equal(written, [[1, 2, 3, 4, 5], [6]]);
});

test('queue :: what is wrong with some does not keep others from being written', async () => {
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
