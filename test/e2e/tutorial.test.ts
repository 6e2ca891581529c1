/** docs/tutorial.md, followed literally in an empty folder. */

import { exec, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';
import { ROOT } from './support/gateway-process.ts';
import { Registry } from './support/registry.ts';

const test = suite('tutorial', { timeout: 300_000 });

interface Block {
  readonly language: string;
  readonly info: string;
  readonly code: string;
}

const BLOCKS: readonly Block[] = [
  ...readFileSync(join(ROOT, 'docs/tutorial.md'), 'utf8').matchAll(/^```(\w+)(.*)\n([\s\S]*?)^```$/gm),
].map(([, language = '', info = '', code = '']) => ({ language, info, code }));

test('the minimal plugin :: has 60 lines at most', () => {
  const [first] = BLOCKS.filter(({ info }) => info.includes('file=plugin.ts'));
  const lines = first?.code.trim().split('\n').length ?? 0;
  assert.ok(lines > 20 && lines <= 60, `${lines} lines`);
});

test('every block :: does what the page says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-tutorial-'));
  const packed = mkdtempSync(join(tmpdir(), 'slipway-packed-'));
  const registry = await Registry.open(packed, ROOT);
  try {
    for (const { language, info, code } of BLOCKS) {
      const file = /\bfile=(\S+)/.exec(info)?.[1];
      const until = /\buntil="([^"]+)"/.exec(info)?.[1];
      if (file !== undefined) writeFileSync(join(folder, file), code);
      else if (language !== 'sh') assert.unreachable(`what is to be done with this?\n${code}`);
      else if (until !== undefined) await runs(folder, code, until, registry.env);
      else await succeeds(folder, code, registry.env);
    }
  } finally {
    await registry.close();
    for (const each of [folder, packed]) rmSync(each, { recursive: true, force: true });
  }
});

function succeeds(cwd: string, code: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    exec(`set -e\n${code}`, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`${code}\n${stdout}\n${stderr}`));
    });
  });
}

/** Something that does not end by itself: it is ended when it has printed what the page says. */
async function runs(cwd: string, code: string, until: string, env: NodeJS.ProcessEnv): Promise<void> {
  // exec: so that the signal goes to the program and not to the shell.
  const child = spawn('sh', ['-c', `exec ${code}`], { cwd, env, detached: true });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const look = (data: Buffer) => {
      output += data;
      if (output.includes(until)) resolve();
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('close', () => reject(new Error(`it ended:\n${output}`)));
  });
  assert.match(output, /The gateway runs/);
  assert.not.match(output, /could not be registered/);
  const ended = new Promise((resolve) => child.once('close', resolve));
  process.kill(-(child.pid as number), 'SIGTERM');
  await ended;
}

test.run();
