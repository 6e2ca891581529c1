/**
 * Candidates in processes of their own, so that none warms up, fills the heap or confuses the compiler for another. What
 * is measured is the processor time of the whole process, the work of its garbage collector included.
 */

import { fork } from 'node:child_process';
import { join } from 'node:path';

const WORKER = join(import.meta.dirname, 'worker.mjs');

/**
 * @param id of the benchmark, and `names` of its candidates: see worker.mjs.
 * @returns by name: functions that run a candidate once and resolve with the milliseconds it took. And what all of them
 *   have found, which must be the same.
 */
export async function startAll(id, names, scale) {
  const children = [];
  const close = () => {
    for (const child of children) child.disconnect();
  };
  try {
    const found = {};
    const runs = {};
    for (const name of names) {
      const child = fork(WORKER, [id, name, String(scale)], { execArgv: ['--expose-gc'] });
      children.push(child);
      agree(found, name, await answer(child, name));
      runs[name] = () => {
        child.send('run');
        return answer(child, name);
      };
    }
    return { runs, found: Object.fromEntries(Object.entries(found).map(([fact, { value }]) => [fact, value])), close };
  } catch (error) {
    close();
    throw error;
  }
}

function answer(child, name) {
  return new Promise((resolve, reject) => {
    const onExit = (code) => reject(new Error(`the process of ${name} has ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

/** Facts of one name are compared; not every candidate has each. */
function agree(found, name, facts) {
  for (const [fact, value] of Object.entries(facts)) {
    found[fact] ??= { value, name };
    const first = found[fact];
    if (first.value !== value) throw new Error(`${fact}: ${name} has ${value}, but ${first.name} has ${first.value}`);
  }
}
