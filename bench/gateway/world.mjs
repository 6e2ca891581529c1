/** A server and a gateway, each in a process of its own, the gateway as users run it: its command, its defaults, a file. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Child } from './child.mjs';
import { now } from './stanzas.mjs';

const HERE = import.meta.dirname;
/** What one user may do is limited by these options. */
const LIMITS = ['messages', 'bytes', 'requests', 'joins', 'people', 'pending'];

const BIN = resolve(HERE, '../../dist/gateway/bin.js');

/** The users of the pretend server, and the client that each of them has. */
export const user = (n) => `user${n}@bench.example`;
export const client = (n) => `${user(n)}/desk`;

/** What a gateway says when the contacts of a user are there. */
const READY = ['<presence', "from='gw.bench.example'", '<show>chat</show>'];

/** Milliseconds for anything that is waited for. */
const PATIENCE = 240_000;

export class World {
  /** Whether the server is a real one: Prosody, unless `running` says that another one runs. */
  static isReal = false;
  #home = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
  #port;
  server;
  gateway;

  /** @param options.isPrivileged whether the server lets the gateway write rosters. */
  static async start(options = {}) {
    const world = new World();
    world.server = new Child(join(HERE, World.isReal ? 'real-server.mjs' : 'server.mjs'));
    await world.listen(options);
    return world;
  }

  async listen({ isPrivileged = true, greeting, running } = {}) {
    this.#port = await this.server.call('listen', { isPrivileged, greeting, running });
  }

  /** @param options further ones, by name. */
  async startGateway(options = {}) {
    const args = {
      'legacy-network': join(HERE, 'plugin.mjs'),
      jid: 'gw.bench.example',
      secret: 'secret',
      port: this.#port,
    };
    // One user does here what many do elsewhere.
    const limits = Object.fromEntries(LIMITS.map((name) => [`limit-${name}`, 0]));
    const flags = Object.entries({
      ...{ ...args, ...limits, server: '127.0.0.1', 'home-dir': this.#home },
      ...options,
    }).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.gateway = new Child(BIN, flags, { execArgv: process.env.BENCH_NODE_FLAGS?.split(' ') ?? [] });
  }

  /** Starts the gateway, and waits until it is connected. */
  async connect(options) {
    await this.startGateway(options);
    // The log says so.
    while (!this.gateway.output.includes('"msg":"connected"')) await Promise.race([pause(20), this.gateway.ended]);
    await pause(100);
  }

  async stopGateway() {
    await this.gateway.stop();
    this.gateway = undefined;
  }

  /** Counts from now on: needles by name, and `ready`, how many users are ready. */
  count(needles, options) {
    return this.server.call('count', { ready: READY, ...needles }, options);
  }

  /** Resolves when the server has counted so many, with the time; rejects when the gateway ends before. */
  until(name, count) {
    let timer;
    const expired = new Promise((_, reject) => {
      timer = setTimeout(async () => {
        const counts = JSON.stringify(await this.server.call('counts'));
        reject(new Error(`not ${count} ${name} within ${PATIENCE / 1000} s: ${counts} ${this.gateway?.output}`));
      }, PATIENCE);
    });
    const ended = this.gateway?.ended ?? expired;
    const counted = this.server.call('until', name, count);
    return Promise.race([counted, ended, expired]).finally(() => clearTimeout(timer));
  }

  /** Registers users with so many contacts. Their logins begin at once. */
  async register(from, to, contacts) {
    let xml = '';
    for (let n = from; n < to; n++) {
      xml +=
        `<iq type='set' id='register${n}' from='${client(n)}' to='gw.bench.example'><query xmlns='jabber:iq:register'>` +
        `<username>user${n}</username><x xmlns='jabber:x:data' type='submit'>` +
        `<field var='FORM_TYPE' type='hidden'><value>jabber:iq:register</value></field>` +
        `<field var='username'><value>user${n}</value></field><field var='contacts'><value>${contacts}</value></field>` +
        `</x></query></iq>`;
    }
    await this.server.call('send', xml);
  }

  /** One user whose contacts are there, with a client online. */
  async connectUser(contacts) {
    await this.connect();
    await this.count({});
    await this.register(0, 1, contacts);
    await this.until('ready', 1);
    await pause(300);
  }

  /** A client joins a room; resolves when it has the subject, which comes last. */
  async join(room, resource = 'desk') {
    await this.server.call(
      'send',
      `<presence from='${user(0)}/${resource}' to='#${room}@gw.bench.example/user0'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
    );
  }

  /** The microseconds of CPU time of the gateway that `work` takes, and its milliseconds. */
  async cost(work) {
    const cpu = await this.gateway.call('cpu');
    const start = now();
    await work();
    const ms = now() - start;
    // What is written to the store, or collected, a moment later belongs to it.
    await pause(150);
    return { cpu: (await this.gateway.call('cpu')) - cpu, ms };
  }

  /** KiB of memory that the gateway has of the machine. */
  rss() {
    const status = readFileSync(`/proc/${this.gateway.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]);
  }

  /** @throws AssertionError unless the server has counted exactly this. */
  async assertCounts(expected) {
    const counts = await this.server.call('counts');
    for (const [name, count] of Object.entries(expected)) assert.equal(counts[name], count, name);
  }

  async stop() {
    await this.gateway?.stop();
    await this.server.stop();
    rmSync(this.#home, { recursive: true, force: true });
  }
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
