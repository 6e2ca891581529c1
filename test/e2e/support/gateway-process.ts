/** The command `slipway` in a process of its own, as an operator runs it. */

import { join, resolve } from 'node:path';
import { Program } from './process.ts';

export const ROOT = resolve(import.meta.dirname, '../../..');
export const HARBOUR = join(ROOT, 'examples/harbour/harbour.ts');

/** Starts it with these flags, from the sources. */
export function slipway(flags: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const node = ['--import', 'tsx', '--conditions=slipway-source', join(ROOT, 'src/gateway/bin.ts')];
  // What is set for the tests is not meant for the command, which would take it for its options.
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('SLIPWAY_'));
  return new Program(process.execPath, [...node, ...flags], {
    cwd: ROOT,
    env: { ...Object.fromEntries(others), ...env },
  });
}
