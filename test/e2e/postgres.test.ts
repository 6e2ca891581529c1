/** All that is stored, in PostgreSQL; and databases that several processes open at the same time. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { Store } from '../../src/gateway/store/store.ts';
import { claimTenancy } from '../../src/gateway/store/tenancy.ts';
import { LOOPBACK } from '../../src/gateway/testing/index.ts';
import { JID, serialize } from '../../src/stanza/index.ts';
import { roomArchiveCases } from '../gateway/muc/archive.cases.ts';
import { roomArchiveQueryCases } from '../gateway/muc/archive-query.cases.ts';
import { storeCases } from '../gateway/store/store.cases.ts';
import { sqliteDatabases } from '../support/databases.ts';
import { eventually } from '../support/eventually.ts';
import { Stage } from '../support/stage.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';
import { HARBOUR, ROOT, slipway } from './support/gateway-process.ts';
import { Postgres } from './support/postgres.ts';
import { freePort, Program } from './support/process.ts';

const test = suite('postgres', { timeout: 120_000 });

let postgres: Postgres;
test.before(async () => {
  postgres = await Postgres.start();
});
test.after(() => postgres?.stop());

const database = () => postgres.database();
storeCases(test, database);
roomArchiveCases(test, database);
roomArchiveQueryCases(test, database);

const ROMEO = {
  jid: JID.parse('romeo@localhost'),
  legacyModuleData: { username: 'romeo' },
  preferences: {},
  registrationDate: new Date(0),
};

for (const [name, newDatabase] of [
  ['PostgreSQL', database],
  ['SQLite', sqliteDatabases(test)],
] as const) {
  test(`${name} :: processes that start together make the tables once`, async () => {
    const location = await newDatabase();
    const node = ['--import', 'tsx', '--conditions=slipway-source', join(ROOT, 'test/e2e/support/open-store.ts')];
    const programs = Array.from({ length: 4 }, () => new Program(process.execPath, [...node, location], { cwd: ROOT }));
    await Promise.all(programs.map((program) => program.printed(/^waiting$/m)));
    for (const program of programs) program.write('now');
    const codes = await Promise.all(programs.map((program) => program.exit()));
    const outputs = programs.map(({ output }) => output).join('\n');
    assert.equal(codes, [0, 0, 0, 0], outputs);
    assert.is(outputs.match(/^opened, 0 users$/gm)?.length, 4, outputs);
  });
}

test('connections :: those that break while idle are replaced, and what breaks is said', async () => {
  const url = await postgres.database();
  const errors: unknown[] = [];
  const store = await Store.open(url, (error) => errors.push(error));
  const { id } = await store.users.save(ROMEO);
  await postgres.disconnect(url);
  await eventually(() => assert.ok(errors.length > 0));
  assert.equal(await store.users.all(), [{ id, ...ROMEO }]);
  await store.close();
});

test('connections :: no more than the pool may have, and no user waits for ever', async () => {
  const url = await postgres.database();
  const store = await Store.open(url, () => {}, { poolSize: 2 });
  const jids = Array.from({ length: 100 }, (_, i) => JID.parse(`user${i}@localhost`));
  await Promise.all(jids.map((jid) => store.users.save({ ...ROMEO, jid })));
  assert.is((await store.users.all()).length, 100);
  await store.close();
});

test('tenancy :: so many workers have a number each, others wait for one; users are taken only from the dead', async () => {
  const location = await postgres.database();
  const jid = 'gw.localhost';
  const waits: string[] = [];
  const claim = (name: string) =>
    claimTenancy({ location, jid, workers: 2, onWait: () => waits.push(name), signal: new AbortController().signal });
  const first = await claim('first');
  const second = await claim('second');
  assert.equal([first.worker, second.worker, waits], [0, 1, []]);
  const third = claim('third');
  const store = await Store.open(location, () => {}, { worker: second.worker });
  const { id } = await store.users.save(ROMEO);
  const dead = await Store.open(location, () => {}, { worker: first.worker });
  assert.is(await dead.leases.take(id), 0);
  assert.equal((await store.leases.liveWorkers(jid)).sort(), [0, 1]);
  assert.equal(await store.leases.liveWorkers('other.localhost'), []);
  assert.is(await store.leases.seize(id, 0, jid), 'alive');
  const all = async () => assert.unreachable('a living worker sends by itself');
  assert.not(await store.leases.sendFor(0, jid, all));
  await first.release();
  assert.is((await third).worker, 0);
  assert.equal(waits, ['third']);
  assert.is(await store.leases.seize(id, 0, jid), 'alive', 'the one that has followed');
  await (await third).release();
  assert.equal(await store.leases.liveWorkers(jid), [1]);
  const stanzas = ["<message id='a' to='r'/>", "<message id='b' to='r'/>"].map((xml) => stanza(xml));
  for (const each of stanzas) {
    dead.journal.send(each, serialize(each, 'jabber:client'), undefined);
    await dead.journal.flushed();
  }
  assert.is(await store.leases.seize(id, 0, jid), 'unsent');
  const broken = () => Promise.reject(new Error('down'));
  assert.is(await store.leases.sendFor(0, jid, broken).catch(({ message }) => message), 'down');
  assert.is(await store.leases.seize(id, 0, jid), 'unsent');
  const sent: string[] = [];
  const nobody = { location, jid, workers: 1, onWait: () => waits.push('late'), signal: AbortSignal.timeout(5000) };
  let late: ReturnType<typeof claimTenancy> | undefined;
  const send = async (xml: readonly string[]) => {
    late ??= claimTenancy(nobody);
    await eventually(() => assert.ok(waits.includes('late')));
    sent.push(...xml);
  };
  assert.ok(await store.leases.sendFor(0, jid, send));
  const written = stanzas.map((each) => serialize(each, 'jabber:client'));
  assert.equal(sent, written, 'in order, and nobody has taken its number meanwhile');
  await (await late)?.release();
  assert.is(await store.leases.seize(id, 0, jid), 'taken');
  assert.is(await store.leases.seize(id, 0, jid), 'moved');
  assert.is(await store.leases.take(id), 1);
  assert.equal(await store.leases.leftBy(1), [1]);
  await store.leases.drop(1);
  assert.equal([await store.leases.leftBy(0), await store.users.jidsWithoutLease()], [[], ['romeo@localhost']]);
  await second.release();
  await store.close();
  await dead.close();
});

test('tenancy :: hears what is said on a channel; that the connection is lost is noticed', async () => {
  const location = await postgres.database();
  const signal = new AbortController().signal;
  const tenancy = await claimTenancy({ location, jid: 'gw.localhost', onWait: () => {}, signal });
  const store = await Store.open(location, () => {});
  const heard: string[] = [];
  await tenancy.listen?.('a channel', (said) => heard.push(said));
  await store.notify('a channel', ['one', 'two', 'three']);
  await store.notify('another', ['four']);
  await eventually(() => assert.equal(heard, ['one', 'two', 'three']));
  await postgres.disconnect(location);
  assert.match(String(await tenancy.lost), /connection|terminating/);
  await tenancy.release().catch(() => {});
  await store.close();
});

test('gateway :: registers, forgets nothing over a restart, and lets people go', async () => {
  const config = { 'database-url': await postgres.database() };
  await Stage.with({ config }, async (stage) => {
    const romeo = await stage.registered();
    romeo.sends(`<message to='juliet@gw.localhost' type='chat' id='m1'><body>hi</body></message>`);
    await eventually(() => assert.equal(stage.session().calls.slice(1), [['sendText', 'juliet', 'hi', undefined]]));
    await stage.restart();
    await eventually(() => stage.session().waitForReady());
    const juliet = await stage.session().contacts.byLegacyId('juliet');
    juliet.displayed('legacy-1');
    const marker = await romeo.receives((each) => each.getChild('displayed') !== undefined);
    assert.is(marker.getChild('displayed')?.attrs.id, 'm1');
    await stage.gateway.unregisterUser(stage.session().user);
    assert.equal(stage.gateway.errors, []);
    assert.equal(await stage.gateway.store.users.all(), []);
  });
});

test('command :: one line says what is wrong, without the password', async () => {
  const port = await freePort();
  const flags = ['-l', HARBOUR, '-j', 'gw.localhost', '--secret', 's', '--server', LOOPBACK, '--port', String(port)];
  const wrong: [url: string, line: RegExp][] = [
    [
      `postgres://slipway:hush@127.0.0.1:${port}/x`,
      /^slipway: cannot use the database postgres:\/\/slipway@127.0.0.1:\d+\/x: connect ECONNREFUSED/,
    ],
    [
      postgres.urlOf('none').replace('@', ':hush@'),
      /^slipway: cannot use the database .*database "none" does not exist$/,
    ],
    [
      'mysql://root:hush@localhost/x',
      /^slipway: --database-url: this is not a URL as postgres:\/\/user@host\/name \(from SLIPWAY_DATABASE_URL\)$/,
    ],
  ];
  for (const [url, line] of wrong) {
    const run = slipway(flags, { SLIPWAY_DATABASE_URL: url });
    assert.is(await run.exit(), 2, run.output);
    assert.match(run.output.trimEnd(), line, run.output);
    assert.not.match(run.output, /hush/);
  }
});

test('backup :: pg_dump while it is in use, and everything is there in what is restored', async () => {
  const url = await postgres.database();
  const store = await Store.open(url, () => {});
  const { id } = await store.users.save(ROMEO);
  await store.avatars.save({ hash: 'abc', png: new Uint8Array([0, 255]), width: 1, height: 1 });
  const dump = execFileSync(join(postgres.bin, 'pg_dump'), ['--format=custom', '--dbname', url]);
  await store.close();
  const copy = await postgres.database();
  execFileSync(join(postgres.bin, 'pg_restore'), ['--exit-on-error', '--no-owner', '--dbname', copy], { input: dump });
  const restored = await Store.open(copy, () => {});
  assert.equal(await restored.users.all(), [{ id, ...ROMEO }]);
  assert.equal((await restored.avatars.get('abc'))?.png, new Uint8Array([0, 255]));
  // New rows get new numbers.
  assert.is.not((await restored.users.save({ ...ROMEO, jid: JID.parse('juliet@localhost') })).id, id);
  await restored.close();
});

test.run();
