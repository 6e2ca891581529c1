/**
 * Somebody follows the pages about deployment, word by word: their blocks become a script, which runs with folders of its
 * own in the place of those that it writes to. Only what this machine lacks is stood in for: a registry that has
 * Slipway, systemd, and a certificate that clients trust.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { skip, suite } from '../support/test.ts';
import { ROOT } from './support/gateway-process.ts';
import { hasCommand, need } from './support/install.ts';
import { accepts, Program, until } from './support/process.ts';
import { Slixmpp } from './support/slixmpp.ts';

const test = suite('deploy', { timeout: 300_000 });
let folder = '';
let packed = '';

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-deploy-'));
  const output = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  packed = join(folder, JSON.parse(output.slice(output.indexOf('[')))[0].filename);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

interface Step {
  readonly line: number;
  readonly script: string;
}

/** Commands as they are, and files as the page names them. */
function stepsOf(page: string): Step[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  return [...text.matchAll(/(?:^`(?<path>\/[^`]+)`:\n\n)?^```(?<language>\w+)\n(?<code>.*?)^```$/gms)].map((match) => {
    const { path, language, code = '' } = match.groups ?? {};
    const line = text.slice(0, match.index).split('\n').length;
    if (path === undefined) assert.is(language, 'sh', `${page}:${line}: neither a command nor a file with a name`);
    return { line, script: path === undefined ? code : `cat > ${path} <<'END OF FILE'\n${code}END OF FILE\n` };
  });
}

/** Stands in for systemd: starts what the page starts, as it starts it. */
const SYSTEMCTL = `#!/bin/bash
case "$*" in
  "daemon-reload") ;;
  "restart prosody")
    install -d -o prosody -g prosody /run/prosody
    setsid runuser -u prosody -- prosody -F > "$LOGS/prosody" 2>&1 & ;;
  "restart ejabberd") setsid ejabberdctl foreground > "$LOGS/ejabberd" 2>&1 & ;;
  "stop slipway")
    pid=$(cat "$LOGS/slipway.pid")
    kill $pid 2>/dev/null
    while grep -qs '^State:.[^ZX]' /proc/$pid/status; do sleep 0.1; done ;;
  "enable --now slipway" | "start slipway")
    unit=/etc/systemd/system/slipway.service
    mkdir -p -m 700 /var/lib/slipway
    export CREDENTIALS_DIRECTORY="$LOGS/credentials"
    mkdir -p "$CREDENTIALS_DIRECTORY"
    cp "$(sed -n 's/^LoadCredential=secret://p' $unit)" "$CREDENTIALS_DIRECTORY/secret"
    while IFS= read -r setting; do export "\${setting//%d/$CREDENTIALS_DIRECTORY}"; done \\
      < <(sed -n 's/^Environment=//p' $unit)
    cd "$(sed -n 's/^WorkingDirectory=//p' $unit)"
    $(sed -n 's/^ExecStartPre=//p' $unit) > "$LOGS/check" 2>&1 || exit 1
    $(sed -n 's/^ExecStart=//p' $unit) >> "$LOGS/slipway" 2>&1 < /dev/null &
    echo $! > "$LOGS/slipway.pid" ;;
  *) echo "systemctl $*: not known here"; exit 1 ;;
esac
`;
/** Takes the package that was made from the sources for the one in the registry. */
const NPM = (real: string) => `#!/bin/bash
args=()
for arg in "$@"; do if [ "$arg" = slipway ]; then args+=("$PACKED"); else args+=("$arg"); fi; done
exec ${real} "\${args[@]}"
`;
const NOTHING = '#!/bin/sh\n';

interface Deployment {
  readonly page: string;
  /** Folders that the page writes to; those that are copied have what the package put there. */
  readonly copied: readonly string[];
  readonly fresh: readonly string[];
  /** Waits until the server has started. */
  readonly ready: string;
  /** What the test adds to the configuration, before the server starts: there is no certificate. */
  readonly addition?: string;
}

/** A machine on which somebody has followed a page. */
interface Machine {
  /** What the commands have printed so far. */
  readonly output: string;
  /** What a service has logged. */
  log(name: string): string;
  /** Runs a command, as root in the folder of the gateway. Resolves with what it prints. */
  run(script: string): Promise<string>;
}

/** Runs what it reads: a script up to a line that says so. */
const SHELL = `while true; do
  script=
  while IFS= read -r line || exit; do [ "$line" = "== run" ] && break; script+=$line$'\\n'; done
  (cd /opt/slipway; eval "$script") || true
  echo "== done"
