/** One candidate of a benchmark in a process of its own: `worker.mjs BENCHMARK CANDIDATE SCALE`. See processes.mjs. */

const [id, name, scale] = process.argv.slice(2);
const module = id.startsWith('build-') ? './building.mjs' : id === 'round-trip' ? './round-trip.mjs' : './parsing.mjs';
const { prepareCandidate } = await import(module);
const { facts, run, warmUp = () => globalThis.gc() } = await prepareCandidate(id, name, Number(scale));

process.on('message', () => {
  warmUp();
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  process.send((user + system) / 1000);
});
process.send(facts);
