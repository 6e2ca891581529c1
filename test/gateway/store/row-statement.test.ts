import type { CompiledQuery, QueryResult } from 'kysely';
import * as assert from 'uvu/assert';
import { rowStatement } from '../../../src/gateway/store/row-statement.ts';
import { suite } from '../../support/test.ts';

const test = suite('row statement');

interface Row {
  readonly id: number;
  readonly name: string;
}

test('rows :: of any number are written in order, by few statements that are compiled once', async () => {
  const compiled: number[] = [];
  const sizes: number[] = [];
  const values: unknown[] = [];
  const statement = rowStatement<Row>(['id', 'name'], (rows) => {
    compiled.push(rows.length);
    return { sql: String(rows.length), parameters: rows.flatMap(() => [0, 0]) } as unknown as CompiledQuery;
  });
  const db = {
    async executeQuery<R>({ sql, parameters }: CompiledQuery<R>): Promise<QueryResult<R>> {
      sizes.push(Number(sql));
      values.push(...parameters);
      return { rows: [], numAffectedRows: BigInt(sql) };
    },
  };
  // Whatever the order of the properties is.
  const rows = Array.from({ length: 300 }, (_, i) =>
    i % 2 === 0 ? { id: i, name: `n${i}` } : { name: `n${i}`, id: i },
  );
  assert.is(await statement.run(db, rows), 300);
  assert.equal(sizes, [256, 32, 8, 4]);
  assert.equal(
    values,
    rows.flatMap(({ id, name }) => [id, name]),
  );
  assert.is(await statement.run(db, rows.slice(0, 40)), 40);
  assert.is(await statement.run(db, []), 0);
  assert.equal(compiled, [256, 32, 8, 4]);
});

test('rows :: a statement with more places than its rows have values is refused: SQLite would take it', async () => {
  const statement = rowStatement<Row>(['id', 'name'], () => {
    return { sql: 'set error = ?', parameters: [0, '', null] } as unknown as CompiledQuery;
  });
  const db = { executeQuery: () => assert.unreachable() };
  const error = await statement.run(db as never, [{ id: 1, name: 'a' }]).catch((reason) => reason);
  assert.match(String(error), '2 parameters for 3 places in set error = ?');
});

test.run();
