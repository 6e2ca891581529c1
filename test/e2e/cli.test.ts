/** What an operator sees of the command. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { COMMANDS } from '../../src/gateway/cli/commands.ts';
import { OPTIONS } from '../../src/gateway/config.ts';
import { withFileOptions } from '../../src/gateway/options.ts';
import { LOOPBACK, XmppServer } from '../../src/gateway/testing/index.ts';
import { body, ClientStream, message } from '../../src/stanza/index.ts';
import { register } from '../../src/xep/0077-register.ts';
import { suite } from '../support/test.ts';
import { HARBOUR, slipway } from './support/gateway-process.ts';
import { freePort, until } from './support/process.ts';

const test = suite('command', { timeout: 180_000 });
const folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const ENOUGH = [
  '--legacy-network',
  HARBOUR,
  '--jid',
  'gw.localhost',
  '--secret',
  's',
  '--home-dir',
  join(folder, 'home'),
];
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const WRONG: [what: string, flags: string[], line: RegExp][] = [
  ['nothing', [], /^slipway: --legacy-network is missing: the module of your plugin, such as \.\/my-plugin\.js$/],
  [
    'no secret',
    ['-l', HARBOUR, '-j', 'gw.localhost'],
    /^slipway: --secret is missing \(or SLIPWAY_SECRET, or secret in/,
  ],
  ['an unknown flag', [...ENOUGH, '--prot', '5'], /^slipway: --prot: there is no such option; did you mean --port\?$/],
  ['a port that is none', [...ENOUGH, '--port', 'x'], /^slipway: --port: "x" is not a whole number from 1 to 65535$/],
  [
    'a plugin that is not there',
    ['-l', './no.js', ...ENOUGH.slice(2)],
    /^slipway: --legacy-network: there is no file /,
  ],
  [
    'a module without a gateway',
    ['-l', file('empty.mjs', ''), ...ENOUGH.slice(2)],
    /exports no subclass of BaseGateway$/,
  ],
  ['a file that is not there', [...ENOUGH, '--config', '/no/such.yml'], /^slipway: --config: ENOENT/],
  ['a file that is no YAML', [...ENOUGH, '--config', file('bad.yml', 'a: [')], /^slipway: --config: /],
  [
    'an unknown key in the file',
    [...ENOUGH, '--config', file('key.yml', 'prot: 5')],
    /^slipway: prot in .*key\.yml: there is no such option; did you mean port\?$/,
  ],
  ['a command that is none', ['rum', ...ENOUGH], /^slipway: there is no command rum; did you mean run\?$/],
  ['a word that nobody asked for', ['run', 'now', ...ENOUGH], /^slipway: "now": that is one word too many$/],
  [
    'a home that cannot be',
    [...ENOUGH.slice(0, -1), '/dev/null/x'],
    /^slipway: cannot use the home directory \/dev\/null\/x: /,
  ],
];

test('wrong :: one line with the cause, and exit code 2', async () => {
  const outcomes = await Promise.all(
    WRONG.map(async ([what, flags, line]) => {
      const run = slipway(flags);
      return { what, line, code: await run.exit(), output: run.output.trimEnd() };
    }),
  );
  for (const { what, line, code, output } of outcomes) {
    assert.is(code, 2, `${what}: ${output}`);
    assert.match(output, line, what);
    assert.is(output.split('\n').length, 1, `${what}: ${output}`);
  }
});

test('help :: names every option', async () => {
  const run = slipway(['--help']);
  assert.is(await run.exit(), 0);
  for (const name of Object.keys(withFileOptions(OPTIONS))) assert.match(run.output, `--${name}`);
});

test('help :: names every command, and each command has its own', async () => {
  const run = slipway(['--help']);
  await run.exit();
  for (const name of COMMANDS.keys()) assert.match(run.output, `slipway ${name} `);
  await Promise.all(
    [...COMMANDS.keys()].map(async (name) => {
      const own = slipway([name, '--help']);
      assert.is(await own.exit(), 0, own.output);
      assert.match(own.output, /^slipway /);
    }),
  );
});

test('server away :: says so, tries again, and a signal ends it', async () => {
  const port = await freePort();
  const run = slipway([...ENOUGH, '--server', LOOPBACK, '--port', String(port)]);
  await run.printed(
    /"reason":"connect ECONNREFUSED 127\.0\.0\.1:\d+","retryIn":\d+,"msg":"not connected, will try again"/,
  );
  const server = new XmppServer({ components: { 'gw.localhost': 's' }, ports: { component: port } });
  await server.start();
  await run.printed(/"msg":"connected"/);
  await server.stop();
  await run.printed(/system-shutdown/);
  run.signal('SIGTERM');
  assert.is(await run.exit(), 0);
});

test('explain :: asks the gateway that runs; after a crash it reads what is stored', async () => {
  const server = new XmppServer({ users: { romeo: 'romeo' }, components: { 'gw.localhost': 's' } });
  await server.start();
  const [http, home] = [await freePort(), join(folder, 'explained')];
  const flags = ['--jid', 'gw.localhost', '--home-dir', home, '--http-port', String(http)];
  const link = ['--secret', 's', '--server', LOOPBACK, '--port', String(server.componentPort)];
  const run = slipway(['-l', HARBOUR, ...flags, ...link]);
  const romeo = new ClientStream({
    jid: 'romeo@localhost/x',
    password: 'romeo',
    host: LOOPBACK,
    port: server.clientPort,
    tls: 'never',
  });
  const explain = async (id: string) => {
    const asked = slipway(['explain', id, ...flags]);
    return [await asked.exit(), asked.output] as const;
  };
  try {
    await run.printed(/"msg":"connected"/);
    await romeo.start();
    await register(romeo, 'gw.localhost', { username: 'romeo', password: 'ahoy' });
    romeo.send(message({ to: 'ada@gw.localhost', type: 'chat', id: '007' }, body.build('Ahoy')));
    await until(async () => (await explain('007'))[0] === 0, 'it is known');
    const [, living] = await explain('007');
    assert.match(
      living,
      /^From romeo@localhost to ada@gw\.localhost: sent\n {2}XMPP id 007, network id \S+, trace \S+\n/,
    );
    assert.match(living, /goes to the plugin {2}\(\+[\d.]+ ms\)\n/);
    await run.kill();
    const [code, stored] = await explain('007');
    assert.is(code, 0);
    assert.match(stored, /^From romeo@localhost to ada@gw\.localhost: sent\n {2}XMPP id 007, network id \S+\n/);
    assert.match(
      stored,
      /came from the server, and was stored\n {2}\d\S+ +the plugin has taken it( {2}\(\+[\d.]+ ms\))?\n$/,
    );
    const both = slipway(['explain', '007', 'never', ...flags]);
    assert.is(await both.exit(), 1);
    assert.is(both.output, `${stored}\nNothing is known of a message never.\n`);
    // More than a pipe holds.
    const never = Array.from({ length: 12_000 }, (_, i) => `never-${i}`);
    const much = slipway(['explain', ...never, ...flags]);
    assert.is(await much.exit(), 1);
    assert.is(much.output, `${never.map((id) => `Nothing is known of a message ${id}.`).join('\n\n')}\n`);
    const elsewhere = slipway(['explain', '007', '--jid', 'gw.localhost', '--home-dir', join(folder, 'elsewhere')]);
    assert.is(await elsewhere.exit(), 2);
    assert.match(elsewhere.output, /^slipway: .*home-dir.*there is no database in .*elsewhere/);
    assert.not.ok(existsSync(join(folder, 'elsewhere')));
    assert.equal(await explain('never'), [1, 'Nothing is known of a message never.\n']);
  } finally {
    await romeo.stop();
    await run.kill();
    await server.stop();
  }
});

test('sources :: a flag comes before the environment, the environment before the file', async () => {
  const server = new XmppServer({ components: { 'gw.localhost': 'right' } });
  await server.start();
  const config = file(
    'order.yml',
    `secret: from-file\njid: gw.localhost\nserver: ${LOOPBACK}\nport: ${server.componentPort}\n`,
  );
  const flags = ['-l', HARBOUR, '--home-dir', join(folder, 'order'), '--config', config];
  const refused = slipway(flags, { SLIPWAY_SECRET: 'from-environment' });
  assert.is(await refused.exit(), 1);
  const taken = slipway([...flags, '--secret', 'right'], { SLIPWAY_SECRET: 'from-environment' });
  await taken.printed(/"msg":"connected"/);
  taken.signal('SIGINT');
  assert.is(await taken.exit(), 0);
  await server.stop();
});

test('stray errors :: a rejected promise that nobody waits for is logged; an exception that nobody can catch ends it, and says so', async () => {
  const server = new XmppServer({ components: { 'gw.localhost': 's', 'gw2.localhost': 's' } });
  await server.start();
  const flags = ['-j', 'gw.localhost', '-s', LOOPBACK, '-p', String(server.componentPort), '--secret', 's'];
  const plugin = (name: string, what: string) =>
    file(name, `export * from ${JSON.stringify(HARBOUR)};\nsetTimeout(() => { ${what} }, 2000);`);
  const rejected = slipway([...flags, '-l', plugin('rejects.mjs', "Promise.reject(new Error('stray'))")]);
  const thrown = slipway([
    '-j',
    'gw2.localhost',
    ...flags.slice(2),
    '-l',
    plugin('throws.mjs', "throw new Error('stray')"),
  ]);
  await rejected.printed(/"message":"stray".*"msg":"a promise was rejected, and nobody waited for it"/);
  assert.is(await thrown.exit(), 1);
  assert.match(
    thrown.output,
    /"message":"stray".*"msg":"the process ends: an exception was thrown that nobody could catch"/,
  );
  await rejected.printed(/"msg":"connected"/);
  rejected.signal('SIGTERM');
  assert.is(await rejected.exit(), 0, rejected.output);
  await server.stop();
});

test.run();
