/**
 * Databases that break under a gateway that runs: what has been acknowledged is there, what could not be stored is told to
 * its sender, and the log says why.
 */

import { connect as connectTcp, type Socket } from 'node:net';
import * as assert from 'uvu/assert';
import { openPostgres } from '../../src/gateway/store/postgres.ts';
import { Store } from '../../src/gateway/store/store.ts';
import { LOOPBACK, XmppServer } from '../../src/gateway/testing/index.ts';
import { JID } from '../../src/stanza/index.ts';
import { eventually } from '../support/eventually.ts';
import { Stage, type User } from '../support/stage.ts';
import { listenTcp } from '../support/tcp.ts';
import { suite } from '../support/test.ts';
import { HARBOUR, slipway } from './support/gateway-process.ts';
import { Postgres } from './support/postgres.ts';

const test = suite('broken databases', { timeout: 120_000 });

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
    for (const end of ['disconnected', 'frozen'] as const) {
      const url = await postgres.database();
      const run = slipway([...flags, '--port', String(server.componentPort)], { SLIPWAY_DATABASE_URL: url });
      await run.printed(/"msg":"connected"/);
      if (end === 'disconnected') await postgres.disconnect(url);
      else postgres.freeze();
      const code = await run.exit();
      if (end === 'frozen') postgres.freeze('SIGCONT');
      assert.is(code, 1, run.output);
      assert.match(run.output, /"msg":"the right to serve from this database is lost: another process may have it"/);
    }
  } finally {
    await server.stop();
  }
});

test.run();
