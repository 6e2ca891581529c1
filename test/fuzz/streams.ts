/**
 * Hostile servers for the streams of components and clients, at any length:
 * `node --import tsx --conditions=slipway-source test/fuzz/streams.ts 200000 7`; a third argument says how many at a
 * time, a fourth which is the first, to play one again.
 * `npm run check` runs some hundred of them, see test/stanza/stream/hostile.test.ts.
 */

import { fuzzStreams } from '../support/stream-fuzz.ts';

const [count = '20000', seed = '1', parallel = '50', first = '0'] = process.argv.slice(2);
const started = performance.now();
const { problems, ...counts } = await fuzzStreams(Number(count), Number(seed), {
  parallel: Number(parallel),
  first: Number(first),
  onProgress: (report) => console.error(`${report.sequences} sequences, ${report.problems.length} problems`),
});
for (const problem of problems) console.log(problem);
const seconds = Math.round((performance.now() - started) / 1000);
const rss = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ seed: Number(seed), seconds, ...counts, maxRss: rss, problems: problems.length }));
process.exit(problems.length === 0 ? 0 : 1);
