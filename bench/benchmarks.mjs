/** All benchmarks in order, and their tables. */

import { BUILDING } from './building.mjs';
import { measureColdStart } from './cold-start.mjs';
import { measureLinear } from './linear.mjs';
import { interleaved, ratios } from './measure.mjs';
import { measureMemory } from './memory.mjs';
import { prepareNative } from './native.mjs';
import { PARSING, streamOf } from './parsing.mjs';
import { startAll } from './processes.mjs';
import { ROUND_TRIP } from './round-trip.mjs';

export async function runBenchmarks({ only, rounds, scale }) {
  const isWanted = ({ id }) => only === undefined || only.includes(id);
  const results = [];
  for (const benchmark of PARSING.filter(isWanted)) results.push(await parsing(benchmark, rounds, scale));
  for (const benchmark of [...BUILDING, ...ROUND_TRIP].filter(isWanted)) {
    results.push(await writing(benchmark, rounds, scale));
  }
  if (isWanted({ id: 'memory' })) results.push(memory());
  if (isWanted({ id: 'linear' })) results.push(linear(rounds));
  if (isWanted({ id: 'cold-start' })) results.push(coldStart(rounds));
  return results;
}

async function parsing(benchmark, rounds, scale) {
  const { id, title, rivals } = benchmark;
  const { chunks, count } = streamOf(benchmark, scale);
  const names = rivals.map(({ name }) => name);
  const { runs, found: hashes, close } = await startAll(id, names, scale);
  const native = benchmark.native ? prepareNative(chunks) : undefined;
  const times = await interleaved({ ...runs, ...native?.runs }, rounds);
  native?.remove();
  close();
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const notes = Object.fromEntries(rivals.filter(({ note }) => note).map(({ name, note }) => [name, note]));
  const found = { stanzas: count, bytes, hashes };
  const result = { id, title, base: 'saxes', rounds, found, notes, candidates: ratios(times, 'saxes') };
  print(result, (ms) => `${(bytes / ms / 1000).toFixed(0).padStart(5)} MB/s`);
  for (const line of native?.skipped ?? []) console.log(`  skipped: ${line}`);
  return result;
}

async function writing({ id, title, names, base, count }, rounds, scale) {
  const { runs, found, close } = await startAll(id, names, scale);
  const times = await interleaved(runs, rounds);
  close();
  const result = { id, title, base, rounds, found, notes: {}, candidates: ratios(times, base) };
  print(result, (ms) => `${((count * scale) / ms).toFixed(0).padStart(6)} stanzas/ms`);
  return result;
}

function memory() {
  const candidates = measureMemory();
  console.log('\nmemory of a kept stanza, in bytes');
  for (const [name, { bytesOfXml, all, oneInThousand }] of Object.entries(candidates)) {
    const each = `chat message (${bytesOfXml} bytes of XML) ${String(all).padStart(6)}`;
    console.log(`  ${name.padEnd(22)}${each}    one in 1,000 of the chat mix ${String(oneInThousand).padStart(6)}`);
  }
  return { id: 'memory', title: 'bytes of heap for each kept stanza', candidates };
}

function linear(rounds) {
  console.log(
    '\ntime for four times the input, for inputs that are meant to be slow: 4 is linear, 16 would be quadratic',
  );
  const factors = measureLinear(rounds, (name, { whole, 'byte by byte': bytes }) => {
    console.log(
      `  ${name.padEnd(48)} whole ${whole.toFixed(1).padStart(5)}    byte by byte ${bytes.toFixed(1).padStart(5)}`,
    );
  });
  return { id: 'linear', title: 'times as long for four times the input', factors };
}

function coldStart(rounds) {
  const { empty, cpu, wall } = measureColdStart(3 * rounds);
  const ms = (time) => `${time.toFixed(1)} ms`;
  console.log(`\ncold start: import of slipway/stanza takes ${ms(cpu)} of processor time more than an empty script`);
  console.log(`  (${ms(wall)} by the clock; the empty script takes ${ms(empty)} of processor time)`);
  return { id: 'cold-start', title: 'milliseconds more to import slipway/stanza', empty, cpu, wall };
}

/** A table, the fastest first. */
function print({ title, base, rounds, found, notes, candidates }, speed) {
  console.log(`\n${title}\n  ${JSON.stringify(found)}, ${rounds} rounds, × ${base}: median (lowest–highest)`);
  for (const [name, { ratio, low, high, ms }] of Object.entries(candidates).sort(([, a], [, b]) => b.ratio - a.ratio)) {
    const spread = `(${low.toFixed(2)}–${high.toFixed(2)})`;
    console.log(
      `  ${name.padEnd(30)}${ratio.toFixed(2).padStart(7)} × ${spread.padEnd(15)}${speed(ms)}  ${notes[name] ?? ''}`,
    );
  }
}
