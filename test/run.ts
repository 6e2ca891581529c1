/**
 * All that must hold: `check` runs types, lint, unit and scenario tests; `all` the end-to-end tests too.
 * Further arguments narrow the test files to those whose path contains one of them.
 */

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { type Outcome, runQueue } from './support/run-queue.ts';

const root = resolve(import.meta.dirname, '..');
const [mode = 'check', ...filters] = process.argv.slice(2);
const started = Date.now();
const total: Outcome = { passed: 0, failed: 0, skipped: [] };

function add({ passed, failed, skipped }: Outcome): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped.push(...skipped);
}

/** A command whose success counts as one test. */
function command(name: string, file: string, ...args: string[]): Promise<void> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(root, file), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('close', (code) => {
      console.log(`${name}: ${code === 0 ? 'ok' : 'FAILED'}`);
      if (code !== 0) console.log(output);
      add({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] });
      done();
    });
  });
}

/** The test files of a folder below `test`. */
function files(folder: string): string[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && file.split(sep)[0] === folder)
    .map((file) => join('test', file))
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
    .sort()
    .map((file) => join(root, file));
}

const print = (text: string) => process.stdout.write(text);
// What takes long comes early, so that no process has to wait for the other at the end. And what counts all objects of
// its process comes first, into a new one.
const queue = ['memory', 'repo', 'gateway', 'scenario', 'examples', 'stanza', 'xep'].flatMap(files);

// Two at a time: machines for continuous integration often have two cores.
await Promise.all([
  runQueue(queue, { print, onOutcome: add }),
  (async () => {
    if (filters.length === 0) {
      const known = ['--incremental', '--tsBuildInfoFile', 'node_modules/.cache/slipway/types.tsbuildinfo'];
      await command('types', 'node_modules/typescript/bin/tsc', '-p', '.', ...known);
      await command('lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.');
    }
    await runQueue(queue, { print, onOutcome: add });
  })(),
]);
// One at a time, each in a process of its own: they start servers and browsers, and wait for them, which on a machine that
// is busy takes minutes.
if (mode === 'all') await runQueue(files('e2e'), { filesEach: 1, timeout: 300_000, print, onOutcome: add });

for (const each of total.skipped) console.log(`skipped: ${each}`);
console.log(`${Math.round((Date.now() - started) / 1000)} s`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
