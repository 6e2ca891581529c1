/**
 * A real server in the place of `server.mjs`: Prosody, or one that runs already, with clients that are as simple as possible.
 * Steered in the same way: what is sent goes out on the connection of the client that it is from.
 */

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from './rpc.mjs';
import { attribute, Counter, Cutter, flood } from './stanzas.mjs';

const DOMAIN = 'bench.example';
const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-prosody-'));
const counter = new Counter();
/** By full JID. */
const clients = new Map();
let prosody;
let ports;

/** Rosters are written by the gateway; archives are off: Prosody's own would be all that is measured. */
function configuration({ c2s, component }, isPrivileged) {
  const privileges = `privileged_entities = { ["gw.${DOMAIN}"] = { roster = "both"; message = "outgoing" } }`;
  const privilege = isPrivileged ? ', "privilege"' : '';
  return `
run_as_root = true
daemonize = false
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
plugin_paths = { "/usr/lib/prosody/modules" }
interfaces = { "127.0.0.1" }
component_interfaces = { "127.0.0.1" }
c2s_ports = { ${c2s} }
component_ports = { ${component} }
s2s_ports = {}
network_settings = { read_size = 262144, min_wait = 0 }
modules_enabled = { "roster", "saslauth", "disco", "ping"${privilege} }
modules_disabled = { "s2s", "offline" }
authentication = "internal_plain"
allow_unencrypted_plain_auth = true
c2s_require_encryption = false
log = { warn = "${folder}/prosody.log" }
VirtualHost "${DOMAIN}"
${isPrivileged ? privileges : ''}
Component "gw.${DOMAIN}"
  component_secret = "secret"
  ${isPrivileged ? 'modules_enabled = { "privilege" }' : ''}
`;
}

async function start(isPrivileged) {
  ports = { c2s: await freePort(), component: await freePort() };
  mkdirSync(join(folder, 'data', 'bench%2eexample', 'accounts'), { recursive: true });
  writeFileSync(join(folder, 'prosody.cfg.lua'), configuration(ports, isPrivileged));
  prosody = spawn('prosody', ['--config', join(folder, 'prosody.cfg.lua'), '--root', '-F'], { stdio: 'inherit' });
  process.on('exit', () => {
    prosody.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  for (;;) {
    if (prosody.exitCode !== null) throw new Error('Prosody ended');
    if ((await accepts(ports.c2s)) && (await accepts(ports.component))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Logs a client in, whose account is made on the way. */
function logIn(jid) {
  const [, name, domain, resource] = /^(.*?)@(.*)\/(.*)$/.exec(jid);
  if (prosody !== undefined) {
    const accounts = join(folder, 'data/bench%2eexample/accounts');
    writeFileSync(join(accounts, `${name}.dat`), `return { ["password"] = "${name}" };\n`);
  }
  const socket = connect(ports.c2s, '127.0.0.1');
  socket.setNoDelay(true);
  socket.setEncoding('latin1');
  const open = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${domain}' version='1.0'>`;
  return new Promise((resolve, reject) => {
    let isBound = false;
    const steps = {
      '<mechanisms': `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${Buffer.from(`\0${name}\0${name}`).toString('base64')}</auth>`,
      '<success': open,
      '<bind': `<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
    };
    const cutter = new Cutter((xml) => {
      if (isBound) return counter.take(xml);
      if (xml.startsWith('<failure')) return reject(new Error(xml));
      if (xml.startsWith('<iq')) {
        isBound = true;
        // The roster is asked for so that what comes into it is told.
        socket.write("<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq><presence/>");
        return resolve(socket);
      }
      const next = Object.keys(steps).find((each) => xml.includes(each));
      if (next !== undefined) socket.write(steps[next]);
    });
    socket.on('data', (text) => cutter.push(text));
    socket.on('error', reject);
    socket.write(open);
  });
}

async function clientOf(xml) {
  const jid = attribute(xml, 'from');
  let client = clients.get(jid);
  if (client === undefined) {
    client = logIn(jid);
    clients.set(jid, client);
  }
  return client;
}

serve({
  /** @param options.running the ports of a server that runs already, and knows the clients by their names. */
  async listen({ isPrivileged, running }) {
    if (running !== undefined) ports = running;
    else if (prosody === undefined) await start(isPrivileged);
    return ports.component;
  },
  pid: () => prosody?.pid,
  count: (needles, options) => counter.reset(needles, options),
  counts: () => counter.counts,
  last: (name) => counter.last(name),
  delays: () => counter.delays,
  until: (name, count) => counter.until(name, count),
  async send(xml) {
    // Each stanza by the client that it is from.
    const stanzas = [];
    new Cutter((each) => stanzas.push(each)).push(xml);
    for (const each of stanzas) (await clientOf(each)).write(each, 'latin1');
  },
  async flood(what) {
    const socket = await clientOf(what.xml);
    await flood(
      what,
      (text) => socket.write(text, 'latin1'),
      () => new Promise((resolve) => socket.once('drain', resolve)),
    );
  },
});
