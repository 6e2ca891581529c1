/** The doctor names every fault planted into real servers, with the remedy that fits. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Finding } from '../../src/gateway/doctor/finding.ts';
import { ComponentStream } from '../../src/stanza/index.ts';
import { suite } from '../support/test.ts';
import { Ejabberd } from './support/ejabberd.ts';
import { slipway } from './support/gateway-process.ts';
import { freePort } from './support/process.ts';
import { Prosody } from './support/prosody.ts';

const test = suite('doctor', { timeout: 180_000 });
const SECRET = 'nobody-may-see-this';
const home = mkdtempSync(join(tmpdir(), 'slipway-doctor-'));
test.after(() => rmSync(home, { recursive: true, force: true }));

interface Ports {
  readonly clientPort: number;
  readonly componentPort: number;
  /** For the components of other domains. */
  readonly openPort?: number;
}

interface Report {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

/** As an operator runs it: with an account for tests on the users' domain. */
async function examine(
  { clientPort, componentPort, openPort = componentPort }: Ports,
  domain: string,
  {
    jid = `gw.${domain}`,
    secret = SECRET,
    port = domain === 'localhost' ? componentPort : openPort,
    server = '127.0.0.1',
    workers = 1,
  } = {},
): Promise<Report> {
  const run = slipway([
    ...['doctor', '--json', '--jid', jid, '--secret', secret, '--server', server, '--port', String(port)],
    ...['--domain', domain, '--user', `romeo@${domain}`, '--user-password', 'romeo', '--user-server', '127.0.0.1'],
    ...(workers === 1 ? [] : ['--workers', String(workers), '--database-url', 'postgres://localhost/not-needed']),
    ...['--user-port', String(clientPort), '--user-plain', '--home-dir', home],
  ]);
  const code = await run.exit();
  assert.not.match(run.output, SECRET, 'no secret is printed');
  const report = JSON.parse(run.output) as Report;
  assert.is(code, report.ok ? 0 : 1);
  return report;
}

/** What is planted, and the findings that must not be well: with a part of the remedy, of the lines, or of what is seen. */
interface Fault {
  readonly what: string;
  readonly domain?: string;
  readonly options?: Parameters<typeof examine>[2];
  readonly found: Readonly<Record<string, RegExp>>;
}

/** All text of a finding. */
function words({ seen, remedy = '', lines = {} }: Finding): string {
  return [seen, remedy, ...Object.values(lines)].join('\n');
}

async function check(server: Ports, expected: readonly string[], faults: readonly Fault[]): Promise<void> {
  // Two at a time: each is a process.
  const queue = [...faults];
  const next = async (): Promise<void> => {
    const fault = queue.shift();
    if (fault === undefined) return;
    const { findings } = await examine(server, fault.domain ?? 'localhost', fault.options);
    const unwell = findings.filter(({ status, id }) => status !== 'ok' && !expected.includes(id));
    assert.equal(unwell.map(({ id }) => id).sort(), Object.keys(fault.found).sort(), fault.what);
    for (const each of unwell) assert.match(words(each), fault.found[each.id] as RegExp, fault.what);
    await next();
  };
  await Promise.all([next(), next()]);
}

const ALL = [
  ...['reach', 'secret', 'conflict', 'disco', 'listed', 'carbons', 'version'],
  ...['privilege-roster', 'privilege-message', 'privilege-pubsub', 'privilege-pubsub-owner', 'privilege-upload'],
  ...['upload', 'upload-limit', 'upload-trial', 'pep', 'archive', 'message-carbon', 'message-archive'],
];

/** What keeps the doctor from even connecting is the same for all servers. */
async function unreachable(
  { clientPort }: Ports,
  stranger: Fault['found'],
): Promise<{ faults: Fault[]; close: () => void }> {
  // Takes connections and never says a word.
  const mute: Server = createServer();
  const mutePort = await new Promise<number>((resolve) => {
    mute.listen(0, '127.0.0.1', () => resolve((mute.address() as { port: number }).port));
  });
  const faults: Fault[] = [
    { what: 'a wrong secret', options: { secret: 'wrong' }, found: { secret: /must say the same for gw\.localhost/ } },
    {
      what: 'a component that the server does not know',
      options: { jid: 'other.localhost' },
      found: stranger,
    },
    { what: 'nothing listens', options: { port: await freePort() }, found: { reach: /ECONNREFUSED.*firewall/s } },
    { what: 'the port of clients', options: { port: clientPort }, found: { port: /not for components/ } },
    { what: 'somebody who says nothing', options: { port: mutePort }, found: { port: /not for components/ } },
    {
      what: 'a host name that does not exist',
      options: { server: 'no-such-host.invalid' },
      found: { reach: /no-such-host\.invalid is not known.*Correct the option server/s },
    },
  ];
  return { faults, close: () => mute.close() };
}

/** Another connection of the same component. */
async function occupied(port: number): Promise<ComponentStream> {
  const stream = new ComponentStream({
    domain: 'gw.busy',
    secret: SECRET,
    host: '127.0.0.1',
    port,
    onStanza: () => undefined,
  });
  await stream.start();
  return stream;
}

const privileged = (jid: string, grants: string) =>
  `modules_enabled = { "privilege" }\n  privileged_entities = { ["${jid}"] = { ${grants} } }`;
const FULL = `roster = "both"; message = "outgoing"; iq = { ["http://jabber.org/protocol/pubsub"] = "both";
    ["http://jabber.org/protocol/pubsub#owner"] = "set"; ["urn:xmpp:http:upload:0"] = "get" }`;

test('Prosody :: healthy, and each fault with its remedy', async () => {
  const host = (name: string, lines: string, component = 'modules_enabled = { "privilege" }') => `
VirtualHost "${name}"
  ${lines}
Component "gw.${name}"
  component_secret = "${SECRET}"
  ${component}
`;
  const upload = (name: string, port: number, limit = 104_857_600, access = `"${name}", "gw.${name}"`) => `
Component "upload.${name}" "http_file_share"
  http_file_share_access = { ${access} }
  http_external_url = "http://127.0.0.1:${port}/"
  http_host = "${name}.invalid"
  http_file_share_size_limit = ${limit}
`;
  const dead = await freePort();
  // The upload service has a path of its own for each host, on one port: so all but one are by their faults.
  const hosts = ['bare', 'some', 'deaf', 'old', 'small', 'closed', 'busy'];
  const lines = [
    host('bare', ''),
    host('some', privileged('gw.some', 'roster = "get"; iq = { ["http://jabber.org/protocol/pubsub"] = "get" }')),
    host('deaf', `${privileged('gw.deaf', FULL)}\n  modules_disabled = { "carbons", "mam" }`),
    host(
      'old',
      `${privileged('gw.old', FULL)}\n  modules_disabled = { "pep", "bookmarks", "vcard_legacy", "version" }`,
    ),
    host('small', privileged('gw.small', FULL)),
    upload('small', dead, 1_048_576),
    host('closed', privileged('gw.closed', FULL)),
    upload('closed', dead, 104_857_600, '"elsewhere"'),
    host('busy', privileged('gw.busy', FULL)),
  ].join('\n');
  const prosody = await Prosody.start({
    users: ['romeo'],
    component: { domain: 'gw.localhost', secret: SECRET },
    privileged: true,
    maxFileSize: 104_857_600,
    more: { hosts, lines },
  });
  const connections = await unreachable(prosody, {
    component: /Tell the server about other\.localhost.*Component "other\.localhost"/s,
  });
  const busy = await occupied(prosody.componentPort);
  try {
    const healthy = await examine(prosody, 'localhost');
    assert.equal(
      healthy.findings.map(({ id, status }) => `${id} ${status}`),
      ALL.map((id) => `${id} ok`),
    );
    const none = /^not granted.*VirtualHost "bare".*\["gw\.bare"\]/s;
    const noUpload = { upload: /http_file_share/ };
    const faults: Fault[] = [
      ...connections.faults,
      { what: 'two processes', options: { workers: 2 }, found: { workers: /with another server, workers must be 1/ } },
      { what: 'busy', domain: 'busy', found: { conflict: /stop it while the doctor looks/ } },
      {
        what: 'no such host',
        domain: 'nowhere',
        options: { jid: 'gw.localhost' },
        found: { disco: /nowhere does not answer.*VirtualHost "nowhere"/s },
      },
      {
        what: 'no privileges at all',
        domain: 'bare',
        found: {
          ...{ 'privilege-roster': none, 'privilege-message': none, 'privilege-pubsub': none },
          ...{ 'privilege-pubsub-owner': none, 'privilege-upload': none, ...noUpload },
          ...{ 'message-carbon': /needs the privilege/, 'message-archive': /needs the privilege/ },
        },
      },
      {
        what: 'some privileges',
        domain: 'some',
        found: {
          'privilege-roster': /^only "get" is granted, "both" is needed.*roster = "both"/s,
          'privilege-message': /^not granted.*message = "outgoing"/s,
          'privilege-pubsub': /^only "get" is granted, "both" is needed/,
          ...{ 'privilege-pubsub-owner': /^not granted/, 'privilege-upload': /^not granted/, ...noUpload },
          ...{ 'message-carbon': /needs the privilege/, 'message-archive': /needs the privilege/ },
        },
      },
      {
        what: 'neither carbons nor archives',
        domain: 'deaf',
        found: {
          ...noUpload,
          carbons: /modules_enabled = \{ "carbons" \}/,
          archive: /modules_enabled = \{ "mam" \}/,
          'message-carbon': /"carbons"/,
          'message-archive': /"mam"/,
        },
      },
      {
        what: 'no personal data, and it does not say what it is',
        domain: 'old',
        found: { ...noUpload, pep: /modules_enabled = \{ "pep" \}/, version: /XEP-0092/ },
      },
      {
        what: 'uploads of little files only, at an address where nothing is',
        domain: 'small',
        found: {
          'upload-limit': /only up to 1048576 bytes.*size_limit = 104857600/s,
          'upload-trial': /ECONNREFUSED.*must be reachable/s,
        },
      },
      {
        what: 'uploads for users only',
        domain: 'closed',
        found: { 'upload-trial': /refuses the gateway.*http_file_share_access = \{ "closed", "gw\.closed" \}/s },
      },
    ];
    await check(prosody, [], faults);
  } finally {
    connections.close();
    await busy.stop();
    await prosody.stop();
  }
});

test('ejabberd :: healthy, and each fault with its remedy', async () => {
  const usual = {
    mod_disco: '{}',
    mod_roster: '{}',
    mod_carboncopy: '{}',
    mod_caps: '{}',
    mod_pubsub: '{plugins: [flat, pep]}',
    mod_mam: '{}',
    mod_version: '{}',
    mod_muc: '{}',
  };
  type Modules = Record<string, string>;
  const yaml = (modules: Modules) =>
    Object.entries(modules)
      .map(([name, options]) => `      ${name}: ${options}`)
      .join('\n');
  const without = (...names: string[]) =>
    yaml(Object.fromEntries(Object.entries(usual).filter(([name]) => !names.includes(name))));
  const upload = (options: string) =>
    yaml({
      ...usual,
      mod_http_upload: `{put_url: "http://127.0.0.1:${dead}/@HOST@/upload", docroot: "${home}", ${options}}`,
    });
  const dead = await freePort();
  const hosts = {
    bare: without(),
    deaf: without('mod_carboncopy', 'mod_mam'),
    old: without('mod_pubsub', 'mod_version'),
    small: upload('access: all, max_size: 1048576'),
    closed: upload('max_size: 104857600'),
    busy: without(),
    even: without(),
    few: without(),
    odd: without(),
  };
  const balanced = {
    'gw.even': '{type: bare_source, component_number: 2}',
    'gw.few': '{type: bare_source, component_number: 2}',
    'gw.odd': '{type: random, component_number: 2}',
  };
  const ejabberd = await Ejabberd.start({
    users: ['romeo'],
    component: { domain: 'gw.localhost', secret: SECRET },
    privileged: true,
    hosts,
    balanced,
    openSecret: SECRET,
  });
  const connections = await unreachable(ejabberd, {
    secret: /when it does not know other\.localhost at all.*"other\.localhost": \{password/s,
  });
  const busy = await occupied(ejabberd.openPort);
  try {
    const healthy = await examine(ejabberd, 'localhost');
    // Debian's version grants what it does not do, and knows no privilege for requests.
    const broken = ['version', 'privilege-roster', 'privilege-message'];
    const unknown = ['privilege-pubsub', 'privilege-pubsub-owner', 'privilege-upload', 'message-carbon'];
    const expected = [...broken, ...unknown, 'message-archive'];
    assert.equal(
      healthy.findings.filter(({ status }) => status === 'ok').map(({ id }) => id),
      ALL.filter((id) => !expected.includes(id)),
    );
    for (const id of [...broken, 'message-carbon', 'message-archive']) {
      const finding = healthy.findings.find((each) => each.id === id);
      assert.match(words(finding as Finding), /pgrade to ejabberd 23\.10/, id);
    }
    const noUpload = { upload: /mod_http_upload/ };
    const faults: Fault[] = [
      ...connections.faults,
      { what: 'busy', domain: 'busy', found: { conflict: /stop it while the doctor looks/ } },
      { what: 'two processes', domain: 'even', options: { workers: 2 }, found: noUpload },
      {
        what: 'fewer places than processes',
        domain: 'few',
        options: { workers: 3 },
        found: { conflict: /of 3 connections 1 get nothing.*"gw\.few":.*component_number: 3/s },
      },
      ...['odd', 'bare'].map((domain) => ({
        what: 'users are spread anyhow',
        domain,
        options: { workers: 2 },
        found: { conflict: /what one user says reaches several.*type: bare_source\n\s*component_number: 2/s },
      })),
      {
        what: 'no such host',
        domain: 'nowhere',
        options: { jid: 'gw.localhost' },
        found: { disco: /nowhere does not answer.*hosts: \[ "nowhere" \]/s },
      },
      { what: 'no uploads', domain: 'bare', found: noUpload },
      {
        what: 'neither carbons nor archives',
        domain: 'deaf',
        found: { ...noUpload, carbons: /mod_carboncopy: \{\}/, archive: /mod_mam: \{ default: always \}/ },
      },
      { what: 'no personal data', domain: 'old', found: { ...noUpload, pep: /mod_pubsub/ } },
      {
        what: 'uploads of little files only, at an address where nothing is',
        domain: 'small',
        found: { 'upload-limit': /max_size: 104857600/, 'upload-trial': /ECONNREFUSED/ },
      },
      { what: 'uploads for users only', domain: 'closed', found: { 'upload-trial': /access: all/ } },
    ];
    await check(ejabberd, expected, faults);
  } finally {
    connections.close();
    await busy.stop();
    await ejabberd.stop();
  }
});

test('for people :: a line each, then the lines for the configuration', async () => {
  const port = await freePort();
  const run = slipway([
    ...['doctor', '--jid', 'gw.localhost', '--secret', SECRET, '--server', '127.0.0.1', '--port', String(port)],
  ]);
  assert.is(await run.exit(), 1);
  assert.match(run.output, /^FAIL {2}The server: 127\.0\.0\.1 port \d+: connect ECONNREFUSED/);
  assert.match(run.output, /In the configuration of Prosody:\n\n {8}component_ports = \{ \d+ \}/);
  assert.match(run.output, /In the configuration of ejabberd:\n\n {8}listen:/);
  assert.match(run.output, /\n0 well, 0 to improve, 1 broken\n$/);
  assert.not.match(run.output, SECRET);
});

test.run();
