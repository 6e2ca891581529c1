/** One candidate of a benchmark in a process of its own: `worker.mjs BENCHMARK CANDIDATE SCALE`. See processes.mjs. */

const [id, name, scale] = process.argv.slice(2);
const { prepareCandidate } = await import(id.startsWith('build-') ? './building.mjs' : './round-trip.mjs');
const { facts, run } = await prepareCandidate(id, name, Number(scale));

process.on('message', () => {
  globalThis.gc();
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  process.send((user + system) / 1000);
});
process.send(facts);
