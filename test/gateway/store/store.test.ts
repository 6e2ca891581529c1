import { existsSync, statSync } from 'node:fs';
import Database from 'libsql';
import * as assert from 'uvu/assert';
import { Store } from '../../../src/gateway/store/store.ts';
import { JID } from '../../../src/stanza/index.ts';
import { sqliteDatabases } from '../../support/databases.ts';
import { suite } from '../../support/test.ts';
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

test('room messages :: a database that fails when the first one comes does not keep out those that come later', async () => {
  const path = await database();
  const errors: unknown[] = [];
  const store = await Store.open(path, (error) => errors.push(error));
  const { id } = await store.users.save({
    ...{ jid: JID.parse('romeo@localhost'), legacyModuleData: {}, preferences: {}, registrationDate: new Date() },
  });
  const add = async (name: string) => {
    const message = {
      archiveId: name,
      eventKey: name,
      at: 0,
      isBackfilled: false,
      nick: 'juliet',
      stanza: '<message/>',
    };
    store.roomMessages.add(id, 'room', message);
    await store.roomMessages.flush();
  };
  const other = new Database(path);
  other.exec('alter table room_message rename to away');
  await add('lost');
  other.exec('alter table away rename to room_message');
  other.close();
  assert.is(errors.length, 1);
  await add('kept');
  assert.equal([errors.length, await store.roomMessages.count(id, 'room')], [1, 1]);
  await store.close();
});

test('write-ahead log :: is copied beside the work, and begins anew', async () => {
  const path = await database();
  const store = await opened(path);
  const { journal } = store;
  const length = () => statSync(`${path}-wal`).size;
  const commit = async () => {
    journal.send('<m/>', 'x'.repeat(20_000), undefined);
    await journal.flushed();
  };
  // Much less than after what it would be copied by whoever writes.
  for (let i = 0; i < 450; i++) await commit();
  let hasBegunAnew = false;
  for (let i = 0; i < 100 && !hasBegunAnew; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = length();
    await commit();
    hasBegunAnew = length() === before;
  }
  assert.ok(hasBegunAnew, `${length()} bytes`);
  assert.ok(statSync(path).size > 9_000_000, 'it is in the database');
  await store.close();
});

test('lives :: looking for one among many holds up nobody for long', async () => {
  const path = await database();
  const store = await opened(path);
  const { id } = await store.users.save({
    ...{ jid: JID.parse('romeo@localhost'), legacyModuleData: {}, preferences: {}, registrationDate: new Date() },
  });
  const other = new Database(path);
  const numbers = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)';
  other.exec(`${numbers} insert into message (user_id, chat, xmpp_id, legacy_id, from_user)
    select ${id}, 'j', 'x' || i, 'l' || i, 1 from n`);
  other.exec(`${numbers} insert into journal_in (id, user_id, worker, chat, stanza_id, digest, state, xml)
    select i * 4096, ${id}, 0, 'j', 'x' || i, 0, 'sent', '' from n`);
  other.close();
  let turns = 0;
  const count = () => {
    turns++;
    turn = setImmediate(count);
  };
  let turn = setImmediate(count);
  const lives = await store.lives(['l31415', 'x100000', 'x1']);
  clearImmediate(turn);
  assert.equal(
    lives.map(({ xmppId, legacyId, state }) => [xmppId, legacyId, state]),
    [1, 31_415, 100_000].map((i) => [`x${i}`, `l${i}`, 'sent']),
  );
  assert.ok(turns >= 30, `${turns} turns`);
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
