/**
 * Databases that break under a gateway that runs: what has been acknowledged is there, what could not be stored is told to
 * its sender, and the log says why.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import * as assert from 'uvu/assert';
import { openPostgres } from '../../src/gateway/store/postgres.ts';
import { Store } from '../../src/gateway/store/store.ts';
import { LOOPBACK, TestClient, XmppServer } from '../../src/gateway/testing/index.ts';
import { body, JID, message } from '../../src/stanza/index.ts';
import { register } from '../../src/xep/0077-register.ts';
import { eventually } from '../support/eventually.ts';
import { Stage, type User } from '../support/stage.ts';
import { listenTcp } from '../support/tcp.ts';
import { suite } from '../support/test.ts';
import { HARBOUR, slipway } from './support/gateway-process.ts';
import { Postgres } from './support/postgres.ts';

const test = suite('broken databases', { timeout: 60_000 });

let postgres: Postgres;
test.before(async () => {
  postgres = await Postgres.start();
});
test.after(() => postgres?.stop());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const ROMEO = {
  ...{ jid: JID.parse('romeo@localhost'), legacyModuleData: {}, preferences: {}, registrationDate: new Date(0) },
};

/** A line to the database, which breaks between one byte and the next when it is told to. */
async function breakable(url: string) {
  const far = new Set<Socket>();
  const proxy = await listenTcp((near) => {
    const other = connectTcp(postgres.port, '127.0.0.1');
    far.add(other);
    near.pipe(other).pipe(near);
    other.on('error', () => near.destroy());
    near.on('close', () => other.destroy());
    other.on('close', () => far.delete(other));
  });
  const target = new URL(url);
  target.port = String(proxy.port);
  const cut = () => {
    for (const socket of proxy.sockets) socket.resetAndDestroy();
  };
  return { url: target.href, cut, close: () => proxy.close() };
}

test('PostgreSQL :: connections that break in use cost what was being done, and nothing that was said to be stored', async () => {
  const url = await postgres.database();
  const line = await breakable(url);
  const store = await Store.open(line.url, () => {});
  const { id } = await store.users.save(ROMEO);
  const stored: string[] = [];
  let isOver = false;
  let failed = 0;
  let count = 0;
  const writing = Array.from({ length: 8 }, async (_, writer) => {
    while (!isOver) {
      const key = `${writer} ${++count}`;
      if (writer < 4) {
        await store.threads.add(id, 'chat', key, key).then(
          () => stored.push(key),
          () => failed++,
        );
        continue;
      }
      const event = { id: store.journal.newId(), user_id: id, chat: 'chat', stanza_id: key, digest: 0, xml: '<x/>' };
      if ((await store.journal.arrive({ ...event, state: 'pending' })) === 'new') stored.push(key);
      else failed++;
    }
  });
  for (let cuts = 0; cuts < 40; cuts++) {
    await pause(20);
    if (cuts % 2 === 0) line.cut();
    else await postgres.disconnect(url);
  }
  isOver = true;
  await Promise.all(writing);
  assert.ok(stored.length > 100 && failed > 0, `${stored.length} stored, ${failed} not`);
  const events = new Set((await store.journal.stored.open()).map(({ stanzaId }) => stanzaId));
  for (const key of stored) {
    if (Number(key[0]) >= 4) assert.ok(events.has(key), key);
    else assert.is(await store.threads.legacyThread(id, 'chat', key), key);
  }
  await store.close();
  await line.close();
});

test('PostgreSQL :: a server that has ceased to answer is not waited for for ever', async () => {
  const errors: unknown[] = [];
  const db = openPostgres(await postgres.database(), { onError: (error) => errors.push(error), silence: 1000 });
  const ask = () =>
    db.introspection.getSchemas().then(
      () => 'answered',
      (error: Error) => error.message,
    );
  assert.is(await ask(), 'answered');
  postgres.freeze();
  try {
    assert.is(await ask(), 'the database has not answered for 1000 ms');
  } finally {
    postgres.freeze('SIGCONT');
  }
  assert.is(await ask(), 'answered');
  await db.destroy();
});

/** What became of messages of the user: each has been said to the network once, or the user knows that it was not. */
async function accounted(
  stage: Stage,
  romeo: User,
  ids: readonly string[],
): Promise<{ said: number; refused: number }> {
  const said = () =>
    stage
      .session()
      .calls.filter(([hook]) => hook === 'sendText')
      .map(([, , text]) => String(text));
  const refused = () => romeo.received.filter(({ attrs }) => attrs.type === 'error').map(({ attrs }) => attrs.id);
  await eventually(() => {
    for (const id of ids) {
      const count = said().filter((each) => each === id).length + refused().filter((each) => each === id).length;
      assert.is(count, 1, `${id}: ${count}`);
    }
  });
  return { said: said().length, refused: refused().length };
}

const say = (romeo: User, id: string) =>
  romeo.sends(`<message to='juliet@gw.localhost' type='chat' id='${id}'><body>${id}</body></message>`);

