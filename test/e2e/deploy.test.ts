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
import { accepts, Program } from './support/process.ts';
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
  "enable --now slipway")
    unit=/etc/systemd/system/slipway.service
    mkdir -p -m 700 /var/lib/slipway
    export CREDENTIALS_DIRECTORY="$LOGS/credentials"
    mkdir -p "$CREDENTIALS_DIRECTORY"
    cp "$(sed -n 's/^LoadCredential=secret://p' $unit)" "$CREDENTIALS_DIRECTORY/secret"
    while IFS= read -r setting; do export "\${setting//%d/$CREDENTIALS_DIRECTORY}"; done \\
      < <(sed -n 's/^Environment=//p' $unit)
    cd "$(sed -n 's/^WorkingDirectory=//p' $unit)"
    $(sed -n 's/^ExecStartPre=//p' $unit) > "$LOGS/check" 2>&1 || exit 1
    setsid $(sed -n 's/^ExecStart=//p' $unit) > "$LOGS/slipway" 2>&1 & ;;
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

async function follow(deployment: Deployment, look: (output: string, log: (name: string) => string) => Promise<void>) {
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
    'sleep 600',
  ].join('\n');
  // A name space of its own for mounts and processes: nothing of it is left.
  const flags = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const program = new Program('unshare', [...flags, 'bash', '-c', script], { cwd: work });
  const log = (name: string) => readFileSync(join(work, name), 'utf8');
  try {
    await program.printed(/^== the end$/m);
    await look(program.output, log);
  } finally {
    await program.kill();
  }
}

/** As the last step of the pages says. */
async function talk(): Promise<void> {
  const me = await Slixmpp.logIn('me@example.com/test', 'a-good-password', 5222, true);
  try {
    await me.do('register', { to: 'echo.example.com', values: { username: 'me', password: 'x' } });
    await me.expect('roster', ({ items }) => 'valley@echo.example.com' in (items as object));
    await me.do('say', { to: 'valley@echo.example.com', body: 'Is anybody there?' });
    const answer = await me.expect('message', ({ from }) => from?.startsWith('valley@') ?? false);
    assert.is(answer.body, 'Is anybody there?');
  } finally {
    await me.stop();
  }
}

function needRoot(): void {
  const isAble = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', '--pid', '--fork', 'true']).status === 0;
  if (!isAble) skip('only root may have folders and processes of its own');
}

test('Prosody :: docs/deploy-prosody.md ends with a gateway that works', async () => {
  needRoot();
  need(() => hasCommand('prosody'), 'prosody', 'prosody-modules');
  await follow(
    {
      page: 'deploy-prosody.md',
      copied: ['/etc/prosody', '/etc/systemd/system'],
      fresh: ['/var/lib/prosody', '/var/log/prosody', '/run/prosody', '/opt', '/etc/slipway', '/var/lib/slipway'],
      ready: 'until (exec 3<>/dev/tcp/127.0.0.1/5347) 2>/dev/null; do sleep 0.1; done',
      addition: `cat >> /etc/prosody/conf.d/example.com.cfg.lua <<'END'
VirtualHost "example.com"
  c2s_require_encryption = false
  allow_unencrypted_plain_auth = true
END`,
    },
    async (output, log) => {
      assert.match(output, /The configuration can be used\./);
      assert.match(output, /^ok {4}Privilege: rosters: granted \(both\)$/m);
      assert.match(output, /, 0 broken$/m);
      assert.match(log('check'), /The configuration can be used\./);
      await talk();
      assert.is((await fetch('http://127.0.0.1:9190/readyz')).status, 200);
      assert.match(log('slipway'), /"msg":"connected"/);
    },
  );
});

test('ejabberd :: docs/deploy-ejabberd.md ends with a gateway that works', async () => {
  needRoot();
  need(() => hasCommand('ejabberdctl'), 'ejabberd');
  await follow(
    {
      page: 'deploy-ejabberd.md',
      copied: ['/etc/ejabberd', '/etc/systemd/system'],
      fresh: ['/var/lib/ejabberd', '/var/log/ejabberd', '/opt', '/etc/slipway', '/var/lib/slipway'],
      ready: '',
    },
    async (output, log) => {
      assert.match(output, /The configuration can be used\./);
      assert.match(output, /^ok {4}Finding the gateway: example\.com lists it$/m);
      assert.match(output, /, 0 broken$/m);
      assert.match(log('check'), /The configuration can be used\./);
      await talk();
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
