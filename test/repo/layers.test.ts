/** stanza ← xep ← gateway, never backwards; and other rules that hold for the whole repository. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';

const test = suite('repository');
const ROOT = resolve(import.meta.dirname, '../..');
const LAYERS = ['stanza', 'xep', 'gateway'];

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

/** What a file imports: also types, also dynamically. */
function imports(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:^|\s)(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1] as string);
}

test('layers :: nothing imports what stands above it', () => {
  const upwards: string[] = [];
  let checked = 0;
  for (const file of sources('src')) {
    const layer = LAYERS.indexOf(file.split('/')[1] as string);
    for (const specifier of imports(file).filter((each) => each.startsWith('.'))) {
      const target = relative(join(ROOT, 'src'), resolve(ROOT, dirname(file), specifier)).split('/')[0] as string;
      const other = LAYERS.indexOf(target);
      assert.ok(other !== -1, `${file} imports ${specifier}: outside of src`);
      if (other > layer) upwards.push(`${file} → ${specifier}`);
      checked++;
    }
    assert.not(
      imports(file).some((each) => each.startsWith('slipway')),
      `${file} imports the package it is part of`,
    );
  }
  assert.ok(checked > 200, `only ${checked} imports found`);
  assert.equal(upwards, []);
});

test('layers :: only streams and the named edges touch the network and files', () => {
  const edges = [
    /^src\/stanza\/stream\//,
    /^src\/gateway\/(testing|store|attachment|avatar|cli|watch|doctor)\//,
    /^src\/gateway\/(bin|start|plugin|version)\.ts$/,
  ];
  const io = /^node:(net|tls|http|https|dns|dgram|fs|fs\/promises|child_process)$/;
  for (const file of sources('src')) {
    if (edges.some((edge) => edge.test(file))) continue;
    assert.equal(
      imports(file).filter((each) => io.test(each)),
      [],
      file,
    );
  }
});

test('tests :: every file runs its tests, none is switched off or narrowed', () => {
  const files = sources('test').filter((file) => file.endsWith('.test.ts'));
  assert.ok(files.length > 10);
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    assert.match(text, /^test\.run\(\);$/m, file);
    assert.not.match(text, /\btest\.(skip|only)\(/, file);
    assert.not(imports(file).includes('uvu'), `${file} must take suite from test/support/test.ts`);
  }
});

test('project :: stands alone', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);
  for (const file of tracked) {
    if (!/\.(ts|mjs|json|md|py|yml|sh)$/.test(file) || file === 'package-lock.json') continue;
    const text = readFileSync(join(ROOT, file), 'utf8');
    assert.not.match(text, /\.\.\/shared\b|\/(?:work|home|Users)\/\w/, file);
  }
});

test('map :: every file and folder that docs/architecture.md names is there', () => {
  const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const there = ['src', 'bench', 'tools', 'test', 'docs', 'create-slipway'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => `/${folder}/${path}`),
  );
  const named = [...text.matchAll(/`([\w/.-]+)`/g)]
    .map((match) => (match[1] as string).replace(/\/$/, ''))
    .filter((name) => /\/|\.(ts|mjs)$/.test(name) && !/^(slipway|npm|@)/.test(name));
  assert.ok(named.length > 60, `only ${named.length} names found`);
  assert.equal(
    named.filter((name) => !there.some((path) => path.endsWith(`/${name}`))),
    [],
  );
});

test.run();
