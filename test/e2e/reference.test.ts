/** `npm run docs`: the API reference is made, and no export is without a sentence. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';
import { ROOT } from './support/gateway-process.ts';

const test = suite('API reference', { timeout: 300_000 });

test('npm run docs :: every export is documented', () => {
  const out = join(ROOT, '.slipway/api');
  rmSync(out, { recursive: true, force: true });
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'docs', '--silent'], { cwd: ROOT, encoding: 'utf8' });
  assert.is(status, 0, stdout + stderr);
  const [, exports, modules, missing] =
    /(\d+) exports of (\d+) modules, (\d+) not documented/.exec(stdout + stderr) ?? [];
  assert.is(missing, '0');
  assert.ok(Number(exports) > 900 && Number(modules) > 75, stdout);
  assert.ok(existsSync(join(out, 'index.html')));
  assert.match(readFileSync(join(out, 'classes/gateway.BaseSession.html'), 'utf8'), /sendText/);
});

test.run();