test('PostgreSQL :: a gateway whose database becomes read-only refuses what it cannot store, and goes on when it can', async () => {
  const url = await postgres.database();
  await Stage.with({ config: { 'database-url': url } }, async (stage) => {
    const romeo = await stage.registered();
    say(romeo, 'a1');
    assert.equal(await accounted(stage, romeo, ['a1']), { said: 1, refused: 0 });
    await postgres.setWritable(url, false);
    await pause(200);
    say(romeo, 'b1');
    say(romeo, 'b2');
    await accounted(stage, romeo, ['a1', 'b1', 'b2']);
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    juliet.sendText('not stored', { legacyMsgId: 'n1' });
    await romeo.receives((each) => each.getChildText('body') === 'not stored');
    await postgres.setWritable(url, true);
    await pause(200);
    say(romeo, 'c1');
    const { refused } = await accounted(stage, romeo, ['a1', 'b1', 'b2', 'c1']);
    assert.is(refused, 2);
  });
});

test('PostgreSQL :: the command ends, and says why, when its database is stopped or hangs', async () => {
  const server = new XmppServer({ components: { 'gw.localhost': 's' } });
  await server.start();
  const flags = ['-l', HARBOUR, '-j', 'gw.localhost', '--secret', 's', '--server', LOOPBACK];
  try {
    for (const end of ['disconnected', 'frozen', 'frozen when it is to stop'] as const) {
      const url = await postgres.database();
      const run = slipway([...flags, '--port', String(server.componentPort)], { SLIPWAY_DATABASE_URL: url });
      await run.printed(/"msg":"connected"/);
      if (end === 'disconnected') await postgres.disconnect(url);
      else postgres.freeze();
      if (end === 'frozen when it is to stop') run.signal('SIGTERM');
      const code = await run.exit();
      if (end !== 'disconnected') postgres.freeze('SIGCONT');
      assert.is(code, 1, run.output);
      assert.match(run.output, /"msg":"the right to serve from this database is lost: another process may have it"/);
    }
  } finally {
    await server.stop();
  }
});

/** Lets a process write nothing that is further behind in a file than so many bytes; `unlimited` again everything. */
const limitFiles = (pid: number, bytes: number | 'unlimited') =>
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);

test('SQLite :: a gateway whose disk takes nothing more refuses what it cannot store, goes on when it can, and stops', async () => {
  const homeDir = mkdtempSync(join(tmpdir(), 'slipway-full-'));
  const server = new XmppServer({ users: { romeo: 'romeo' }, components: { 'gw.localhost': 's' } });
  await server.start();
  const flags = ['-l', HARBOUR, '-j', 'gw.localhost', '--secret', 's', '--server', LOOPBACK, '--home-dir', homeDir];
  const romeo = new TestClient(server, { name: 'romeo', password: 'romeo', resource: 'x' });
  try {
    const run = slipway([...flags, '--port', String(server.componentPort)]);
    await run.printed(/"msg":"connected"/);
    await romeo.logIn();
    await register(romeo.stream, 'gw.localhost', { username: 'romeo', password: 'ahoy' });
    const say = (id: string) =>
      romeo.stream.send(message({ to: 'ada@gw.localhost', type: 'chat', id }, body.build(id)));
    const taken = (id: string) => romeo.receives((each) => each.getChildText('body') === `You said: ${id}`);
    const refused = (id: string) => romeo.receives(({ attrs }) => attrs.type === 'error' && attrs.id === id);
    say('before');
    await taken('before');
    limitFiles(run.pid, 4096);
    const ids = Array.from({ length: 20 }, (_, i) => `m${i}`);
    for (const id of ids) say(id);
    for (const id of ids) await refused(id);
    // Each of its errors once, not for each message.
    const complaints = run.output.match(/"msg":"could not write to the database"/g)?.length ?? 0;
    assert.ok(complaints > 0 && complaints <= 3, run.output);
    assert.match(run.output, /"message":"(disk I\/O error|database or disk is full)"/);
    limitFiles(run.pid, 'unlimited');
    say('after');
    await taken('after');
    limitFiles(run.pid, 4096);
    run.signal('SIGTERM');
    assert.is(await run.exit(), 0, run.output);
    const store = await Store.open(join(homeDir, 'slipway.sqlite'), () => {});
    const lives = await store.lives(['before', 'after', ...ids]);
    assert.equal(
      lives.map(({ xmppId, state }) => `${xmppId} ${state}`),
      ['before sent', 'after sent'],
    );
    await store.close();
  } finally {
    await romeo.stream.stop();
    await server.stop();
    rmSync(homeDir, { recursive: true });
  }
});

test('SQLite :: a file that is none, or that is broken, is told in one line', async () => {
  const homeDir = mkdtempSync(join(tmpdir(), 'slipway-broken-'));
  const file = join(homeDir, 'slipway.sqlite');
  const flags = ['-l', HARBOUR, '-j', 'gw.localhost', '--secret', 's', '--server', LOOPBACK, '--home-dir', homeDir];
  writeFileSync(file, 'this is no database\n'.repeat(1000));
  const other = slipway(flags);
  assert.is(await other.exit(), 2, other.output);
  assert.match(other.output, /^slipway: cannot use the home directory .*: file is not a database$/m);
  const whole = join(homeDir, 'whole.sqlite');
  const store = await Store.open(whole, () => {});
  const database = new Database(whole);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const bytes = readFileSync(whole);
  database.close();
  await store.close();
  // Its first page says what there is; all behind it is gone.
  assert.ok(bytes.length > 50_000);
  writeFileSync(file, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0xff)]));
  const broken = slipway(flags);
  assert.is(await broken.exit(), 2, broken.output);
  assert.match(broken.output, /^slipway: cannot use the home directory .*: database disk image is malformed$/m);
  rmSync(homeDir, { recursive: true });
});

test.run();
