/** `slipway test` as people run it, on the example plugin: all of it. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';

const test = suite('slipway test', { timeout: 180_000 });
const ROOT = resolve(import.meta.dirname, '../..');

function slipwayTest(...args: string[]) {
  const options = ['--import', 'tsx', '--conditions=slipway-source', join(ROOT, 'src/gateway/bin.ts'), 'test', ...args];
  return spawnSync(process.execPath, options, { cwd: ROOT, encoding: 'utf8' });
}

test('harbour :: all green, in more than 200 cases', () => {
  const { status, stdout, stderr } = slipwayTest('examples/harbour/harbour.ts');
  assert.is(status, 0, stdout + stderr);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed, \d+ do not apply$/m.exec(stdout) ?? [];
  assert.ok(Number(passed) > 200, stdout);
  assert.is(failed, '0');
});

test('irc :: all green with a server of its own, in more than 170 cases; what IRC has not is said', () => {
  const { status, stdout, stderr } = slipwayTest('examples/irc/irc.ts');
  assert.is(status, 0, stdout + stderr);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed, \d+ do not apply$/m.exec(stdout) ?? [];
  assert.ok(Number(passed) > 170, stdout);
  assert.is(failed, '0');
  assert.match(stdout, /the contacts are there .*– {2,}the network has no lists of contacts/);
  assert.match(stdout, /the connection to the network breaks +✓ +✓ +✓ +✓ +✓ +✓/);
});

test('a fake that has nothing :: is not green', () => {
  const fake = join(mkdtempSync(join(tmpdir(), 'slipway-fake-')), 'nothing.fake.ts');
  writeFileSync(
    fake,
    `export const network = {
       account: (username) => ({ username, password: 'ahoy' }),
       people: ['ada', 'bo'],
       heard: () => [],
       deafTo: ['text', 'file', 'correction', 'retraction', 'reaction', 'reading', 'typing'],
     };`,
  );
  const { status, stderr } = slipwayTest('examples/harbour/harbour.ts', '--network', fake);
  assert.is(status, 2, stderr);
  assert.match(stderr, /slipway: only \d+ cases could be played, fewer than 50: give the fake what the network can do/);
});

test('what cannot be played :: is told in a line, with exit code 2', () => {
  for (const [args, message] of [
    [[], 'slipway: what is to be tested? slipway test ./my-plugin.js'],
    [['examples/harbour/network.ts'], /^slipway: .*network.ts exports no subclass of BaseGateway/],
    [
      ['examples/harbour/harbour.ts', '--network', 'nowhere.ts'],
      /^slipway: there is no fake of the network at .*nowhere/,
    ],
    [
      ['examples/harbour/harbour.ts', '--only', 'flying'],
      /^slipway: no case with "flying" in its name could be played/m,
    ],
    [['examples/harbour/harbour.ts', '--network', 'examples/harbour/groups.ts'], /must export "network", with account/],
  ] as const) {
    const { status, stderr } = slipwayTest(...args);
    assert.is(status, 2, stderr);
    assert.match(stderr.trim(), message);
  }
});

test.run();
