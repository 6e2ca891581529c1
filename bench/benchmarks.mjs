/** All benchmarks in order, and their tables. */

import { interleaved, ratios } from './measure.mjs';
import { prepareNative } from './native.mjs';
import { PARSING, prepare } from './parsing.mjs';

export async function runBenchmarks({ only, rounds, scale }) {
  const results = [];
  for (const benchmark of PARSING) {
    if (only !== undefined && !only.includes(benchmark.id)) continue;
    results.push(await parsing(benchmark, rounds, scale));
  }
  return results;
}

async function parsing(benchmark, rounds, scale) {
  const { runs, notes, facts, chunks, stanzas } = prepare(benchmark, scale);
  const native = benchmark.native ? prepareNative(chunks) : undefined;
  const times = await interleaved({ ...runs, ...native?.runs }, rounds);
  native?.remove();
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const { id, title } = benchmark;
  const found = { stanzas: stanzas.length, bytes, hashes: facts };
  const result = { id, title, base: 'saxes', rounds, found, notes, candidates: ratios(times, 'saxes') };
  print(result, (ms) => `${(bytes / ms / 1000).toFixed(0).padStart(5)} MB/s`);
  for (const line of native?.skipped ?? []) console.log(`  skipped: ${line}`);
  return result;
}

/** A table, the fastest first. */
export function print({ title, base, rounds, found, notes, candidates }, speed) {
  console.log(`\n${title}\n  ${JSON.stringify(found)}, ${rounds} rounds, × ${base}: median (lowest–highest)`);
  for (const [name, { ratio, low, high, ms }] of Object.entries(candidates).sort(([, a], [, b]) => b.ratio - a.ratio)) {
    const spread = `(${low.toFixed(2)}–${high.toFixed(2)})`;
    console.log(
      `  ${name.padEnd(20)}${ratio.toFixed(2).padStart(7)} × ${spread.padEnd(15)}${speed(ms)}  ${notes[name] ?? ''}`,
    );
  }
}
