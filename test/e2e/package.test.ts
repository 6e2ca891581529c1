/** The package as it is published: installed in an empty project, used with types, started from its command. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { LOOPBACK, XmppServer } from '../../src/gateway/testing/index.ts';
import { suite } from '../support/test.ts';
import { ROOT } from './support/gateway-process.ts';
import { Program } from './support/process.ts';

const test = suite('package', { timeout: 180_000 });
let project = '';

const npm = (cwd: string, ...args: string[]) =>
  execFileSync('npm', [...args, '--silent', '--no-audit', '--no-fund'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

test.before(() => {
  project = mkdtempSync(join(tmpdir(), 'slipway-consumer-'));
  const [packed] = JSON.parse(npm(ROOT, 'pack', '--json', '--pack-destination', project));
  const files: string[] = packed.files.map((file: { path: string }) => file.path);
  const unexpected = files.filter(
    (file) => !/^(dist\/|deploy\/|package\.json$|README\.md$|LICENSE$|CHANGELOG\.md$)/.test(file),
  );
  assert.equal(unexpected, [], 'only what is needed is packed');
  assert.not(files.some((file) => /\.test\.|\.tsbuildinfo$/.test(file)));
  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  npm(project, 'install', join(project, packed.filename));
});

test.after(() => rmSync(project, { recursive: true, force: true }));

test('imports :: every entry point, with its types', () => {
  const xeps = Object.keys(
    JSON.parse(readFileSync(join(project, 'node_modules/slipway/package.json'), 'utf8')).exports,
  );
  assert.equal(xeps, ['.', './stanza', './xep/*', './testing', './package.json']);
  const modules = readdirSync(join(project, 'node_modules/slipway/dist/xep')).filter((file) => file.endsWith('.js'));
  assert.ok(modules.length > 70, `${modules.length}`);
  const all = modules.map((file) => `import * as x${file.slice(0, 4)} from 'slipway/xep/${file.slice(0, -3)}';`);
  const counted = modules.map((file) => `Object.keys(x${file.slice(0, 4)}).length`).join(' && ');
  writeFileSync(join(project, 'all.ts'), `${all.join('\n')}\nexport const all: number = ${counted};\n`);
  writeFileSync(
    join(project, 'consumer.ts'),
    `import { all } from './all.js';
import { BaseGateway, BaseSession, type JID, XmppError } from 'slipway';
import { body, type Element, find, message, StreamParser } from 'slipway/stanza';
import { XmppServer } from 'slipway/testing';
import { received } from 'slipway/xep/0184-receipts';

export class Gateway extends BaseGateway {
  override readonly componentName = 'Consumer';
  override async validate(_jid: JID, form: { username: string }): Promise<void> {
    if (form.username === '') throw new XmppError('not-acceptable');
  }
}
export class Session extends BaseSession {
  override async login(): Promise<string> {
    return 'here';
  }
}
const stanza: Element = message({ to: 'a@b' }, body.build('hi'), received.build({ id: '1' }));
const id: string | undefined = find(stanza, received)?.id;
console.log(id, find(stanza, body), typeof StreamParser, typeof XmppServer, all > 0);
`,
  );
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2022',
        strict: true,
        noImplicitOverride: true,
        skipLibCheck: false,
        types: ['node'],
        typeRoots: [join(ROOT, 'node_modules/@types')],
        outDir: 'out',
      },
      files: ['consumer.ts'],
    }),
  );
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'], {
    cwd: project,
    encoding: 'utf8',
  });
  const printed = execFileSync(process.execPath, ['out/consumer.js'], { cwd: project, encoding: 'utf8' });
  assert.is(printed, '1 hi function function true\n');
});

test('command :: runs a plugin of the project until it is told to stop', async () => {
  const server = new XmppServer({ components: { 'gw.localhost': 's3cret' } });
  await server.start();
  mkdirSync(join(project, 'plugin'), { recursive: true });
  cpSync(join(project, 'out/consumer.js'), join(project, 'plugin/index.js'));
  cpSync(join(project, 'out/all.js'), join(project, 'plugin/all.js'));
  writeFileSync(
    join(project, 'slipway.yml'),
    `legacy-network: ./plugin/index.js\njid: gw.localhost\nserver: ${LOOPBACK}\nport: 1\n`,
  );
  const gateway = new Program(
    join(project, 'node_modules/.bin/slipway'),
    ['--config', 'slipway.yml', '--port', String(server.componentPort)],
    {
      cwd: project,
      env: { ...process.env, SLIPWAY_SECRET: 's3cret' },
    },
  );
  try {
    await gateway.printed(/"msg":"connected"/);
    gateway.signal('SIGTERM');
    assert.is(await gateway.exit(), 0);
  } finally {
    await gateway.kill();
    await server.stop();
  }
});

test.run();
