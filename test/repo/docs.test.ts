/**
 * The code in README.md and docs: every block that begins with ```ts is compiled, and run unless it says `no-run`.
 * ```ts file=echo.ts gives a block a name that others on the page can import.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';
import * as assert from 'uvu/assert';
import { bundle } from '../../tools/bundle.mjs';
import { suite } from '../support/test.ts';

const test = suite('docs', { timeout: 60_000 });
const ROOT = resolve(import.meta.dirname, '../..');

interface Block {
  readonly page: string;
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly isRun: boolean;
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```ts\b(.*)\n([\s\S]*?)^```$/gm)].map((match, i) => {
    const [, info = '', code = ''] = match;
    return {
      page,
      file: /\bfile=(\S+)/.exec(info)?.[1] ?? `block-${i + 1}.ts`,
      line: text.slice(0, match.index).split('\n').length,
      // A block is a module of its own, whether or not it imports.
      code: `${code}\nexport {};\n`,
      isRun: !/\bno-run\b/.test(info),
    };
  });
}

const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((file) => `docs/${file}`)].filter((file) =>
  file.endsWith('.md'),
);
const BLOCKS = PAGES.flatMap(blocksOf);
let folder = '';
const place = (base: string, { page, file }: Block) => join(folder, base, basename(page, '.md'), file);

/**
 * Where a user of the package would have it: outside of the repository, with the package installed. `types` has the code
 * as it is written, beside our sources; `run` has it as JavaScript, beside the package as it is published: to compile all
 * of our sources anew for each block takes most of a second.
 */
test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-docs-'));
  const modules = join(ROOT, 'node_modules');
  mkdirSync(join(folder, 'types/node_modules'), { recursive: true });
  symlinkSync(ROOT, join(folder, 'types/node_modules/slipway'));
  symlinkSync(join(modules, '@types'), join(folder, 'types/node_modules/@types'));
  // The types of packages that have none are declared beside the sources that use them.
  const include = ['**/*.ts', join(ROOT, 'src/**/*.d.ts')];
  const config = { extends: join(ROOT, 'tsconfig.json'), include };
  writeFileSync(join(folder, 'types/tsconfig.json'), JSON.stringify(config));
  for (const base of ['types', 'run']) {
    mkdirSync(join(folder, base), { recursive: true });
    writeFileSync(join(folder, base, 'package.json'), JSON.stringify({ type: 'module' }));
  }
  for (const block of BLOCKS) {
    mkdirSync(resolve(place('types', block), '..'), { recursive: true });
    writeFileSync(place('types', block), block.code);
  }

  const installed = join(folder, 'run/node_modules/slipway');
  mkdirSync(installed, { recursive: true });
  copyFileSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  symlinkSync(modules, join(installed, 'node_modules'));
  await bundle(join(installed, 'dist'));
  await build({
    entryPoints: BLOCKS.filter(({ isRun }) => isRun).map((block) => place('types', block)),
    outbase: join(folder, 'types'),
    outdir: join(folder, 'run'),
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: 'inline',
  });
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

function output(child: ChildProcess): Promise<{ code: number | null; text: string }> {
  let text = '';
  child.stdout?.on('data', (data) => (text += data));
  child.stderr?.on('data', (data) => (text += data));
  return new Promise((done) => child.on('close', (code) => done({ code, text })));
}

test('all :: there are some on each page that promises them', () => {
  for (const page of ['README.md', 'docs/stanzas.md']) {
    assert.ok(
      BLOCKS.some((block) => block.page === page && block.isRun),
      page,
    );
  }
});

test('all :: compile', async () => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const known = ['--incremental', '--tsBuildInfoFile', join(ROOT, 'node_modules/.cache/slipway/docs.tsbuildinfo')];
  const { code, text } = await output(spawn(process.execPath, [tsc, '-p', join(folder, 'types'), ...known]));
  assert.is(code, 0, text);
});

for (const block of BLOCKS) {
  if (!block.isRun) continue;
  test(`${block.page}:${block.line} :: runs`, async () => {
    const path = place('run', block).replace(/\.ts$/, '.js');
    const { code, text } = await output(spawn(process.execPath, ['--enable-source-maps', path], { cwd: ROOT }));
    assert.is(code, 0, text);
  });
}

test.run();