done`;

async function follow(deployment: Deployment, look: (machine: Machine) => Promise<void>) {
  for (const port of [5222, 5347, 9190]) {
    if (await accepts(port)) skip(`something listens on port ${port}, which the page uses`);
  }
  const work = mkdtempSync(join(folder, 'run-'));
  const bin = join(work, 'bin');
  mkdirSync(bin);
  const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  for (const [name, script] of [
    ['systemctl', SYSTEMCTL],
    ['npm', NPM(npm)],
    ['apt-get', NOTHING],
  ] as const) {
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  }
  const { page, copied, fresh, ready, addition = '' } = deployment;
  const mounts = [...copied, ...fresh].map((path, i) => {
    const own = join(work, `mount-${i}`);
    const fill = copied.includes(path) ? `cp -a ${path} ${own}` : `mkdir ${own} && chown --reference=${path} ${own}`;
    return `mkdir -p ${path}; ${fill}; mount --bind ${own} ${path}`;
  });
  const steps = stepsOf(page).map(({ line, script }) => {
    const isRestart = /systemctl restart (prosody|ejabberd)/.test(script);
    const extended = isRestart ? script.replace('systemctl restart', `${addition}\nsystemctl restart`) : script;
    const waiting = isRestart ? extended.replace(/(systemctl restart \w+)/, `$1\n${ready}`) : extended;
    return `echo "== ${page}:${line}"\n${waiting}`;
  });
  const script = [
    'set -eu',
    ...mounts,
    `export PATH=${bin}:$PATH LOGS=${work} PACKED=${packed} npm_config_audit=false npm_config_fund=false`,
    ...steps,
    'echo "== the end"',
    SHELL,
  ].join('\n');
  // A name space of its own for mounts and processes: nothing of it is left.
  const flags = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const program = new Program('unshare', [...flags, 'bash', '-c', script], { cwd: work });
  const machine: Machine = {
    get output() {
      return program.output;
    },
    log: (name) => readFileSync(join(work, name), 'utf8'),
    async run(script) {
      const before = program.output.length;
      program.write(`${script}\n== run`);
      const end = await program.printed(/^== done$/m, before);
      return program.output.slice(before, before + end.index);
    },
  };
  try {
    await program.printed(/^== the end$/m);
    await look(machine);
  } finally {
    await program.kill();
  }
}

/** As the last step of the pages says. @returns the id of the answer. */
async function talk({ isNew = true } = {}): Promise<string> {
  const me = await Slixmpp.logIn('me@example.com/test', 'a-good-password', 5222, true);
  try {
    if (isNew) await me.do('register', { to: 'echo.example.com', values: { username: 'me', password: 'x' } });
    await me.expect('roster', ({ items }) => 'valley@echo.example.com' in (items as object));
    await me.do('say', { to: 'valley@echo.example.com', body: 'Is anybody there?' });
    const answer = await me.expect('message', ({ from }) => from?.startsWith('valley@') ?? false);
    assert.is(answer.body, 'Is anybody there?');
    return String(answer.id);
  } finally {
    await me.stop();
  }
}

/** What becomes of messages is told; what was backed up is there after the loss of the database. */
async function live(machine: Machine): Promise<void> {
  const explained = await machine.run(`npx slipway explain ${await talk()} --config /etc/slipway/slipway.yml`);
  assert.match(explained, /^From valley@echo\.example\.com to me@example\.com: acknowledged$/m);
  assert.match(explained, /goes to the server/);
  const [backup, restore, ...more] = stepsOf('backup.md');
  assert.equal(more, []);
  await machine.run(backup?.script ?? '');
  await machine.run('systemctl stop slipway\nrm -rf /var/lib/slipway/*');
  await machine.run(restore?.script ?? '');
  const isReady = () =>
    fetch('http://127.0.0.1:9190/readyz').then(
      ({ ok }) => ok,
      () => false,
    );
  await until(isReady, 'it is ready again');
  await talk({ isNew: false });
}

function needRoot(): void {
  const isAble = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', '--pid', '--fork', 'true']).status === 0;
  if (!isAble) skip('only root may have folders and processes of its own');
}

test('Prosody :: docs/deploy-prosody.md ends with a gateway that works', async () => {
  needRoot();
  need(() => hasCommand('prosody') && hasCommand('sqlite3'), 'prosody', 'prosody-modules', 'sqlite3');
  await follow(
    {
      page: 'deploy-prosody.md',
      copied: ['/etc/prosody', '/etc/systemd/system'],
      fresh: [
        '/var/lib/prosody',
        '/var/log/prosody',
        '/run/prosody',
        '/opt',
        '/etc/slipway',
        '/var/lib/slipway',
        '/var/backups',
      ],
      ready: 'until (exec 3<>/dev/tcp/127.0.0.1/5347) 2>/dev/null; do sleep 0.1; done',
      addition: `cat >> /etc/prosody/conf.d/example.com.cfg.lua <<'END'
VirtualHost "example.com"
  c2s_require_encryption = false
  allow_unencrypted_plain_auth = true
END`,
    },
    async (machine) => {
      const { output, log } = machine;
      assert.match(output, /The configuration can be used\./);
      assert.match(output, /^ok {4}Privilege: rosters: granted \(both\)$/m);
      assert.match(output, /, 0 broken$/m);
      assert.match(log('check'), /The configuration can be used\./);
      await live(machine);
      assert.is((await fetch('http://127.0.0.1:9190/readyz')).status, 200);
      assert.match(log('slipway'), /"msg":"connected"/);
    },
  );
});

test('ejabberd :: docs/deploy-ejabberd.md ends with a gateway that works', async () => {
  needRoot();
  need(() => hasCommand('ejabberdctl') && hasCommand('sqlite3'), 'ejabberd', 'sqlite3');
  await follow(
    {
      page: 'deploy-ejabberd.md',
      copied: ['/etc/ejabberd', '/etc/systemd/system'],
      fresh: ['/var/lib/ejabberd', '/var/log/ejabberd', '/opt', '/etc/slipway', '/var/lib/slipway', '/var/backups'],
      ready: '',
    },
    async (machine) => {
      const { output, log } = machine;
      assert.match(output, /The configuration can be used\./);
      assert.match(output, /^ok {4}Finding the gateway: example\.com lists it$/m);
      assert.match(output, /, 0 broken$/m);
      assert.match(log('check'), /The configuration can be used\./);
      await live(machine);
      assert.is((await fetch('http://127.0.0.1:9190/readyz')).status, 200);
      assert.match(log('slipway'), /"msg":"connected"/);
    },
  );
});

test('systemd :: its own check has nothing to say about the unit', () => {
  if (!hasCommand('systemd-analyze')) skip('there is no systemd');
  const unit = join(ROOT, 'deploy/slipway.service');
  const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', '--root=/', unit], {
    encoding: 'utf8',
  });
  const about = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('slipway.service'));
  assert.equal(about, []);
});

test.run();
