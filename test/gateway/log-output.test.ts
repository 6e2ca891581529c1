/** The log must not be what a gateway ends by: a disk that is full, a reader that does not read, or has gone. */

import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { resolve } from 'node:path';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { suite } from '../support/test.ts';

const test = suite('log output');

const LOG = resolve(import.meta.dirname, '../../src/gateway/log.ts');

/** A process that writes many lines to its log, says so, writes one more when it is told to, and ends. */
const PROGRAM = `
import { createLog } from ${JSON.stringify(LOG)};
const log = createLog('info');
for (let i = 0; i < 200; i++) {
  for (let j = 0; j < 100; j++) log.info({ i, j, text: 'x'.repeat(1000) }, 'line');
  await new Promise((resolve) => setImmediate(resolve));
}
console.error('written');
await new Promise((resolve) => process.stdin.once('data', resolve));
log.info({}, 'last but one');
await new Promise((resolve) => process.stdin.once('end', resolve).resume());
log.info({}, 'last');
process.exit(0);
`;

function start(stdout: number | 'pipe'): ChildProcess {
  const args = ['--import', 'tsx', '--conditions=slipway-source', '--input-type=module', '--eval', PROGRAM];
  return spawn(process.execPath, args, { stdio: ['pipe', stdout, 'pipe'] });
}

function heard(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve) => {
    let said = '';
    child.stderr?.on('data', (data) => {
      said += data;
      if (said.includes(text)) resolve();
    });
  });
}

const exited = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('close', resolve));

test('a full disk :: costs lines, nothing else', async () => {
  const child = start(openSync('/dev/full', 'w'));
  const code = exited(child);
  await heard(child, 'written');
  child.stdin?.end('go on');
  assert.is(await code, 0);
});

test('a reader that does not read :: is not waited for, and gets to know how many lines it has missed', async () => {
  const child = start('pipe');
  const code = exited(child);
  await heard(child, 'written');
  let output = '';
  child.stdout?.on('data', (data) => (output += data));
  await eventually(() => assert.match(output, 'lines of the log are lost'));
  child.stdin?.write('go on');
  await eventually(() => assert.match(output, 'last but one'));
  child.stdin?.end();
  assert.is(await code, 0);
  const lines = output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const lost = lines.find(({ msg }) => msg === 'lines of the log are lost')?.lines;
  assert.ok(lost > 1000, `${lost}`);
  assert.is(lines.filter(({ msg }) => msg === 'line').length + lost, 20_000);
  assert.is(lines.at(-1)?.msg, 'last');
});

test('a reader that has gone :: costs lines, nothing else', async () => {
  const child = start('pipe');
  const code = exited(child);
  child.stdout?.destroy();
  await heard(child, 'written');
  child.stdin?.end('go on');
  assert.is(await code, 0);
});

test.run();
