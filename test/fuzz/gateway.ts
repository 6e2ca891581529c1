/**
 * Hostile input for a whole gateway, at any length:
 * `node --import tsx --conditions=slipway-source test/fuzz/gateway.ts 1000000 7`.
 * `npm run check` runs some thousand stanzas of it, see test/scenario/hostile.test.ts.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assail } from '../support/hostile.ts';

/**
 * MiB that the heap may grow after the first tenth: pictures in messages that are kept 8, traces 4, what parsers have
 * learnt 5; and what 1,000 strangers and as many made-up contacts for each of three users are remembered with: open
 * commands and questions 4, contacts 2, a few sessions. See docs/security.md for what each of them takes.
 */
const MAX_GROWTH = 24;

const [count = '100000', seed = '1'] = process.argv.slice(2);
const homeDir = mkdtempSync(join(tmpdir(), 'slipway-fuzz-'));
const started = performance.now();
const { problems, heap, ...counts } = await assail({
  count: Number(count),
  seed: Number(seed),
  homeDir,
  onProgress: ({ stanzas, heap: sizes, problems: found }) =>
    console.error(`${stanzas} stanzas, heap ${sizes.at(-1)} MiB, ${found.length} problems`),
});
rmSync(homeDir, { recursive: true });
for (const problem of problems) console.log(problem);
const seconds = Math.round((performance.now() - started) / 1000);
const growth = (heap.at(-1) ?? 0) - (heap[Math.floor(heap.length / 10)] ?? 0);
if (growth > MAX_GROWTH) problems.push('the heap grows');
const rss = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(
  JSON.stringify({ seed: Number(seed), seconds, ...counts, heap, growth, maxRss: rss, problems: problems.length }),
);
process.exit(problems.length === 0 ? 0 : 1);
