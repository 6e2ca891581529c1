/**
 * `npm run bench -- gateway`: what a gateway costs, measured as users run it.
 *
 *     npm run bench -- gateway [--only=text-in,login] [--quick] [--rounds=3] [--json=FILE] [--plot=FILE.svg]
 *                              [--prosody] [--cpu-prof=FOLDER]
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../measure.mjs';
import { latency, MEASURES } from './measures.mjs';
import { plotScaling } from './plot.mjs';
import { World } from './world.mjs';

/** The size at which the table compares: the second of three. */
const USUAL = 1;

export async function runGatewayBenchmarks({ only, quick, rounds, json, plot, machine, profileTo, prosody }) {
  World.isReal = prosody;
  const results = [];
  for (const measure of MEASURES.filter(
    ({ id, onProsody }) => (only === undefined || only.includes(id)) && (onProsody || !prosody),
  )) {
    const sizes = measure.sizes ?? [1];
    const points = [];
    for (const size of quick ? [Number(process.env.BENCH_SIZE ?? sizes[Math.min(USUAL, sizes.length - 1)])] : sizes) {
      // The largest takes long, and says the least that is new.
      const times = size === sizes[USUAL + 1] ? 1 : rounds;
      const runs = [];
      for (let round = 0; round < times; round++) {
        runs.push(await measure.run(size, { profiled: profiling(profileTo, `${measure.id}-${size}`) }));
      }
      points.push({ size, ...mediansOf(runs), runs });
    }
    const usual = points[Math.min(USUAL, points.length - 1)];
    const { id, title, unit, slidge, goal } = measure;
    const growth = points.length > 1 ? points.at(-1).value / points[0].value : undefined;
    results.push({ id, title, unit, slidge, goal, value: usual.value, growth, points });
    console.log(line(results.at(-1)));
  }
  const delays = prosody ? undefined : await latencyOf(only, quick);
  if (json !== undefined)
    writeFileSync(json, `${JSON.stringify({ machine, results, latency: delays }, undefined, 2)}\n`);
  if (plot !== undefined) writeFileSync(plot, plotScaling(results, machine));
}

async function latencyOf(only, quick) {
  if (only !== undefined && !only.includes('latency')) return undefined;
  const delays = await latency(quick ? 3 : 10);
  for (const [name, what] of Object.entries({ in: 'socket in → plugin', out: 'plugin → socket out' })) {
    const { p50, p99, lag, perSecond } = delays[name];
    console.log(
      `${what} at ${Math.round(perSecond)} messages/s, half the most: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms; ` +
        `event loop (with its 1 ms timer) p50 ${lag.p50.toFixed(2)} ms, p99 ${lag.p99.toFixed(2)} ms, max ${lag.max.toFixed(2)} ms`,
    );
  }
  return delays;
}

function mediansOf(runs) {
  return Object.fromEntries(Object.keys(runs[0]).map((name) => [name, median(runs.map((run) => run[name]))]));
}

function line({ title, unit, value, goal, slidge, growth, points }) {
  const compared =
    goal === undefined
      ? ''
      : ` | goal ${goal} ${value <= goal ? 'reached' : 'MISSED'} | slidge ${slidge} (× ${(slidge / value).toFixed(0)})`;
  const sizes =
    growth === undefined ? '' : ` | ${points.map((each) => `${each.size}: ${short(each.value)}`).join(', ')}`;
  const { perSecond, total, cold, cpu, heap } = points[Math.min(USUAL, points.length - 1)];
  const more = [
    perSecond !== undefined && `${Math.round(perSecond)}/s`,
    total !== undefined && `${short(total)} ms together`,
    cpu !== undefined && `${short(cpu)} ms CPU`,
    cold !== undefined && `${short(cold)} ms the first time in a process`,
    heap !== undefined && `${short(heap)} KiB of it live heap`,
  ].filter(Boolean);
  return `${title}: ${short(value)} ${unit}${compared}${sizes}${more.length > 0 ? ` | ${more.join(', ')}` : ''}`;
}

function short(number) {
  return number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2);
}

/** Runs the measured part of a benchmark under the profiler, when that is wanted. */
function profiling(folder, name) {
  return async (world, work) => {
    if (folder === undefined) return work();
    mkdirSync(folder, { recursive: true });
    await world.gateway.call('startProfile');
    const result = await work();
    writeFileSync(join(folder, `${name}.cpuprofile`), JSON.stringify(await world.gateway.call('stopProfile')));
    return result;
  };
}
