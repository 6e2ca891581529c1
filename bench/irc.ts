/**
 * Joining a channel of a thousand through examples/irc and through biboumi, beside each other on the same ngircd:
 *
 *     node --import tsx --conditions=slipway-source bench/irc.ts [--people=1000] [--rounds=5]
 *
 * Needs Debian's ngircd and biboumi, and the port 6667, where biboumi looks for IRC.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { LOOPBACK, XmppServer } from '../src/gateway/testing/index.ts';
import { ClientStream, type Element, presence } from '../src/stanza/index.ts';
import { submit } from '../src/xep/0004-data-forms.ts';
import { join as joinRoom } from '../src/xep/0045-muc.ts';
import { register } from '../src/xep/0077-register.ts';
import { ROOT } from '../test/e2e/support/gateway-process.ts';
import { RawUser } from '../test/e2e/support/irc-people.ts';
import { Ngircd } from '../test/e2e/support/ngircd.ts';
import { Program, until } from '../test/e2e/support/process.ts';

const { values } = parseArgs({ options: { people: { type: 'string' }, rounds: { type: 'string' } } });
const people = Number(values.people ?? 1000);
const rounds = Number(values.rounds ?? 5);
const folder = mkdtempSync(join(tmpdir(), 'slipway-irc-bench-'));

// As it is published: compiled. Inside the package, where its own name can be imported.
const PLUGIN = join(ROOT, '.slipway', 'irc.mjs');
execFileSync(process.execPath, [join(ROOT, 'tools/build.mjs')], { stdio: 'inherit' });
await build({
  ...{
    entryPoints: [join(ROOT, 'examples/irc/irc.ts')],
    outfile: PLUGIN,
    bundle: true,
    format: 'esm',
    platform: 'node',
  },
  packages: 'external',
});

interface Gateway {
  readonly name: string;
  readonly domain: string;
  readonly room: string;
  start(port: number, round: number): Program;
  prepare(client: ClientStream): Promise<void>;
}

const GATEWAYS: readonly Gateway[] = [
  {
    name: 'slipway',
    domain: 'irc.localhost',
    room: '#ball%127.0.0.1@irc.localhost',
    start: (port, round) =>
      new Program(process.execPath, [
        ...[
          join(ROOT, 'dist/gateway/bin.js'),
          '--legacy-network',
          PLUGIN,
          '--jid',
          'irc.localhost',
          '--secret',
          'secret',
        ],
        ...['--server', LOOPBACK, '--port', String(port), '--home-dir', join(folder, `slipway-${round}`)],
      ]),
    prepare: (client) =>
      register(client, 'irc.localhost', { form: submit({ host: LOOPBACK, port: '6667', tls: '0', nick: 'romeo' }) }),
  },
  {
    name: 'biboumi',
    domain: 'biboumi.localhost',
    room: '#ball%127.0.0.1@biboumi.localhost',
    start(port, round) {
      const file = join(folder, `biboumi-${round}.cfg`);
      const settings = {
        ...{ hostname: 'biboumi.localhost', password: 'secret', xmpp_server_ip: LOOPBACK, port },
        ...{ db_name: join(folder, `biboumi-${round}.sqlite`), log_file: join(folder, 'biboumi.log'), log_level: 3 },
      };
      writeFileSync(
        file,
        Object.entries(settings)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(''),
      );
      return new Program('/usr/bin/biboumi', [file]);
    },
    prepare: async () => {},
  },
];

/** Seconds of processor time, and megabytes. */
function usage(pid: number): { readonly cpu: number; readonly memory: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / 100,
    memory: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024,
  };
}

async function measure(gateway: Gateway, server: XmppServer, round: number) {
  const program = gateway.start(server.componentPort, round);
  let shown = 0;
  let done: (element: Element) => void = () => {};
  const client = new ClientStream({
    ...{ jid: 'romeo@localhost/bench', password: 'romeo', host: LOOPBACK, port: server.clientPort, tls: 'never' },
    onStanza(stanza) {
      if (stanza.attrs.from?.startsWith(gateway.room) !== true) return;
      if (stanza.name === 'presence' && stanza.attrs.from !== gateway.room) shown++;
      if (stanza.name === 'message' && stanza.getChild('subject') !== undefined) done(stanza);
    },
  });
  try {
    await until(
      () => server.components.some(({ domain }) => domain === gateway.domain),
      `${gateway.name} is connected`,
    );
    await client.start();
    client.send(presence({}));
    await gateway.prepare(client);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const before = usage(program.pid);
    const started = performance.now();
    const ended = new Promise((resolve) => {
      done = resolve;
    });
    client.send(presence({ to: `${gateway.room}/romeo` }, joinRoom.build({})));
    await ended;
    const seconds = (performance.now() - started) / 1000;
    const after = usage(program.pid);
    if (shown < people) throw new Error(`${gateway.name} has shown ${shown} of ${people}`);
    return { seconds, cpu: after.cpu - before.cpu, idle: before.memory, grown: after.memory - before.memory };
  } finally {
    await client.stop();
    await program.kill();
  }
}

const ngircd = await Ngircd.start({ port: 6667 });
const server = new XmppServer({
  users: { romeo: 'romeo' },
  components: Object.fromEntries(GATEWAYS.map(({ domain }) => [domain, 'secret'])),
});
await server.start();
try {
  const crowd: RawUser[] = [];
  while (crowd.length < people) {
    const next = Array.from({ length: 10 }, (_, i) => RawUser.connect(`guest${crowd.length + i}`, ngircd.port));
    crowd.push(...(await Promise.all(next)));
  }
  for (const each of crowd) each.sends('JOIN #ball');
  for (const each of crowd) await each.sees(/ 366 /);
  crowd[0]?.sends('TOPIC #ball :Masks');
  const found = new Map(GATEWAYS.map((each) => [each, [] as Awaited<ReturnType<typeof measure>>[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [gateway, results] of found) results.push(await measure(gateway, server, round));
  }
  const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1] as number;
  for (const [{ name }, results] of found) {
    const of = (key: 'seconds' | 'cpu' | 'idle' | 'grown') => median(results.map((each) => each[key])).toFixed(2);
    console.log(`${name}: ${of('seconds')} s, ${of('cpu')} s CPU, ${of('grown')} MB more than ${of('idle')} MB`);
  }
  for (const each of crowd) each.leaves();
} finally {
  await server.stop();
  await ngircd.stop();
  rmSync(folder, { recursive: true });
}
process.exit();
