/** The contract of the modules in src/xep: what they export, what they say at their head, and what they leave alone. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as assert from 'uvu/assert';
import { headOf, modules, withTable } from '../../tools/support-table.ts';
import { FUZZ_CASES, RUNS } from '../support/codecs.ts';
import { suite } from '../support/test.ts';

const test = suite('xep modules');
const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'src/xep');
const FILES = readdirSync(FOLDER).sort();
const loaded = new Map<string, Record<string, unknown>>();
const sources = new Map<string, string>();

test.before(async () => {
  for (const file of FILES) {
    loaded.set(file, (await import(join(FOLDER, file))) as Record<string, unknown>);
    sources.set(file, readFileSync(join(FOLDER, file), 'utf8'));
  }
});

/** The issue that asked for them, in its order. */
const ASKED_FOR =
  '0030 0045 0050 0055 0077 0085 0100 0184 0308 0333 0356 0363 0424 0444 0461 ' +
  '0004 0054 0059 0060 0066 0071 0082 0084 0092 0106 0114 0115 0122 0128 0133 0144 0153 0163 0172 0191 0199 0202 0203 ' +
  '0221 0231 0249 0264 0280 0292 0297 0300 0313 0317 0319 0334 0359 0372 0380 0382 0385 0393 0402 0410 0421 0422 0425 ' +
  '0426 0428 0446 0447 0448 0449 0469 0486 0490 0492 0511';

test('all XEPs that a gateway meets have a module, none has two', () => {
  const numbers = FILES.map((file) => file.slice(0, 4));
  assert.is(new Set(numbers).size, numbers.length);
  assert.equal(
    ASKED_FOR.split(' ').filter((number) => !numbers.includes(number)),
    [],
  );
});

test('file names :: number and words', () => {
  for (const file of FILES) assert.match(file, /^\d{4}(-[a-z0-9]+)+\.ts$/);
});

test('heads :: title, number, version and address', () => {
  for (const [file, source] of sources) {
    const head = headOf(source);
    assert.ok(head, `${file} has no head that says which XEP it is`);
    assert.is(head.number, file.slice(0, 4), file);
    assert.is(head.url, `https://xmpp.org/extensions/xep-${head.number}.html`, file);
    assert.match(head.what, /[.?]$/, file);
  }
});

type Kind = 'codec' | 'shape' | 'value' | 'function' | 'error' | 'constant';

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** What an export is; `undefined` when it is nothing that a module may have. */
function kindOf(name: string, value: unknown): Kind | undefined {
  if (typeof value === 'function') {
    if (value.prototype instanceof Error) return 'error';
    return /^[a-z]/.test(name) && !/^class\b/.test(String(value)) ? 'function' : undefined;
  }
  if (isRecord(value) && typeof value.parse === 'function') {
    if (typeof value.build === 'function' && Array.isArray(value.names)) return 'codec';
    return typeof value.format === 'function' ? 'value' : undefined;
  }
  if (isRecord(value) && typeof value.formType === 'string') return 'shape';
  const isData = JSON.stringify(value) !== undefined && !(value instanceof Map || value instanceof Set);
  return isData && /^[A-Z][A-Z0-9_]*$/.test(name) ? 'constant' : undefined;
}

test('exports :: codecs, form types, values, functions, errors and constants, and nothing else', () => {
  for (const [file, exports] of loaded) {
    for (const [name, value] of Object.entries(exports)) {
      if (name === 'features') continue;
      assert.is.not(name, 'default', file);
      assert.ok(kindOf(name, value), `${file} exports ${name}, which is none of these`);
    }
    const { features } = exports;
    assert.ok(
      Array.isArray(features) && features.every((each) => typeof each === 'string' && each !== ''),
      `${file} has no features`,
    );
    assert.is(new Set(features).size, features.length, `${file} has a feature twice`);
  }
});

test('exports :: codecs are annotated with the type they read, so that it shows its name', () => {
  for (const [file, exports] of loaded) {
    for (const [name, value] of Object.entries(exports)) {
      const kind = kindOf(name, value);
      if (kind !== 'codec' && kind !== 'shape') continue;
      const wanted = kind === 'codec' ? `export const ${name}: Codec<` : `export const ${name}: Shape<`;
      assert.ok(sources.get(file)?.includes(wanted), `${file} must say "${wanted}"`);
    }
  }
});

test('exports :: a codec knows elements of its own namespace, which the module names', () => {
  for (const [file, exports] of loaded) {
    const namespaces = Object.entries(exports)
      .filter(([name]) => /^NS(_|$)/.test(name))
      .map(([, value]) => value);
    for (const [name, value] of Object.entries(exports)) {
      if (kindOf(name, value) !== 'codec') continue;
      const { ns, names } = value as { ns: string; names: readonly string[] };
      assert.ok(names.length > 0 && new Set(names).size === names.length, `${file} ${name}`);
      // The handshake of a component is in the namespace of its stream: in memory that of all stanzas.
      const isNamed = namespaces.includes(ns) || (file === '0114-component.ts' && ns === 'jabber:client');
      assert.ok(isNamed, `${file} has no NS for ${ns} of ${name}`);
    }
  }
});

test('sources :: no default export, no augmentation, no registration', () => {
  for (const [file, source] of sources) {
    assert.not.match(source, /\bexport default\b|\bdeclare (module|global)\b|\bglobalThis\b|^export \*/m, file);
    assert.not.match(source, /^(let|var) /m, `${file} has state`);
  }
});

test('import :: leaves nothing behind', () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...['--import', 'tsx', '--conditions=slipway-source'],
      join(ROOT, 'test/support/import-effects.ts'),
      ...FILES.map((file) => join(FOLDER, file)),
    ],
    { cwd: ROOT, encoding: 'utf8' },
  );
  assert.equal(JSON.parse(stdout || `"${stderr}"`), []);
});

test('tests :: every module has its own, with the laws of all its codecs', () => {
  let codecs = 0;
  for (const [file, exports] of loaded) {
    const own = Object.entries(exports).filter(([name, value]) => kindOf(name, value) === 'codec');
    const text = readFileSync(join(ROOT, 'test/xep', file.replace('.ts', '.test.ts')), 'utf8');
    codecs += own.length;
    if (own.length > 0) assert.match(text, /^laws\(test, \w+, \{/m, file);
  }
  assert.ok(codecs * FUZZ_CASES >= 100_000, `${codecs} codecs × ${FUZZ_CASES} broken elements are too few`);
  assert.ok(codecs * RUNS >= 10_000, `${codecs} codecs × ${RUNS} made-up values are too few`);
});

test('README :: the table of supported XEPs is that of the modules', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  assert.is(withTable(readme), readme, 'run: node --import tsx tools/support-table.ts');
  assert.is(modules().size, FILES.length);
});

test.run();
