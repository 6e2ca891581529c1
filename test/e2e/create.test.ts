/** `npm create slipway`, as a stranger tries it in an empty folder. */

import { exec, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';
import { ROOT } from './support/gateway-process.ts';
import { Registry } from './support/registry.ts';

const test = suite('npm create slipway', { timeout: 300_000 });
let work = '';
let registry: Registry;

test.before(async () => {
  work = mkdtempSync(join(tmpdir(), 'slipway-create-'));
  registry = await Registry.open(work, ROOT, join(ROOT, 'create-slipway'));
});

test.after(async () => {
  await registry.close();
  rmSync(work, { recursive: true, force: true });
});

/** @returns what it printed. */
async function succeeds(cwd: string, command: string): Promise<string> {
  const { code, output } = await shell(cwd, command);
  assert.is(code, 0, `${command}\n${output}`);
  return output;
}

/** Not at once: the registry lives in this process. */
function shell(cwd: string, command: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = exec(command, { cwd, env: registry.env, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, output: stdout + stderr });
    });
  });
}

for (const [login, groups] of [
  ['password', true],
  ['code', false],
  ['qr', true],
] as const) {
  test(`${login}, ${groups ? 'with' : 'without'} groups :: types, tests and conformance are green at once`, async () => {
    const flags = `--network "Pigeon Post" --login ${login} ${groups ? '--groups' : '--no-groups'}`;
    await succeeds(work, `npm create slipway@latest ${login} -- ${flags}`);
    const folder = join(work, login);
    // The web chat is 46 MB, and has its own test.
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    delete manifest.devDependencies['converse.js'];
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    // One installation is enough: they all need the same.
    if (login === 'password') await succeeds(folder, 'npm install');
    else symlinkSync(join(work, 'password/node_modules'), join(folder, 'node_modules'));
    await succeeds(folder, 'npm test');
    const matrix = await succeeds(folder, 'npm run conformance');
    assert.ok(Number(/^(\d+) passed, 0 failed/m.exec(matrix)?.[1]) > 100, matrix);
    for (const file of ['src/plugin.ts', 'src/plugin.fake.ts', 'src/network.ts', 'test/plugin.test.ts', 'README.md']) {
      assert.not.match(
        readFileSync(join(folder, file), 'utf8'),
        /__\w+__|#(if|end)/,
        'nothing is left to be filled in',
      );
    }
  });
}

test('what it cannot do :: is told in a line, with exit code 2', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'create-slipway/index.js'), ...args], { cwd: work, encoding: 'utf8' });
  for (const [args, message] of [
    [['--login', 'telepathy', '--yes'], /^create-slipway: --login: telepathy is not one of password, code, qr$/],
    [['--colour', 'red'], /^create-slipway: Unknown option '--colour'/],
    [['.', '--yes'], /^create-slipway: .* is not empty$/],
  ] as const) {
    const { status, stderr } = run(...args);
    assert.is(status, 2, stderr);
    assert.match(stderr.trim(), message);
  }
  assert.is(run('--help').status, 0);
});

test.run();
