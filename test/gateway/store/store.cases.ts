/** What is stored, over any database. */

import { randomBytes } from 'node:crypto';
import * as assert from 'uvu/assert';
import { openDatabase } from '../../../src/gateway/store/database.ts';
import { Keyring } from '../../../src/gateway/store/keyring.ts';
import { Store } from '../../../src/gateway/store/store.ts';
import { FakeClock } from '../../../src/gateway/testing/fake-clock.ts';
import { type Clock, JID, systemClock } from '../../../src/stanza/index.ts';
import type { NewDatabase } from '../../support/databases.ts';
import type { Test } from '../../support/test.ts';

async function opened(location: string, onError = fail, clock: Clock = systemClock): Promise<Store> {
  return Store.open(location, onError, { clock });
}

function fail(error: unknown): void {
  throw error;
}

const ROMEO = {
  jid: JID.parse('romeo@localhost'),
  legacyModuleData: { username: 'r', nested: { list: [1, 'ü'] } },
  preferences: { sync: true },
  registrationDate: new Date('2026-01-02T03:04:05.678Z'),
};

const JULIET = {
  legacyId: 'J/1',
  local: 'j\\2f1',
  name: 'Juliet',
  isFriend: false,
  inRoster: true,
  avatarHash: undefined,
  avatarId: undefined,
  vcard: undefined,
};

const NOW = Date.UTC(2026, 0, 10);

const GLOBE = {
  legacyId: 'globe',
  local: 'globe',
  name: 'The Globe',
  description: undefined,
  subject: 'Verona',
  subjectSetter: 'juliet',
  subjectDate: new Date('2026-01-02T03:04:05.678Z'),
  nParticipants: 2_000_000,
  userNick: 'romeo',
  avatarHash: undefined,
  avatarId: undefined,
  clients: ['romeo@localhost/a'],
};

/** The parts of a store, which are used on their own. */
async function opening(location: string, onError = fail, clock: Clock = systemClock) {
  const store = await opened(location, onError, clock);
  const { users, contacts, rooms, messageIds, threads, avatars, attachments, settings, journal } = store;
  const close = () => store.close();
  return { users, contacts, rooms, messageIds, threads, avatars, attachments, settings, journal, close };
}

