/** The tests that are run by the tests' own runner: what it says of them must be true. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { withFolder } from '../support/folder.ts';
import { type Outcome, runQueue } from '../support/run-queue.ts';
import { suite } from '../support/test.ts';

const test = suite('run queue', { timeout: 60_000 });
/** Where nothing may be skipped. */
const isStrict = process.env.CI === 'true';
const SUITE = pathToFileURL(join(import.meta.dirname, '../support/test.ts')).href;

/** Runs files with these tests, of which `suite` is at hand, and gives what each file came to, and what was printed. */
function outcomes(...files: readonly string[]): Promise<{ all: Outcome[]; output: string }> {
  return withFolder(async (folder) => {
    const queue = files.map((code, i) => {
      const file = join(folder, `${i}.mjs`);
      writeFileSync(file, `import { skip, suite } from '${SUITE}';\nconst test = suite('file ${i}');\n${code}`);
      return file;
    });
    const all: Outcome[] = [];
    let output = '';
    await runQueue(queue, { print: (text) => (output += text), onOutcome: (outcome) => all.push(outcome) });
    return { all, output };
  });
}

test('a file :: its tests are counted; none, and one that waits for ever, are failures', async () => {
  const { all, output } = await outcomes(
    "test('well', () => {}); test('ill', () => { throw new Error('that is ill'); }); test.run();",
    "test('not here', () => skip('no reason')); test.run();",
    "test.before(() => { throw new Error('no server'); }); test('behind it', () => {}); test.run();",
    'test.run();',
    "test('forgotten', () => {});",
    'await new Promise(() => {});',
    "test('after it', () => {}); test.run();",
  );
  assert.equal(
    all.map(({ passed, failed }) => [passed, failed]),
    [[1, 1], isStrict ? [0, 1] : [1, 0], [0, 1], [0, 1], [0, 1], [0, 1], [1, 0]],
  );
  assert.match(output, 'that is ill');
  assert.match(output, 'no server');
  assert.match(output, /5\.mjs: it ended its process with code 0\n/);
  if (!isStrict) assert.equal(all[1]?.skipped, ['not here: no reason']);
});

test('a crash :: costs the file that it happens in, and no other', async () => {
  const { all, output } = await outcomes(
    "test('before', () => {}); test.run();",
    "test('well', () => {}); test('crashes', () => new Promise(() => setTimeout(() => { throw new Error('crash'); }))); test.run();",
    "test('ends', () => process.kill(process.pid, 'SIGKILL')); test.run();",
    "test('after', () => {}); test.run();",
  );
  assert.equal(
    all.map(({ passed, failed }) => [passed, failed]),
    [
      [1, 0],
      [0, 1],
      [0, 1],
      [1, 0],
    ],
  );
  assert.match(output, /Error: crash[\s\S]*FAIL .*1\.mjs: it ended its process with code 1\n/);
  assert.match(output, /FAIL .*2\.mjs: it ended its process with SIGKILL/);
});

test.run();
