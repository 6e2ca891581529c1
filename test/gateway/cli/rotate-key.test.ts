/** Changing the key that credentials are encrypted with. */

import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { main } from '../../../src/gateway/cli/main.ts';
import { Keyring } from '../../../src/gateway/store/keyring.ts';
import { Store } from '../../../src/gateway/store/store.ts';
import { JID } from '../../../src/stanza/index.ts';
import { suite } from '../../support/test.ts';

const test = suite('cli rotate-key');
const folder = mkdtempSync(join(tmpdir(), 'slipway-rotate-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const [OLD, NEW] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64')) as [string, string];
const ROMEO = { jid: JID.parse('romeo@localhost'), preferences: {}, registrationDate: new Date(0) };

/** Runs the command; what it prints. */
async function rotate(...flags: string[]): Promise<{ code: number; output: string }> {
  const home = join(folder, 'home');
  const lines: string[] = [];
  const { log, error } = console;
  console.log = console.error = (line: string) => void lines.push(line);
  try {
    const code = await main(['rotate-key', '--jid', 'gw.localhost', '--home-dir', home, ...flags], {});
    return { code, output: lines.join('\n') };
  } finally {
    Object.assign(console, { log, error });
  }
}

const keys = (...all: string[]) => {
  const path = join(folder, 'keys');
  writeFileSync(path, `${all.join(',')}\n`);
  return ['--encryption-key-file', path];
};
const opened = (...all: string[]) => {
  mkdirSync(join(folder, 'home'), { recursive: true });
  const keyring = Keyring.parse(all.join(' '));
  return Store.open(join(folder, 'home/slipway.sqlite'), () => {}, { keyring });
};

test('rotation :: from none to one, from one to another; then the old one is not needed', async () => {
  const store = await opened();
  await store.users.save({ ...ROMEO, legacyModuleData: { password: 'hush' } });
  await store.close();

  assert.match((await rotate(...keys(OLD))).output, /^1 encrypted with the key [0-9a-f]{8}; 0 cannot be read$/m);
  const wrong = await rotate(...keys(NEW));
  assert.is(wrong.code, 2);
  assert.match(
    wrong.output,
    /^slipway: --encryption-key: credentials .* is not among the keys given \(from --encryption-key-file\)$/,
  );
  assert.is((await rotate(...keys(NEW, OLD))).code, 0);
  const now = await opened(NEW);
  assert.equal((await now.users.all())[0]?.legacyModuleData, { password: 'hush' });
  await now.close();
});

test('rotation :: no key, or none that is one: a line that says so, and not the key', async () => {
  const none = await rotate();
  assert.is(none.code, 2);
  assert.match(none.output, /^slipway: --encryption-key-file is missing: /);
  const short = await rotate(...keys('hush'));
  assert.is(short.code, 2);
  assert.match(short.output, /^slipway: --encryption-key: a key must be 32 bytes in Base64/);
  assert.not.match(short.output, 'hush');
});

test.run();
