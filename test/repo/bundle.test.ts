/** What one XEP costs those who bundle it: its own code, that of the XEPs it builds on, and the codecs. */

import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';

const test = suite('bundles');
const ROOT = resolve(import.meta.dirname, '../..');

/** The size in bytes of a module with all it needs, minified, and the files that are in it. */
async function bundle(file: string): Promise<{ bytes: number; files: string[] }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [file],
    outdir: 'out',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
  });
  const output = Object.values(metafile.outputs)[0];
  const inputs = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { bytes: outputFiles[0]?.contents.length ?? 0, files: inputs.map(([name]) => name) };
}

test('one XEP :: less than 12 kB with all that reads and writes elements, and no other XEP', async () => {
  const { bytes, files } = await bundle('src/xep/0184-receipts.ts');
  assert.equal(
    files.filter((name) => name.startsWith('src/xep/')),
    ['src/xep/0184-receipts.ts'],
  );
  assert.ok(bytes > 1000 && bytes < 12_000, `${bytes} bytes`);
});

test('every XEP :: less than 32 kB, without streams, parser or router', async () => {
  for (const name of readdirSync(join(ROOT, 'src/xep'))) {
    const { bytes, files } = await bundle(`src/xep/${name}`);
    assert.ok(bytes < 32_000, `${name}: ${bytes} bytes`);
    const unwanted = files.filter((file) =>
      /^src\/gateway\/|stream\/(?!handshake)|parser|router|node_modules/.test(file),
    );
    assert.equal(unwanted, [], name);
  }
});

test.run();
