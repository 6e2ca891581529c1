import { existsSync } from 'node:fs';
import Database from 'libsql';
import * as assert from 'uvu/assert';
import { Store } from '../../src/gateway/store/store.ts';
import { sqliteDatabases } from '../support/databases.ts';
import { suite } from '../support/test.ts';
import { storeCases } from './store.cases.ts';

const test = suite('store');
const database = sqliteDatabases(test);
storeCases(test, database);

const opened = (path: string) => Store.open(path, () => {});

test('migrations :: all or nothing', async () => {
  const path = await database();
  const other = new Database(path);
  // In the way of the first migration, in the middle of it.
  other.exec('create table thread (x)');
  await opened(path).then(
    () => assert.unreachable(),
    (error) => assert.match(error.message, /thread/),
  );
  other.exec('drop table thread');
  other.close();
  const store = await opened(path);
  assert.equal(await store.users.all(), []);
  await store.close();
});

test('backup :: by VACUUM INTO, while it is in use', async () => {
  const path = await database();
  const store = await opened(path);
  await store.avatars.save({ hash: 'abc', png: new Uint8Array([0, 255]), width: 1, height: 1 });
  const other = new Database(path);
  other.exec(`VACUUM INTO '${path}.copy'`);
  other.close();
  await store.avatars.save({ hash: 'later', png: new Uint8Array(), width: 1, height: 1 });
  await store.close();
  assert.ok(existsSync(`${path}.copy`));
  const copy = await opened(`${path}.copy`);
  assert.equal((await copy.avatars.get('abc'))?.png, new Uint8Array([0, 255]));
  assert.is(await copy.avatars.get('later'), undefined);
  await copy.close();
});

test.run();
