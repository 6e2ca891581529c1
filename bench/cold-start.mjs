/** How much longer a script takes that imports `slipway/stanza`: whole processes, by their processor time and by the clock. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median } from './measure.mjs';

const ENTRY = pathToFileURL(join(resolve(import.meta.dirname, '..'), 'dist/stanza/index.js')).href;
/** What a process has used since it began. Both scripts say so; that costs them the same. */
const REPORT = 'const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);';

/** @returns the medians, in milliseconds: of the empty script, and of what the import adds to it. */
export function measureColdStart(rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
  const empty = join(folder, 'empty.mjs');
  const stanza = join(folder, 'stanza.mjs');
  writeFileSync(empty, REPORT);
  writeFileSync(stanza, `import ${JSON.stringify(ENTRY)}; ${REPORT}`);
  const runs = Array.from({ length: rounds + 1 }, () => ({ empty: start(empty), stanza: start(stanza) }));
  rmSync(folder, { recursive: true, force: true });
  // The first has read the files from the disk.
  const counted = runs.slice(1);
  const more = (kind) => median(counted.map((run) => run.stanza[kind] - run.empty[kind]));
  return { empty: median(counted.map((run) => run.empty.cpu)), cpu: more('cpu'), wall: more('wall') };
}

function start(file) {
  const from = process.hrtime.bigint();
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return { wall: Number(process.hrtime.bigint() - from) / 1e6, cpu: Number(stdout) };
}
