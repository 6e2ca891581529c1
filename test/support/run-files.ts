/** Runs the test files named on the command line in this process, and reports the counts to the parent. */

import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';

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

let passed = 0;
let failed = 0;
for (const [index, file] of process.argv.slice(2).entries()) {
  const name = relative(process.cwd(), file);
  const group: Group = [name];
  globalThis.UVU_INDEX = index;
  globalThis.UVU_QUEUE[index] = group;
  process.stdout.write(`${name} `);
  const before = passed;
  try {
    await import(pathToFileURL(file).href);
    for (const run of group.slice(1) as Exclude<Group[number], string>[]) {
      const [errors, ran, , total] = await run();
      passed += ran;
      failed += total - ran;
      if (errors !== true) process.stdout.write(errors);
    }
    if (group.length === 1 || passed + failed === 0) throw new Error('no test ran: is test.run() missing?');
    if (passed === before && failed === 0) throw new Error('the file has no tests');
  } catch (error) {
    failed++;
    process.stdout.write(`\n  FAIL  ${name}: ${error instanceof Error ? error.stack : error}\n`);
  }
}

process.send?.({ passed, failed, skipped });
// Whatever a test left open must not keep the run alive; the tests themselves are all over.
process.exit(failed === 0 ? 0 : 1);
