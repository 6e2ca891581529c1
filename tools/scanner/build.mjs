/**
 * Compiles scanner.ts to src/stanza/xml/scanner-module.ts, which holds the WebAssembly module as text.
 * With `--check` it only says whether that file is what the source gives.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import asc from 'assemblyscript/asc';

const ROOT = resolve(import.meta.dirname, '../..');
const SOURCE = join(import.meta.dirname, 'scanner.ts');
const TARGET = join(ROOT, 'src/stanza/xml/scanner-module.ts');

const outputs = new Map();
const { error, stderr } = await asc.main(
  [
    relative(ROOT, SOURCE),
    ...['--outFile', 'scanner.wasm', '--baseDir', ROOT],
    ...['--runtime', 'stub', '--importMemory', '--enable', 'simd', '--noAssert', '--disable', 'mutable-globals'],
    ...['-O3', '--shrinkLevel', '0', '--converge'],
    ...['--use', 'abort='],
  ],
  { writeFile: (name, contents) => outputs.set(name, contents) },
);
if (error) {
  console.error(stderr.toString());
  process.exit(1);
}

const text = `/** The scanner as a WebAssembly module: made from tools/scanner/scanner.ts by tools/scanner/build.mjs. */

export const SCANNER_MODULE =
  '${Buffer.from(outputs.get('scanner.wasm')).toString('base64')}';
`;
if (!process.argv.includes('--check')) writeFileSync(TARGET, text);
else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error(`${relative(ROOT, TARGET)} is not what ${relative(ROOT, SOURCE)} gives: run tools/scanner/build.mjs`);
  process.exit(1);
}
