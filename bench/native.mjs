/** Rivals outside Node, where this machine has them: C expat, and Python's expat and ElementTree. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HERE = join(import.meta.dirname, 'native');
const CHUNK = '40960';

/** Writes the stream to a file and compiles what needs to be compiled. `skipped` says what is missing here. */
export function prepareNative(chunks) {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
  const file = join(folder, 'stream.xml');
  writeFileSync(file, Buffer.concat(chunks));
  const binary = join(folder, 'expat');
  const skipped = [];
  const runs = {};
  const cc = spawnSync('cc', ['-O2', '-o', binary, join(HERE, 'expat.c'), '-lexpat'], { encoding: 'utf8' });
  if (cc.status === 0) {
    runs['C expat, tree'] = () => once(binary, [file, CHUNK, 'tree', '1']);
    runs['C expat, no tree'] = () => once(binary, [file, CHUNK, 'events', '1']);
  } else skipped.push('C expat: needs cc and the headers of expat');
  const python = spawnSync('python3', ['-c', 'import xml.parsers.expat']);
  if (python.status === 0) {
    const script = join(HERE, 'stream.py');
    runs['Python ElementTree'] = () => once('python3', [script, file, CHUNK, 'etree', '1']);
    runs['Python expat'] = () => once('python3', [script, file, CHUNK, 'expat', '1']);
  } else skipped.push('Python expat and ElementTree: need python3');
  const counts = new Set(Object.values(runs).map((run) => run().split(' ').slice(1).join(' ').trim()));
  if (counts.size > 1) throw new Error(`the native parsers disagree: ${[...counts].join('; ')}`);
  const timed = Object.entries(runs).map(([name, run]) => [name, () => Number(run().split(' ')[0])]);
  return { runs: Object.fromEntries(timed), skipped, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a program that times itself. Returns its milliseconds and what it has counted: stanzas, elements, attributes. */
function once(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}
