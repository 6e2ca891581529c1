/** Runs test files in this process, as the parent names them, and tells it the counts of each. */

import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { END_OF_OUTPUT, type Outcome } from './run-queue.ts';

type Group = [
  name: string,
  ...runs: (() => Promise<[errors: string | true, passed: number, skipped: number, total: number]>)[],
];

declare global {
  var UVU_DEFER: number;
  var UVU_INDEX: number;
  var UVU_QUEUE: Group[];
}

// Before uvu is loaded, by whomever: it would run everything by itself too.
globalThis.UVU_DEFER = 1;
const { skipped } = await import('./test.ts');

async function run(file: string): Promise<Outcome> {
  const name = relative(process.cwd(), file);
  const group: Group = [name];
  const outcome: Outcome = { passed: 0, failed: 0, skipped: [] };
  globalThis.UVU_INDEX = globalThis.UVU_QUEUE.push(group) - 1;
  process.stdout.write(`${name} `);
  try {
    await import(pathToFileURL(file).href);
    for (const test of group.slice(1) as Exclude<Group[number], string>[]) {
      const [errors, passed, , total] = await test();
      outcome.passed += passed;
      outcome.failed += total - passed;
      if (errors !== true) process.stdout.write(errors);
    }
    if (group.length === 1) throw new Error('no test ran: is test.run() missing?');
    if (outcome.passed + outcome.failed === 0) throw new Error('the file has no tests');
  } catch (error) {
    outcome.failed++;
    process.stdout.write(`\n  FAIL  ${name}: ${error instanceof Error ? error.stack : error}\n`);
  }
  outcome.skipped = skipped.splice(0);
  return outcome;
}

process.on('message', async ({ file }: { file?: string }) => {
  // What tests left open must not keep the process alive: they are all over.
  if (file === undefined) process.exit();
  // A file that waits for what can no longer happen must end the process, not hold it for ever.
  process.channel?.unref();
  const outcome = await run(file);
  process.channel?.ref();
  process.stdout.write(END_OF_OUTPUT);
  process.send?.(outcome);
});
// The parent has gone.
process.once('disconnect', () => process.exit(1));
