/** Two processes, one component: the second stands by, and takes over when the first has died, under load. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Life } from '../../src/gateway/watch/explain.ts';
import { body, ClientStream, type Element, message, presence, StanzaError } from '../../src/stanza/index.ts';
import { register } from '../../src/xep/0077-register.ts';
import { request as receiptRequest, received } from '../../src/xep/0184-receipts.ts';
import { suite } from '../support/test.ts';
import { slipway } from './support/gateway-process.ts';
import { Postgres } from './support/postgres.ts';
import { freePort, type Program, until } from './support/process.ts';
import { Prosody } from './support/prosody.ts';

const test = suite('takeover', { timeout: 180_000 });
const GATEWAY = 'gw.localhost';
const MESSAGES = 300;
const KILL_AT = 100;
/** Milliseconds until a message without a receipt is sent again. */
const RECEIPT_PATIENCE = 3000;

interface Fate {
  /** How often it was sent: again, when the server said that nobody was there. */
  attempts: number;
  end: 'receipt' | 'unknown' | undefined;
}

/** Sends messages and follows what becomes of each. */
class Sender {
  readonly fates = new Map<string, Fate>();
  readonly #client: ClientStream;
  #isStopped = false;

  constructor(port: number) {
    this.#client = new ClientStream({
      jid: 'romeo@localhost/load',
      password: 'romeo',
      host: '127.0.0.1',
      port,
      tls: 'never',
      allowPlain: true,
      onStanza: (stanza) => this.#take(stanza),
    });
  }

  async start(): Promise<void> {
    await this.#client.start();
    this.#client.send(presence({}));
    await register(this.#client, GATEWAY, { username: 'romeo', password: 'x' });
  }

  say(id: string): void {
    const fate = this.fates.get(id) ?? { attempts: 0, end: undefined };
    fate.attempts++;
    this.fates.set(id, fate);
    const to = `ledger@${GATEWAY}`;
    this.#client.send(message({ to, type: 'chat', id }, body.build(id), receiptRequest.build(true)));
    // Components acknowledge nothing to their server: what it has written to one that dies, it takes for delivered. A
    // client that asks for receipts sees that none comes.
    setTimeout(() => {
      if (fate.end === undefined && !this.#isStopped) this.say(id);
    }, RECEIPT_PATIENCE);
  }

  get open(): number {
    return [...this.fates.values()].filter(({ end }) => end === undefined).length;
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#client.stop();
  }

  #take(stanza: Element): void {
    if (stanza.name !== 'message') return;
    const receipt = stanza.getChild('received', received.ns)?.attrs.id;
    if (receipt !== undefined) this.#end(receipt, 'receipt');
    const { id, type } = stanza.attrs;
    if (type !== 'error' || id === undefined || !this.fates.has(id)) return;
    const error = StanzaError.fromStanza(stanza);
    if (/not known whether this arrived/.test(error.text)) this.#end(id, 'unknown');
  }

  #end(id: string, end: 'receipt' | 'unknown'): void {
    const fate = this.fates.get(id);
    if (fate !== undefined) fate.end ??= end;
  }
}

/** Of each message somebody can say what became of it, whichever process had it. */
async function assertExplained(port: number, fates: ReadonlyMap<string, Fate>): Promise<void> {
  const told: Record<string, number> = {};
  for (const [id, { end }] of fates) {
    const response = await fetch(`http://127.0.0.1:${port}/explain?id=${id}`, {
      headers: { authorization: 'Bearer sesame' },
    });
    const lives = ((await response.json()) as Life[]).filter(({ direction }) => direction === 'to-network');
    const outcomes = lives.map(({ outcome }) => outcome);
    assert.ok(outcomes.length > 0, `nothing is known of ${id}`);
    const fitting = end === 'receipt' ? ['handled', 'sent'] : ['unknown'];
    assert.ok(
      outcomes.some((outcome) => fitting.includes(outcome)),
      `${id}: ${end}, but ${outcomes}`,
    );
    for (const outcome of outcomes) told[outcome] = (told[outcome] ?? 0) + 1;
  }
  console.log(`    explained: ${JSON.stringify(told)}`);
}

interface Location {
  readonly name: string;
  open(folder: string): Promise<{ flags: readonly string[]; close(): Promise<void> }>;
}

