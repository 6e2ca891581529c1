/** Random numbers that are the same each time, by a seed: mulberry32. */

/** Whole numbers from 0 to below 2 ** 32. */
export function randomBits(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Numbers from 0 to before 1. */
export function randomNumbers(seed: number): () => number {
  const next = randomBits(seed);
  return () => next() / 4294967296;
}
