/**
 * `npm run bench`: how fast Slipway is, beside others, on the same bytes.
 *
 *     npm run bench -- [--quick] [--only=walk-chat,route-chat] [--rounds=9] [--json[=FILE]] [--plot[=FILE.svg]]
 *     npm run bench -- gateway …    what a gateway costs: see gateway/run.mjs
 *     npm run bench -- capacity …   how much passes through one with a real server: see gateway/capacity.mjs
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = resolve(import.meta.dirname, '..');

/** What `--json` and `--plot` mean without a file. */
const DEFAULT_FILES = { '--json': '-', '--plot': join(ROOT, 'docs/bench.svg') };

const {
  values: options,
  positionals: [what],
} = parseArgs({
  args: process.argv
    .slice(2)
    .map((arg, i, args) =>
      arg in DEFAULT_FILES && !args[i + 1]?.match(/^[^-]/) ? `${arg}=${DEFAULT_FILES[arg]}` : arg,
    ),
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    json: { type: 'string' },
    plot: { type: 'string' },
    'cpu-prof': { type: 'string' },
    prosody: { type: 'boolean', default: false },
    server: { type: 'string', default: 'prosody' },
    database: { type: 'string', default: 'sqlite' },
    workers: { type: 'string', default: '1' },
    people: { type: 'string', default: '24' },
    messages: { type: 'string', default: '20000' },
  },
});

if (what !== undefined && !['gateway', 'capacity'].includes(what)) {
  throw new Error(`there is no benchmark ${what}: only gateway, capacity, or none of them`);
}
const isGateway = what !== undefined;

/** The rivals are installed here only, and Slipway is measured as it is published: compiled. */
for (const [script, ...args] of [...(isGateway ? [] : [['tools/setup.mjs', 'bench']]), ['tools/build.mjs']]) {
  const { status } = spawnSync(process.execPath, [join(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

const machine = {
  node: process.version,
  v8: process.versions.v8,
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  os: `${process.platform} ${process.arch}`,
  slipway: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
  ...(!isGateway && { rivals: rivalVersions() }),
};
console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.os}, Node ${machine.node}`);
if (what === 'capacity') {
  // The servers are those of the end-to-end tests.
  const { register } = await import('tsx/esm/api');
  register();
  const { runCapacityBenchmarks } = await import('./gateway/capacity.mjs');
  const { server, database, json } = options;
  const [people, messages, rounds] = [options.people, options.messages, options.rounds ?? 3].map(Number);
  const workers = options.workers.split(',').map(Number);
  await runCapacityBenchmarks({ server, database, workers, people, messages, rounds, json, machine });
  process.exit();
}
if (isGateway) {
  const { runGatewayBenchmarks } = await import('./gateway/run.mjs');
  const { quick, json, plot, prosody, 'cpu-prof': profileTo } = options;
  const rounds = Number(options.rounds ?? (quick ? 1 : 3));
  await runGatewayBenchmarks({
    only: options.only?.split(','),
    quick,
    rounds,
    json,
    plot,
    machine,
    profileTo,
    prosody,
  });
  process.exit();
}
console.log(
  Object.entries(machine.rivals)
    .map((each) => each.join(' '))
    .join(', '),
);

const { runBenchmarks } = await import('./benchmarks.mjs');
const results = await runBenchmarks({
  only: options.only?.split(','),
  rounds: Number(options.rounds ?? 9),
  scale: options.quick ? 0.1 : 1,
});

if (options.json !== undefined) {
  const json = `${JSON.stringify({ machine, results }, undefined, 2)}\n`;
  if (options.json === '-') process.stdout.write(json);
  else writeFileSync(options.json, json);
}
const drawn = results.filter(({ base }) => base !== undefined);
if (options.plot !== undefined && drawn.length > 0) {
  const { plot } = await import('./plot.mjs');
  writeFileSync(options.plot, plot(drawn, machine));
}

function rivalVersions() {
  const require = createRequire(import.meta.url);
  const { dependencies, optionalDependencies } = require('./package.json');
  return { ...dependencies, ...optionalDependencies };
}