const LOCATIONS: readonly Location[] = [
  {
    name: 'SQLite',
    open: async () => ({ flags: [], close: async () => {} }),
  },
  {
    name: 'PostgreSQL',
    async open() {
      const postgres = await Postgres.start();
      return { flags: ['--database-url', await postgres.database()], close: () => postgres.stop() };
    },
  },
];

for (const { name, open } of LOCATIONS) {
  test(`${name} :: the first is killed under load: nothing lost, nothing doubled, nobody logged in twice`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-takeover-'));
    const ledger = join(folder, 'ledger');
    writeFileSync(ledger, '');
    const lines = (kind: string) =>
      readFileSync(ledger, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith(`${kind} `))
        .map((line) => line.slice(kind.length + 1));
    const location = await open(folder);
    const component = { domain: GATEWAY, secret: 's' };
    const prosody = await Prosody.start({ users: ['romeo'], component, privileged: true });
    const plugin = join(import.meta.dirname, 'support/ledger-plugin.ts');
    const flags = [
      ...['--legacy-network', plugin, '--jid', GATEWAY, '--secret', 's', '--server', '127.0.0.1'],
      ...['--port', String(prosody.componentPort), '--home-dir', join(folder, 'home'), '--ledger-file', ledger],
      // A load like this is that of many people.
      ...['--limit-messages', '0', ...location.flags],
    ];
    const http = await freePort();
    const processes: Program[] = [];
    const sender = new Sender(prosody.clientPort);
    try {
      const first = slipway(flags);
      processes.push(first);
      await first.printed(/"msg":"connected"/);
      const second = slipway([...flags, '--http-port', String(http), '--http-token', 'sesame']);
      processes.push(second);
      await second.printed(/"msg":"standing by: others serve from the same database"/);
      await sender.start();
      await until(() => lines('login').length === 1, 'the first login');
      let killedAt = 0;
      for (let i = 0; i < MESSAGES; i++) {
        sender.say(`m${i}`);
        if (i === KILL_AT) {
          killedAt = Date.now();
          await first.kill();
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await second.printed(/"msg":"connected"/);
      await until(() => sender.open === 0, 'every message has a fate');
      const sent = lines('sent');
      assert.is(new Set(sent).size, sent.length, 'nothing is doubled');
      const unknown = [...sender.fates].filter(([, { end }]) => end === 'unknown').map(([id]) => id);
      const missing = [...sender.fates.keys()].filter((id) => !sent.includes(id));
      assert.equal(
        missing.filter((id) => !unknown.includes(id)),
        [],
        'nothing is lost',
      );
      assert.ok(unknown.length < 60, `${unknown.length} are unknown`);
      const logins = lines('login').map((line) => line.split(' ').map(Number));
      assert.equal(
        logins.map(([pid]) => pid),
        [first.pid, second.pid],
        'one after the other',
      );
      assert.ok((logins[1]?.[1] ?? 0) >= killedAt);
      console.log(
        `    ${name}: ${MESSAGES} messages, ${unknown.length} of unknown fate, ` +
          `${[...sender.fates.values()].filter(({ attempts }) => attempts > 1).length} sent again; ` +
          `logged in again ${(logins[1]?.[1] ?? 0) - killedAt} ms after the kill`,
      );
      await assertExplained(http, sender.fates);
      second.signal('SIGTERM');
      assert.is(await second.exit(), 0);
    } finally {
      await sender.stop();
      for (const each of processes) await each.kill();
      await prosody.stop();
      await location.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test('PostgreSQL :: a process whose connection is cut serves no more', async () => {
  const postgres = await Postgres.start();
  const prosody = await Prosody.start({ users: [], component: { domain: GATEWAY, secret: 's' }, privileged: true });
  const folder = mkdtempSync(join(tmpdir(), 'slipway-takeover-'));
  const only = slipway([
    ...['--legacy-network', join(import.meta.dirname, 'support/ledger-plugin.ts'), '--jid', GATEWAY, '--secret', 's'],
    ...['--server', '127.0.0.1', '--port', String(prosody.componentPort), '--ledger-file', join(folder, 'ledger')],
    ...['--home-dir', join(folder, 'home'), '--database-url', await postgres.database()],
  ]);
  try {
    await only.printed(/"msg":"connected"/);
    await postgres.stop();
    assert.is(await only.exit(), 1);
    assert.match(only.output, /the right to serve from this database is lost/);
  } finally {
    await only.kill();
    await prosody.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
