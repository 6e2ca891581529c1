import * as assert from 'uvu/assert';
import { occupantIdFor } from '../../../src/gateway/muc/occupant-id.ts';
import { Store } from '../../../src/gateway/store/store.ts';
import { withFolder } from '../../support/folder.ts';
import { suite } from '../../support/test.ts';

const test = suite('occupant ids');
const SECRET = new Uint8Array(32).fill(7);

const opened = (path: string) =>
  Store.open(path, (error) => {
    throw error;
  });

test('id :: the same each time, another for all else', () => {
  const id = occupantIdFor(SECRET, 'room@gw', 'ann');
  assert.is(occupantIdFor(SECRET, 'room@gw', 'ann'), id);
  assert.match(id, /^[\w-]{43}$/);
  const others = [
    occupantIdFor(SECRET, 'room@gw', 'bob'),
    occupantIdFor(SECRET, 'hall@gw', 'ann'),
    occupantIdFor(SECRET, 'room@gwa', 'nn'),
    occupantIdFor(new Uint8Array(32), 'room@gw', 'ann'),
  ];
  assert.is(new Set([id, ...others]).size, 5);
});

test('secret :: made once, whoever asks first, and kept', async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/test.sqlite`;
    const first = await opened(path);
    const other = await opened(path);
    const all = await Promise.all([first, other, first, other].map((store) => store.settings.secret('a')));
    const [secret] = all;
    assert.is(secret?.length, 32);
    for (const each of all) assert.equal(each, secret);
    assert.not.equal(await first.settings.secret('b'), secret);
    await first.close();
    await other.close();
    const later = await opened(path);
    assert.equal(await later.settings.secret('a'), secret);
    await later.close();
  });
});

test.run();
