import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { Store } from '../../src/gateway/store/store.ts';
import { JID } from '../../src/stanza/index.ts';
import { suite } from '../support/test.ts';

const test = suite('store');

async function opened(path = ':memory:'): Promise<Store> {
  return Store.open(path, (error) => {
    throw error;
  });
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

test('users :: saved, changed, removed with all that is theirs', async () => {
  const store = await opened();
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

test('contacts :: saved and changed', async () => {
  const store = await opened();
  const { id } = await store.users.save(ROMEO);
  await store.contacts.save(id, [JULIET, { ...JULIET, legacyId: 'n', local: 'n' }]);
  const changed = { ...JULIET, name: undefined, isFriend: true, avatarId: 'new', vcard: { given: 'J' } };
  await store.contacts.save(id, [changed]);
  assert.equal(await store.contacts.all(id), [changed, { ...JULIET, legacyId: 'n', local: 'n' }]);
  await store.close();
});

test('message ids :: are found at once, and after they were written', async () => {
  const store = await opened();
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
  await ids.flush();
  await check();
  ids.add(id, 'j', { xmppId: 'x1', legacyId: 'new', fromUser: false });
  assert.is(await ids.legacyId(id, 'j', 'x1'), 'new');
  await ids.flush();
  assert.is(await ids.legacyId(id, 'j', 'x1'), 'new');
  await store.close();
});

test('file :: what was stored is there when it is opened again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-'));
  const path = join(folder, 'test.sqlite');
  const first = await opened(path);
  const { id } = await first.users.save(ROMEO);
  for (let i = 0; i < 2500; i++) first.messageIds.add(id, 'j', { xmppId: `x${i}`, legacyId: `l${i}`, fromUser: false });
  await first.close();
  const second = await opened(path);
  assert.equal(await second.users.all(), [{ id, ...ROMEO }]);
  assert.is(await second.messageIds.legacyId(id, 'j', 'x2499'), 'l2499');
  await second.close();
  rmSync(folder, { recursive: true });
});

test.run();
