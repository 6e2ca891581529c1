/** How much longer a script takes that imports `slipway/stanza`: medians of whole processes. */

import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, timed } from './measure.mjs';

const ENTRY = pathToFileURL(join(resolve(import.meta.dirname, '..'), 'dist/stanza/index.js')).href;

export function measureColdStart(rounds) {
  const start = (code) => timed(() => spawnSync(process.execPath, ['--input-type=module', '-e', code]));
  const empty = [];
  const stanza = [];
  for (let i = 0; i < rounds; i++) {
    empty.push(start(''));
    stanza.push(start(`import ${JSON.stringify(ENTRY)};`));
  }
  return { empty: median(empty), stanza: median(stanza), more: median(stanza.map((ms, i) => ms - empty[i])) };
}
