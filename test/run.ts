/**
 * All that must hold: `check` runs types, lint, unit and scenario tests; `all` the end-to-end tests too.
 * Further arguments narrow the test files to those whose path contains one of them.
 */

import { fork, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';

interface Outcome {
  passed: number;
  failed: number;
  skipped: string[];
}

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

/** The test files of some folders below `test`, in a process of their own. */
function files(...folders: string[]): Promise<void> {
  const found = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && folders.includes(file.split(sep)[0] as string))
    .map((file) => join('test', file))
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
    .sort()
    .map((file) => join(root, file));
  if (found.length === 0) return Promise.resolve();
  return new Promise((done) => {
    const child = fork(join(root, 'test/support/run-files.ts'), found, {
      cwd: root,
      execArgv: ['--import', 'tsx', '--conditions=slipway-source'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let output = '';
    let outcome: Outcome | undefined;
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.on('message', (message) => {
      outcome = message as Outcome;
    });
    child.on('close', (code) => {
      process.stdout.write(output);
      if (outcome === undefined) console.log(`the tests ended early, with code ${code}`);
      add(outcome ?? { passed: 0, failed: 1, skipped: [] });
      done();
    });
  });
}

// Two at a time: machines for continuous integration often have two cores.
await Promise.all([
  (async () => {
    if (filters.length === 0) {
      await command('types', 'node_modules/typescript/bin/tsc', '-p', '.');
      await command('lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.');
    }
    await files('scenario');
  })(),
  (async () => {
    await files('stanza', 'xep');
    // Counts all objects of its process: the fewer there are, the sooner it is done.
    await files('memory');
    await files('gateway', 'examples', 'repo');
  })(),
]);
if (mode === 'all') await files('e2e');

for (const each of total.skipped) console.log(`skipped: ${each}`);
console.log(`${Math.round((Date.now() - started) / 1000)} s`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
