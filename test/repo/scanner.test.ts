import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';

const test = suite('scanner', { timeout: 120_000 });

test('WebAssembly :: the module that is checked in is what its source gives', () => {
  const build = join(resolve(import.meta.dirname, '../..'), 'tools/scanner/build.mjs');
  const { status, stderr } = spawnSync(process.execPath, [build, '--check'], { encoding: 'utf8' });
  assert.is(status, 0, stderr);
});

test.run();
