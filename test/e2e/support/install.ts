/** Programs that end-to-end tests need, from Debian's packages where we may install them. */

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skip } from '../../support/test.ts';

const POLICY = '/usr/sbin/policy-rc.d';
/** Tells the test files after us that the lists of packages are new: each has a process of its own. */
const UPDATED = join(tmpdir(), 'slipway-apt-updated');
const HOUR = 60 * 60_000;

/**
 * Makes sure that `isThere`, by installing Debian packages when it is not. Skips the test where that cannot be done.
 * Installed services are not started: tests run them on ports of their own.
 */
export function need(isThere: () => boolean, ...packages: readonly string[]): void {
  if (isThere()) return;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync('/usr/bin/apt-get')) skip(`please install ${packages.join(', ')}`);
  const hasPolicy = existsSync(POLICY);
  if (!hasPolicy) {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
    chmodSync(POLICY, 0o755);
  }
  try {
    if (Date.now() - (statSync(UPDATED, { throwIfNoEntry: false })?.mtimeMs ?? 0) > HOUR) {
      apt('update');
      writeFileSync(UPDATED, '');
    }
    apt('install', '-y', '--no-install-recommends', ...packages);
  } catch (error) {
    skip(`could not install ${packages.join(', ')}: ${(error as Error).message}`);
  } finally {
    if (!hasPolicy) rmSync(POLICY);
  }
  if (!isThere()) skip(`${packages.join(', ')} did not bring what is needed`);
}

export function hasCommand(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

export function hasPythonModule(name: string): boolean {
  return spawnSync('/usr/bin/python3', ['-c', `import ${name}`]).status === 0;
}

function apt(...args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
}
