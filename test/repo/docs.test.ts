/**
 * The code in README.md and docs: every block that begins with ```ts is compiled, and run unless it says `no-run`.
 * ```ts file=echo.ts gives a block a name that others on the page can import.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import * as assert from 'uvu/assert';
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

/** Where a user of the package would have it: outside of the repository, with the package installed. */
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-docs-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/slipway'));
  symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  // The types of packages that have none are declared beside the sources that use them.
  const include = ['**/*.ts', join(ROOT, 'src/**/*.d.ts')];
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), include }));
  for (const { page, file, code } of BLOCKS) {
    mkdirSync(join(folder, basename(page, '.md')), { recursive: true });
    writeFileSync(join(folder, basename(page, '.md'), file), code);
  }
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
  const { code, text } = await output(spawn(process.execPath, [tsc, '-p', folder], { cwd: folder }));
  assert.is(code, 0, text);
});

for (const { page, file, line, isRun } of BLOCKS) {
  if (!isRun) continue;
  test(`${page}:${line} :: runs`, async () => {
    const path = join(folder, basename(page, '.md'), file);
    const args = ['--import', 'tsx', '--conditions=slipway-source', path];
    const { code, text } = await output(spawn(process.execPath, args, { cwd: ROOT }));
    assert.is(code, 0, text);
  });
}

test.run();