export function storeCases(test: Test, database: NewDatabase): void {
  test('users :: saved, changed, removed with all that is theirs', async () => {
    const store = await opened(await database());
    const { id } = await store.users.save(ROMEO);
    assert.equal(await store.users.all(), [{ id, ...ROMEO }]);
    const later = { ...ROMEO, legacyModuleData: {}, registrationDate: new Date() };
    assert.equal(await store.users.save(later), { ...later, id, registrationDate: ROMEO.registrationDate });
    await store.contacts.save(id, [{ ...JULIET, legacyId: 'j', local: 'j' }]);
    store.messageIds.add(id, 'j', { xmppId: 'x', legacyId: 'l', fromUser: true });
    await store.deleteUser(id);
    assert.equal(await store.users.all(), []);
    assert.equal(await store.contacts.all(id), []);
    assert.equal(await store.messageIds.xmppIds(id, 'j', 'l'), []);
    await store.close();
  });

  test('leases :: a user is of one worker, who can give them to another', async () => {
    const location = await database();
    const one = await Store.open(location, fail, { worker: 0 });
    const two = await Store.open(location, fail, { worker: 1 });
    const romeo = await one.users.save(ROMEO);
    const juliet = await one.users.save({ ...ROMEO, jid: JID.parse('juliet@localhost') });
    assert.equal(await one.users.jidsWithoutLease(), ['romeo@localhost', 'juliet@localhost']);
    assert.is(await one.leases.take(romeo.id), 0);
    assert.is(await two.leases.take(romeo.id), 0);
    assert.equal(await two.users.jidsWithoutLease(), ['juliet@localhost']);
    assert.equal(await one.users.leasedTo(0), [romeo]);
    // Whom one does not have, one cannot give.
    await two.leases.give(romeo.id, 1);
    assert.is(await two.leases.take(romeo.id), 0);
    await one.leases.give(romeo.id, 1);
    assert.is(await one.leases.take(romeo.id), 1);
    await two.deleteUser(romeo.id);
    assert.equal(await two.users.leasedTo(1), []);
    assert.equal(await one.users.get('juliet@localhost'), juliet);
    assert.is(await one.users.get('romeo@localhost'), undefined);
    assert.equal([...(await one.users.names())], [[juliet.id, 'juliet@localhost']]);
    await one.close();
    await two.close();
  });

  test('contacts :: saved and changed', async () => {
    const store = await opened(await database());
    const { id } = await store.users.save(ROMEO);
    await store.contacts.save(id, [JULIET, { ...JULIET, legacyId: 'n', local: 'n' }]);
    const changed = { ...JULIET, name: undefined, isFriend: true, avatarId: 'new', vcard: { given: 'J' } };
    await store.contacts.save(id, [changed]);
    assert.equal(await store.contacts.all(id), [changed, { ...JULIET, legacyId: 'n', local: 'n' }]);
    await store.close();
  });

  test('message ids :: are found at once, and after they were written', async () => {
    const store = await opened(await database());
    const { id } = await store.users.save(ROMEO);
    const ids = store.messageIds;
    const check = async () => {
      assert.is(await ids.legacyId(id, 'j', 'x1'), 'l1');
      assert.is(await ids.legacyId(id, 'j', 'x1', 'user'), 'l2');
      assert.is(await ids.legacyId(id, 'j', 'x1', 'other'), 'l1');
      assert.is(await ids.legacyId(id, 'other', 'x1'), undefined);
      assert.equal(await ids.xmppIds(id, 'j', 'l1'), ['x1', 'x3']);
      assert.equal(await ids.xmppIds(id, 'j', 'l9'), []);
    };
    ids.add(id, 'j', { xmppId: 'x1', legacyId: 'l1', fromUser: false });
    ids.add(id, 'j', { xmppId: 'x1', legacyId: 'l2', fromUser: true });
    ids.add(id, 'j', { xmppId: 'x3', legacyId: 'l1', fromUser: false });
    await check();
    await store.journal.flushed();
    await check();
    ids.add(id, 'j', { xmppId: 'x1', legacyId: 'new', fromUser: false });
    assert.is(await ids.legacyId(id, 'j', 'x1'), 'new');
    await store.journal.flushed();
    assert.is(await ids.legacyId(id, 'j', 'x1'), 'new');
    await store.close();
  });

  test('database :: what was stored is there when it is opened again', async () => {
    const location = await database();
    const first = await opened(location);
    const { id } = await first.users.save(ROMEO);
    for (let i = 0; i < 2500; i++)
      first.messageIds.add(id, 'j', { xmppId: `x${i}`, legacyId: `l${i}`, fromUser: false });
    await first.close();
    const second = await opened(location);
    assert.equal(await second.users.all(), [{ id, ...ROMEO }]);
    assert.is(await second.messageIds.legacyId(id, 'j', 'x2499'), 'l2499');
    await second.close();
  });

  test('users :: a registration that has begun, until it ends or is too old', async () => {
    const { users, close } = await opening(await database());
    const path = [{ step: { kind: 'form' }, data: { username: 'r' } }];
    assert.equal(await users.registration('a@localhost', 0), []);
    await users.saveRegistration('a@localhost', [], NOW);
    await users.saveRegistration('a@localhost', path, NOW + 1);
    assert.equal(await users.registration('a@localhost', NOW + 1), path);
    assert.equal(await users.registration('a@localhost', NOW + 2), []);
    await users.deleteRegistration('a@localhost');
    assert.equal(await users.registration('a@localhost', 0), []);
    await close();
  });

  test('users :: the picture that the plugin knows', async () => {
    const { users, close } = await opening(await database());
    const { id } = await users.save(ROMEO);
    assert.is(await users.avatarHash(id), undefined);
    await users.setAvatarHash(id, 'abc');
    assert.is(await users.avatarHash(id), 'abc');
    await users.setAvatarHash(id, undefined);
    assert.is(await users.avatarHash(id), undefined);
    await close();
  });

  test('rooms :: saved, changed, removed', async () => {
    const { users, rooms, close } = await opening(await database());
    const { id } = await users.save(ROMEO);
    await rooms.save(id, [GLOBE, { ...GLOBE, legacyId: 'other', local: 'other' }]);
    const changed = { ...GLOBE, subject: undefined, subjectDate: undefined, nParticipants: 3, clients: [] };
    await rooms.save(id, [changed]);
    assert.equal(await rooms.all(id), [changed, { ...GLOBE, legacyId: 'other', local: 'other' }]);
    await rooms.remove(id, 'other');
    assert.equal(await rooms.all(id), [changed]);
    await close();
  });

  test('message ids :: those not read are given once; those forgotten are gone', async () => {
    const { users, messageIds: ids, close } = await opening(await database());
    const { id } = await users.save(ROMEO);
    for (const n of [1, 2, 3]) ids.add(id, 'j', { xmppId: `x${n}`, legacyId: `l${n}`, fromUser: false });
    const pair = (n: number) => ({ xmppId: `x${n}`, legacyId: `l${n}` });
    assert.equal(await ids.takeUnread(id, 'j', 'x2'), [pair(1), pair(2)]);
    assert.equal(await ids.takeUnread(id, 'j', 'x3'), [pair(3)]);
    assert.equal(await ids.takeUnread(id, 'j', 'x3'), []);
    await ids.remove(id, 'j', ['x1', 'x2']);
    assert.is(await ids.legacyId(id, 'j', 'x1'), undefined);
    assert.is(await ids.legacyId(id, 'j', 'x3'), 'l3');
    await close();
  });

  test('threads :: both ways, the first name stays', async () => {
    const { users, threads, close } = await opening(await database());
    const { id } = await users.save(ROMEO);
    await threads.add(id, 'j', 'x', 'l');
    await threads.add(id, 'j', 'x', 'other');
    assert.is(await threads.legacyThread(id, 'j', 'x'), 'l');
    assert.is(await threads.xmppThread(id, 'j', 'l'), 'x');
    assert.is(await threads.xmppThread(id, 'n', 'l'), undefined);
    await close();
  });

  test('avatars :: bytes as they were, kept once, with where they came from', async () => {
    const { avatars, close } = await opening(await database());
    const avatar = { hash: 'abc', png: new Uint8Array([0, 1, 255]), width: 2, height: 3 };
    await avatars.save(avatar);
    await avatars.save({ ...avatar, width: 9 });
    assert.equal(await avatars.get('abc'), avatar);
    assert.is(await avatars.get('x'), undefined);
    const url = `https://x.example/${randomBytes(4000).toString('base64url')}`;
    await avatars.saveSource(url, { hash: 'abc', etag: undefined, lastModified: 'then' });
    const source = { hash: 'abc', etag: '"1"', lastModified: undefined };
    await avatars.saveSource(url, source);
    assert.equal(await avatars.source(url), source);
    assert.is(await avatars.source(`${url}?`), undefined);
    await close();
  });

  test('attachments :: saved, changed, forgotten', async () => {
    const { users, attachments, close } = await opening(await database());
    const { id } = await users.save(ROMEO);
    const fileId = randomBytes(4000).toString('base64url');
    const file = { url: 'https://x.example/1', about: { name: 'a', type: 'image/png', size: 5_000_000_000 } };
    await attachments.save(id, fileId, { ...file, url: 'https://x.example/0' });
    await attachments.save(id, fileId, file);
    assert.equal(await attachments.get(id, fileId), file);
    await attachments.delete(id, fileId);
    assert.is(await attachments.get(id, fileId), undefined);
    await close();
  });

  test('settings :: a secret is made once, also by several at a time', async () => {
    const location = await database();
    const [first, second] = [await opening(location), await opening(location)];
    const made = await Promise.all([first, second, first].map(({ settings }) => settings.secret('a')));
    assert.is(new Set(made.map((each) => Buffer.from(each).toString('hex'))).size, 1);
    assert.is(made[0]?.length, 32);
    assert.not.equal(await first.settings.secret('b'), made[0]);
    await first.close();
    await second.close();
  });

  test('journal :: a message of the network is sent once, whatever is written beside it', async () => {
    const { users, journal, messageIds, close } = await opening(await database());
    const { id } = await users.save(ROMEO);
    const passed: string[] = [];
    journal.connect((outgoing) => {
      for (const { xml } of outgoing) passed.push(xml);
    });
    const say = (xmppId: string, legacyId: string) => {
      const pair = journal.note({ userId: id, chat: 'j', xmppId, legacyId, fromUser: false, sending: 'once' });
      if (pair !== undefined) journal.send(`<${xmppId}/>`, `<${xmppId}/>`, pair);
    };
    journal.note({ userId: id, chat: 'j', xmppId: 'c', legacyId: 'c', fromUser: false });
    for (const xmppId of ['a', 'b', 'b', 'c']) say(xmppId, xmppId);
    await journal.flushed();
    for (const xmppId of ['a', 'b', 'c', 'd']) say(xmppId, xmppId);
    await journal.flushed();
    say('a', 'another message under this id');
    await journal.flushed();
    assert.equal(passed, ['<a/>', '<b/>', '<c/>', '<d/>', '<a/>']);
    const rows = await journal.stored.outgoingAfter(0);
    assert.equal(
      rows.map(({ xml }) => xml),
      ['<a/><b/><c/>', '<d/>', '<a/>'],
    );
    journal.read(rows[0]?.id ?? 0);
    await journal.flushed();
    assert.equal(
      (await journal.stored.outgoingAfter(0)).map(({ xml }) => xml),
      ['<d/>', '<a/>'],
    );
    assert.is(await messageIds.legacyId(id, 'j', 'a'), 'another message under this id');
    await close();
  });

  test('journal :: what the server returned is known as such, until it is sent again', async () => {
    const store = await opened(await database());
    const { id } = await store.users.save(ROMEO);
    const { journal, messageIds } = store;
    const send = (xmppId: string, sending?: 'always') => {
      const pair = journal.note({
        userId: id,
        chat: 'j',
        xmppId,
        legacyId: 'x',
        fromUser: false,
        ...(sending && { sending }),
      });
      if (sending) journal.send('<m/>', '<m/>', pair);
    };
    const errors = async () => (await store.lives(['x'])).map(({ xmppId, error }) => [xmppId, error]);
    send('a', 'always');
    send('archived');
    for (const xmppId of ['a', 'archived', 'never']) await messageIds.returned(id, 'j', xmppId, 'gone');
    assert.equal(await errors(), [
      ['a', 'gone'],
      ['archived', undefined],
    ]);
    send('a');
    await journal.flushed();
    assert.equal(await errors(), [
      ['a', 'gone'],
      ['archived', undefined],
    ]);
    send('a', 'always');
    await journal.flushed();
    assert.equal(await errors(), [
      ['a', undefined],
      ['archived', undefined],
    ]);
    await store.close();
  });

  test('journal :: what the user wrote here is known when the network tells of it', async () => {
    const { users, journal, messageIds, close } = await opening(await database());
    const { id } = await users.save(ROMEO);
    let passed = 0;
    journal.connect((outgoing) => {
      passed += outgoing.length;
    });
    messageIds.add(id, 'j', { xmppId: 'of-the-client', legacyId: 'n1', fromUser: true });
    await journal.flushed();
    for (const legacyId of ['n1', 'n2']) {
      const pair = { userId: id, chat: 'j', xmppId: legacyId, legacyId, fromUser: true, sending: 'once' } as const;
      journal.send('<m/>', '<m/>', journal.note(pair));
    }
    await journal.flushed();
    assert.is(passed, 1);
    await close();
  });

  test('journal :: events arrive once, and have states; what is wrong with one harms no other', async () => {
    const errors: unknown[] = [];
    const store = await opened(await database(), (error) => errors.push(error));
    const { users, journal } = store;
    const { id } = await users.save(ROMEO);
    const arrive = (user: number, stanza: string, digest = 0) => {
      const key = { id: journal.newId(), user_id: user, chat: 'j', stanza_id: stanza, digest };
      return journal.arrive({ ...key, state: 'pending', xml: `<${stanza}/>` });
    };
    assert.equal(await Promise.all([arrive(id, 'a'), arrive(id, 'b'), arrive(id, 'b', 1)]), ['new', 'new', 'new']);
    const stateOf = async (stanza: string) => (await store.lives([stanza])).map(({ state }) => state).sort();
    const [a, b] = await journal.stored.open();
    assert.equal([a?.stanzaId, b?.stanzaId], ['a', 'b']);
    await journal.hand(a?.id ?? 0);
    assert.equal(await arrive(id, 'a'), { id: a?.id, state: 'handed' });
    journal.sent(a?.id ?? 0);
    journal.end(b?.id ?? 0, 'parked', 'because');
    await journal.flushed();
    assert.equal([await stateOf('a'), await stateOf('b')], [['sent'], ['parked', 'pending']]);
    assert.is(await journal.stored.xml(a?.id ?? 0), '');
    assert.equal(
      (await journal.stored.parked()).map(({ error }) => error),
      ['because'],
    );
    // A user who is no more.
    assert.equal(await Promise.all([arrive(4711, 'c'), arrive(id, 'd')]), ['lost', 'new']);
    // What is sent in the same turn is stored all the same.
    const pair = journal.note({ userId: id, chat: 'j', xmppId: 'p', legacyId: 'p', fromUser: false, sending: 'once' });
    for (const name of ['a', 'b', 'c']) journal.send(`<${name}/>`, `<${name}/>`, name === 'b' ? pair : undefined);
    assert.is(await arrive(4711, 'e'), 'lost');
    await journal.flushed();
    assert.is((await journal.stored.outgoingAfter(0)).map(({ xml }) => xml).join(''), '<a/><b/><c/>');
    assert.is(errors.length, 2);
    await store.close();
  });

  test('journal :: is forgotten after a while, but for what has not come to its end', async () => {
    const clock = new FakeClock();
    const { users, journal, close } = await opening(await database(), undefined, clock);
    const { id } = await users.save(ROMEO);
    const arrive = async (stanza: string) => {
      const key = journal.newId();
      const event = {
        id: key,
        user_id: id,
        chat: 'j',
        stanza_id: stanza,
        digest: 0,
        state: 'pending',
        xml: '-',
      } as const;
      await journal.arrive(event);
      return key;
    };
    await arrive('open');
    journal.sent(await arrive('done'));
    const late = await arrive('done late');
    journal.send('<m/>', '<m/>', undefined);
    await journal.flushed();
    await clock.advance(10_000);
    journal.end(late, 'failed', 'no');
    await arrive('new');
    journal.send('<n/>', '<n/>', undefined);
    await journal.flushed();
    assert.equal(await journal.stored.purge(new Date(clock.now() - 5000)), { events: 1, outgoing: 1 });
    assert.equal(
      (await journal.stored.open()).map(({ stanzaId }) => stanzaId),
      ['open', 'new'],
    );
    await clock.advance(6000);
    assert.equal(await journal.stored.purge(new Date(clock.now() - 5000)), { events: 1, outgoing: 1 });
    await close();
  });

  test('lives :: of all kinds of messages, by either id, with times', async () => {
    const clock = new FakeClock();
    const store = await opened(await database(), undefined, clock);
    const { users, journal, messageIds } = store;
    const { id } = await users.save(ROMEO);
    const arrive = async (stanza: string, digest = 0) => {
      const key = journal.newId();
      const event = { id: key, user_id: id, chat: 'j', stanza_id: stanza, digest, state: 'pending', xml: '-' } as const;
      await journal.arrive(event);
      return key;
    };
    const say = async (xmppId: string, legacyId: string, fromUser = false) => {
      const pair = { userId: id, chat: 'j', xmppId, legacyId, fromUser, sending: 'once' } as const;
      journal.send('<m/>', '<m/>', journal.note(pair));
      await journal.flushed();
      return journal.stored.lastOutgoing();
    };
    const told = async (...ids: string[]) =>
      (await store.lives(ids)).map((life) => {
        assert.equal([life.user, life.chat], ['romeo@localhost', 'j']);
        const { direction, xmppId, legacyId, state, error, storedAt } = life;
        return [direction === 'to-user' ? '<' : '>', xmppId, legacyId, state, error, storedAt?.getTime()];
      });
    const [began, sent] = [clock.now(), await arrive('a')];
    journal.sent(sent);
    messageIds.add(id, 'j', { xmppId: 'a', legacyId: 'A', fromUser: true });
    journal.end(await arrive('b'), 'unknown', 'why');
    // A client that counts its ids anew: the network has the first only.
    journal.end(await arrive('a', 1), 'failed', 'no');
    await arrive('~17');
    await clock.advance(1000);
    const [read, later] = [await say('c', 'C'), clock.now()];
    journal.read(read);
    await say('d', 'd');
    await say('e', 'e', true);
    journal.note({ userId: id, chat: 'j', xmppId: 'f', legacyId: 'f', fromUser: false });
    const a = ['>', 'a', 'A', 'sent', undefined, began];
    const c = ['<', 'c', 'C', 'acknowledged', undefined, later];
    assert.equal(await told('a'), [a, ['>', 'a', undefined, 'failed', 'no', began]]);
    assert.equal(await told('A'), await told('a'));
    assert.equal(await told('b'), [['>', 'b', undefined, 'unknown', 'why', began]]);
    assert.equal(await told('~17'), [['>', undefined, undefined, 'pending', undefined, began]]);
    assert.equal([await told('c'), await told('C'), await told('c', 'C')], [[c], [c], [c]]);
    assert.equal(await told('d'), [['<', 'd', 'd', 'pending', undefined, later]]);
    assert.equal(await told('e'), [['<', 'e', 'e', 'pending', undefined, later]]);
    assert.equal(await told('f'), [['<', 'f', 'f', 'archived', undefined, undefined]]);
    assert.equal(await told('never'), []);
    // When the journal has forgotten what came of it, there is still that it was sent, and about when.
    await store.prune({ roomMessages: -Infinity, messages: 0, registrations: 0 });
    const pruned = clock.now();
    await clock.advance(1000);
    await journal.stored.purge(new Date(clock.now()));
    assert.equal(await told('A'), [['>', 'a', 'A', 'sent', undefined, undefined]]);
    const [life] = await store.lives(['A']);
    assert.equal([life?.since, life?.until], [undefined, new Date(pruned)]);
    const late = 'remote-server-timeout: The server was away for too long.';
    assert.equal(await told('d'), [['<', 'd', 'd', 'failed', late, later]]);
    assert.equal(await told('c'), [c]);
    await store.close();
  });

  test('journal :: since when an event is in its state', async () => {
    const clock = new FakeClock();
    const store = await opened(await database(), undefined, clock);
    const { users, journal } = store;
    const { id: user_id } = await users.save(ROMEO);
    const id = journal.newId();
    const event = { id, user_id, chat: 'j', stanza_id: 'a', digest: 0, state: 'pending', xml: '<m/>' } as const;
    await journal.arrive(event);
    const steps: [state: string, at: number | undefined][] = [];
    const look = async () => {
      const [life] = await store.lives(['a']);
      steps.push([life?.state ?? '', life?.stateAt === undefined ? undefined : Number(life.stateAt) - began]);
    };
    const began = clock.now();
    await look();
    const states = [
      () => journal.hand(id),
      () => journal.end(id, 'pending'),
      () => journal.end(id, 'unknown', 'why', ''),
      () => journal.sent(id),
    ];
    for (const change of states) {
      await clock.advance(1000);
      await change();
      await journal.flushed();
      await clock.advance(1000);
      await look();
    }
    assert.equal(steps, [
      ['pending', undefined],
      ['handed', 1000],
      ['pending', 3000],
      ['unknown', 5000],
      ['sent', 7000],
    ]);
    await store.close();
  });

  test('text :: any character that a network may use, NUL too', async () => {
    const { users, contacts, messageIds, threads, journal, close } = await opening(await database());
    const { id } = await users.save({ ...ROMEO, legacyModuleData: { password: 'a\0b\\u0000' } });
    const strange = 'a\0b\u{10ffff}\u0001"\'\\';
    await contacts.save(id, [{ ...JULIET, legacyId: strange, name: strange }]);
    await threads.add(id, 'j', 'x', strange);
    messageIds.add(id, 'j', { xmppId: strange, legacyId: strange, fromUser: false });
    await journal.flushed();
    const [contact] = await contacts.all(id);
    assert.equal([contact?.legacyId, contact?.name], [strange, strange]);
    assert.is(await threads.legacyThread(id, 'j', 'x'), strange);
    assert.is(await messageIds.legacyId(id, 'j', strange), strange);
    assert.equal(await messageIds.xmppIds(id, 'j', strange), [strange]);
    assert.is((await users.all())[0]?.legacyModuleData.password, 'a\0b\\u0000');
    await close();
  });

  const [first, second] = [1, 2].map((n) => Buffer.alloc(32, n)) as [Buffer, Buffer];
  const withKeys = (location: string, ...keys: Buffer[]) =>
    Store.open(location, () => {}, { keyring: new Keyring(keys) });

  test('keys :: credentials are encrypted, in users and in registrations that have begun', async () => {
    const location = await database();
    const store = await withKeys(location, first);
    const { id } = await store.users.save({ ...ROMEO, legacyModuleData: { password: 'hush' } });
    const path = [{ step: {}, data: { password: 'hush' } }];
    await store.users.saveRegistration('a@localhost', path, NOW);
    assert.is((await store.users.all())[0]?.legacyModuleData.password, 'hush');
    assert.equal(await store.users.registration('a@localhost', 0), path);
    await store.close();
    const raw = await openDatabase(location, { onError: () => {} });
    const user = await raw.selectFrom('user_account').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const registration = await raw.selectFrom('registration').selectAll().executeTakeFirstOrThrow();
    for (const stored of [user.legacy_module_data, registration.path]) {
      assert.match(stored, /^sealed:1:[0-9a-f]{8}:/);
      assert.not.match(stored, 'hush');
    }
    await raw.destroy();
  });

  test('keys :: without the right one the store does not open, and says which is missing', async () => {
    const location = await database();
    const store = await withKeys(location, first);
    await store.users.save(ROMEO);
    await store.close();
    for (const keys of [[], [second]]) {
      const error = await withKeys(location, ...keys).then(
        () => undefined,
        (reason: Error) => reason,
      );
      assert.match(String(error), /encrypted with the key [0-9a-f]{8}, which is not among the keys given/);
    }
    const again = await withKeys(location, second, first);
    assert.equal((await again.users.all())[0]?.legacyModuleData, ROMEO.legacyModuleData);
    await again.close();
  });

  test('keys :: what was moved to another user is not read, and the others are', async () => {
    const location = await database();
    const errors: string[] = [];
    const store = await Store.open(location, (error) => errors.push(String(error)), { keyring: new Keyring([first]) });
    await store.users.save(ROMEO);
    await store.users.save({ ...ROMEO, jid: JID.parse('mallory@localhost'), legacyModuleData: {} });
    const raw = await openDatabase(location, { onError: () => {} });
    const { legacy_module_data } = await raw
      .selectFrom('user_account')
      .selectAll()
      .where('jid', '=', 'romeo@localhost')
      .executeTakeFirstOrThrow();
    await raw.updateTable('user_account').set({ legacy_module_data }).where('jid', '=', 'mallory@localhost').execute();
    await raw.destroy();
    assert.equal(
      (await store.users.all()).map(({ jid }) => jid.bare),
      ['romeo@localhost'],
    );
    assert.match(errors.join(), /cannot read the credentials of mallory@localhost/);
    await store.close();
  });

  test('rotation :: plain values and those of old keys, in batches; stopped, it goes on where it was', async () => {
    const location = await database();
    const jids = Array.from({ length: 250 }, (_, i) => JID.parse(`user${i}@localhost`));
    const plain = await withKeys(location);
    for (const jid of jids.slice(0, 120)) await plain.users.save({ ...ROMEO, jid });
    await plain.users.saveRegistration('a@localhost', [{ step: 1, data: {} }], NOW);
    await plain.close();
    const old = await withKeys(location, first);
    for (const jid of jids.slice(120)) await old.users.save({ ...ROMEO, jid });
    await old.close();

    const stopped = await withKeys(location, second, first);
    const stop = new Error('stopped');
    const outcome = await stopped
      .rotateKeys(() => {
        throw stop;
      })
      .catch((error) => error);
    assert.is(outcome, stop);
    await stopped.close();
    const again = await withKeys(location, second, first);
    assert.equal(await again.rotateKeys(), { done: 151, failed: [] });
    assert.equal(await again.rotateKeys(), { done: 0, failed: [] });
    await again.close();

    const now = await withKeys(location, second);
    const users = await now.users.all();
    assert.is(users.length, 250);
    for (const { legacyModuleData } of users) assert.equal(legacyModuleData, ROMEO.legacyModuleData);
    assert.equal(await now.users.registration('a@localhost', 0), [{ step: 1, data: {} }]);
    await now.close();
  });

  const HOUR = 3_600_000;

  test('pruning :: what is too old goes, of each kind; what is younger stays', async () => {
    const clock = new FakeClock(NOW);
    const store = await Store.open(
      await database(),
      (error) => {
        throw error;
      },
      { clock },
    );
    const { users, messageIds: ids, threads, attachments, avatars } = store;
    const { id } = await users.save(ROMEO);
    const file = { url: 'https://x.example/1', about: { name: 'a', type: 'image/png', size: 1 } };
    const put = async (name: string) => {
      for (let i = 0; i < 1200; i++) ids.add(id, name, { xmppId: `${i}`, legacyId: `l${i}`, fromUser: false });
      await store.journal.flushed();
      await threads.add(id, 'j', name, name);
      await attachments.save(id, name, file);
      await avatars.save({ hash: name, png: new Uint8Array([1]), width: 1, height: 1 });
      await avatars.saveSource(`https://x.example/${name}`, { hash: name, etag: name, lastModified: undefined });
      await users.saveRegistration(`${name}@localhost`, [{ step: 1, data: {} }], clock.now());
    };
    const left = async (name: string) => [
      (await ids.xmppIds(id, name, 'l7')).length,
      await threads.legacyThread(id, 'j', name),
      (await attachments.get(id, name))?.url,
      (await avatars.get(name))?.hash,
      (await avatars.source(`https://x.example/${name}`))?.etag,
      (await users.registration(`${name}@localhost`, 0)).length,
    ];
    const prune = (hours: number) => {
      const before = clock.now() - hours * HOUR;
      return store.prune({ roomMessages: before, messages: before, registrations: before });
    };
    await put('old');
    await put('used');
    await store.contacts.save(id, [{ ...JULIET, avatarHash: 'used' }]);
    await prune(24);
    await clock.advance(24 * HOUR);
    await put('young');
    await prune(12);
    assert.equal(await left('old'), [0, undefined, undefined, undefined, undefined, 0]);
    assert.equal(await left('used'), [0, undefined, undefined, 'used', undefined, 0]);
    assert.equal(await left('young'), [1, 'young', file.url, 'young', 'young', 1]);
    await store.prune({
      roomMessages: Number.NEGATIVE_INFINITY,
      messages: Number.NEGATIVE_INFINITY,
      registrations: 0,
    });
    assert.is((await ids.xmppIds(id, 'young', 'l7')).length, 1);
    await store.close();
  });

  test('pictures :: that a room has stay when a user goes', async () => {
    const clock = new FakeClock(NOW);
    const store = await Store.open(await database(), () => {}, { clock });
    const { id } = await store.users.save(ROMEO);
    const { id: goner } = await store.users.save({ ...ROMEO, jid: JID.parse('juliet@localhost') });
    for (const hash of ['room', 'goner'])
      await store.avatars.save({ hash, png: new Uint8Array([1]), width: 1, height: 1 });
    await store.rooms.save(id, [{ ...GLOBE, avatarHash: 'room' }]);
    await store.contacts.save(goner, [{ ...JULIET, avatarHash: 'goner' }]);
    await clock.advance(HOUR);
    await store.deleteUser(goner);
    assert.is((await store.avatars.get('room'))?.hash, 'room');
    assert.is(await store.avatars.get('goner'), undefined);
    await store.close();
  });
}
