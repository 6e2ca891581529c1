/** Where the values of options come from. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { nearest, readSources } from '../../../src/gateway/cli/sources.ts';
import { ConfigError, type OptionTable } from '../../../src/gateway/options.ts';
import { suite } from '../../support/test.ts';

const test = suite('cli-sources');

const folder = mkdtempSync(join(tmpdir(), 'slipway-sources-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const TABLE: OptionTable = {
  port: { type: 'number', alias: 'p', describe: 'Port' },
  secret: { type: 'string', secret: true, describe: 'Secret' },
  admins: { type: 'array', describe: 'Admins' },
  'no-roster-push': { type: 'boolean', describe: 'No' },
};

const YAML = file('all.yml', 'port: 1\nadmins: [a@b, c@d]\nno-roster-push: true\n');
const TOML = file('all.toml', 'port = 1\nadmins = ["a@b", "c@d"]\nno-roster-push = true\n');
const JSON_FILE = file('all.json', '{ "port": 1, "admins": ["a@b", "c@d"], "no-roster-push": true }');

for (const path of [YAML, TOML, JSON_FILE]) {
  test(`file :: ${path.slice(path.lastIndexOf('.') + 1)} says the same as the others`, async () => {
    const { values, origins } = await readSources(['--config', path], {}, TABLE);
    const { config, ...rest } = values;
    assert.equal([config, rest], [path, { port: 1, admins: ['a@b', 'c@d'], 'no-roster-push': true }]);
    assert.is(origins.get('port'), `port in ${path}`);
  });
}

test('precedence :: flags, then variables, then the file; each value knows where it is from', async () => {
  const env = { SLIPWAY_PORT: '2', SLIPWAY_SECRET: 'e', SLIPWAY_CONFIG: YAML, HOME: '/x' };
  const { values, origins, words } = await readSources(['word', '--port', '3'], env, TABLE);
  assert.equal([words, values.port, values.secret, values['no-roster-push']], [['word'], '3', 'e', true]);
  assert.equal(
    ['port', 'secret', 'admins'].map((name) => origins.get(name)),
    ['--port', 'SLIPWAY_SECRET', `admins in ${YAML}`],
  );
});

test('precedence :: an empty value is as good as none', async () => {
  const { values } = await readSources(['--port='], { SLIPWAY_PORT: '', SLIPWAY_CONFIG: YAML }, TABLE);
  assert.is(values.port, 1);
});

test('flags :: short, joined, repeated', async () => {
  const { values } = await readSources(['-p', '3', '--admins=a@b', '--admins', 'c@d', '--no-roster-push'], {}, TABLE);
  assert.equal(values, { port: '3', admins: ['a@b', 'c@d'], 'no-roster-push': true });
});

test('secrets :: from a file, by flag, variable and file key; the first source wins, whichever way it says it', async () => {
  const path = file('secret', 'hush\n');
  const yaml = file('secret.yml', `secret-file: ${path}\n`);
  const cases: [argv: string[], env: NodeJS.ProcessEnv, secret: string, origin: string][] = [
    [['--secret-file', path], {}, 'hush', '--secret-file'],
    [[], { SLIPWAY_SECRET_FILE: path }, 'hush', 'SLIPWAY_SECRET_FILE'],
    [['--config', yaml], {}, 'hush', `secret-file in ${yaml}`],
    [['--secret', 'x', '--config', yaml], {}, 'x', '--secret'],
    [['--secret-file', path], { SLIPWAY_SECRET: 'x' }, 'hush', '--secret-file'],
  ];
  for (const [argv, env, secret, origin] of cases) {
    const { values, origins } = await readSources(argv, env, TABLE);
    assert.equal([values.secret, origins.get('secret')], [secret, origin]);
  }
});

const WRONG: [what: string, argv: string[], env: NodeJS.ProcessEnv, message: RegExp][] = [
  ['an unknown flag', ['--prot', '5'], {}, /^--prot: there is no such option; did you mean --port\?$/],
  ['camelCase', ['--noRosterPush'], {}, /did you mean --no-roster-push\?$/],
  ['a flag like no other', ['--quite-something-else', '5'], {}, /^--quite-something-else: there is no such option$/],
  ['an unknown variable', [], { SLIPWAY_PROT: '5' }, /^SLIPWAY_PROT: .*; did you mean SLIPWAY_PORT\?$/],
  ['an unknown key', ['-c', file('k.yml', 'no_roster_push: true')], {}, /k\.yml: .*; did you mean no-roster-push\?$/],
  ['an unknown key in TOML', ['-c', file('k.toml', 'prot = 1')], {}, /^prot in .*k\.toml: .*; did you mean port\?$/],
  ['a file that names another', ['-c', file('c.yml', 'config: x')], {}, /^config in .*: there is no such option/],
  ['no file', ['-c', '/no/such.yml'], {}, /^--config: ENOENT.*'\/no\/such\.yml'$/],
  ['broken YAML', ['-c', file('b.yml', 'a: [')], {}, /^--config: .*b\.yml: /],
  ['broken TOML', ['-c', file('b.toml', 'a = ')], {}, /^--config: .*b\.toml: Invalid TOML/],
  ['a list for a file', ['-c', file('l.yml', '- a')], {}, /l\.yml holds no options$/],
  ['a secret and its file', ['--secret', 'x', '--secret-file', YAML], {}, /^give --secret or --secret-file, not both$/],
  ['no secret file', ['--secret-file', '/no'], {}, /^--secret-file: ENOENT/],
  ['an empty secret file', [], { SLIPWAY_SECRET_FILE: file('e', '') }, /^SLIPWAY_SECRET_FILE: .* must hold one line$/],
  ['a secret of two lines', ['--secret-file', YAML], {}, /must hold one line$/],
];
for (const [what, argv, env, message] of WRONG) {
  test(`wrong :: ${what}`, async () => {
    const error = await readSources(argv, env, TABLE).catch((e: unknown) => e);
    assert.instance(error, ConfigError);
    assert.match((error as Error).message, message);
    assert.not.match((error as Error).message, /\n/);
  });
}

test('other commands :: their variables are no mistakes', async () => {
  const elsewhere: OptionTable = { speed: { type: 'number', describe: 'Speed' } };
  const { values } = await readSources([], { SLIPWAY_SPEED: '5' }, TABLE, { elsewhere });
  assert.equal(values, {});
});

test('nearest :: what was probably meant, or nothing', () => {
  const known = ['port', 'home-dir', 'log-level', 'attachment-max-size'];
  const cases: [string, string | undefined][] = [
    ['prot', 'port'],
    ['homeDir', 'home-dir'],
    ['log_level', 'log-level'],
    ['atachment-maxsize', 'attachment-max-size'],
    ['colour', undefined],
  ];
  for (const [given, meant] of cases) assert.is(nearest(given, known), meant, given);
});

test.run();
