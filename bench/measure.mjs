/** Timing: candidates take turns in one process, so that what disturbs the machine disturbs all of them. */

/**
 * @param runs by name: a function that does the work once and returns the milliseconds it took.
 * @returns by name: the milliseconds of each round.
 */
export async function interleaved(runs, rounds, warmups = 2) {
  const names = Object.keys(runs);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmups; round < rounds; round++) {
    // Each round begins with another one: nobody always follows the same neighbour.
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round + names.length * warmups) % names.length];
      globalThis.gc?.();
      const ms = await runs[name]();
      if (round >= 0) times[name].push(ms);
    }
  }
  return times;
}

/** The time that `work` takes, in milliseconds. */
export function timed(work) {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

export function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How many times as fast as `base` in the same round: the median, and the lowest and the highest. */
export function ratios(times, base) {
  return Object.fromEntries(
    Object.entries(times).map(([name, list]) => {
      const each = list.map((ms, round) => times[base][round] / ms);
      return [name, { ratio: median(each), low: Math.min(...each), high: Math.max(...each), ms: median(list) }];
    }),
  );
}
