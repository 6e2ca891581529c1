// Installs the npm dependencies when they are missing or older than the lock file. Node's own modules only.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '..', process.argv[2] ?? '.');
const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
const stamp = join(folder, 'node_modules', '.slipway-lock');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.log(`Installing npm dependencies in ${folder} …`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) {
    console.error(`npm ci failed in ${folder}`);
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}
