/** The steps on the way of a message at which a gateway can be killed. They are reached through what its parts offer. */

import { Inbox } from '../../../src/gateway/incoming/inbox.ts';
import { Journal } from '../../../src/gateway/store/journal.ts';
import { JournalStatements } from '../../../src/gateway/store/journal-statements.ts';
import { MIGRATIONS } from '../../../src/gateway/store/migrations.ts';
import type { Turn } from '../../../src/gateway/store/turn.ts';
import { ComponentStream } from '../../../src/stanza/index.ts';

/**
 * - `received`: read from the socket, and nothing else.
 * - `stored`: in the journal, and the plugin does not know of it.
 * - `handed`: the plugin is called, and has told the network nothing.
 * - `taken`: the network has it, and the gateway does not know.
 * - `answered`: the plugin has answered; that is not stored.
 * - `recorded`: that is stored; the sender has no receipt.
 * - `said`: the plugin has said something, and it is not stored.
 * - `kept`: that is stored, and not written to the server.
 * - `written`: it is written, and no fence was passed.
 * - `fenced`: the server has read it; that is not stored.
 * - `migration`: the tables are half new.
 */
export const STEPS = [
  'received',
  'stored',
  'handed',
  'taken',
  'answered',
  'recorded',
  'said',
  'kept',
  'written',
  'fenced',
  'migration',
] as const;
export type Step = (typeof STEPS)[number];

let wanted: Step | undefined;
let left = 0;

/** Dies when this step is reached for the nth time. */
export function killAt(step: Step, nth: number): void {
  wanted = step;
  left = nth;
}

export function reached(step: Step): void {
  if (step !== wanted || --left > 0) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way: nothing else may happen.
  for (;;);
}

/** Calls `hook` before a method. */
function before<T extends object, K extends keyof T>(owner: T, name: K, hook: (...args: never[]) => void): void {
  const inner = owner[name] as (...args: unknown[]) => unknown;
  Object.assign(owner, {
    [name](this: T, ...args: never[]) {
      hook(...args);
      return inner.apply(this, args);
    },
  });
}

before(Inbox.prototype, 'take', () => reached('received'));
before(Journal.prototype, 'sent', () => reached('answered'));
before(Journal.prototype, 'send', (_stanza: never, xml: string) => {
  if (xml.includes('<body>')) reached('said');
});
before(Journal.prototype, 'read', () => reached('fenced'));
before(ComponentStream.prototype, 'sendRaw', (xml: string) => {
  if (xml.includes("xmlns='urn:xmpp:receipts'")) reached('recorded');
  if (!xml.includes('<body>')) return;
  reached('kept');
  // What is written in this turn leaves at its end.
  if (wanted === 'written') setImmediate(() => setImmediate(() => reached('written')));
});
before(JournalStatements.prototype, 'write', (turn: Turn) => {
  const [first] = turn.events as { arrived: (arrival: never) => void }[];
  if (first === undefined) return;
  const { arrived } = first;
  first.arrived = (arrival) => {
    reached('stored');
    arrived(arrival);
  };
});
const migration = MIGRATIONS['0005-journal'] as { up: (db: never) => Promise<void> };
const { up } = migration;
migration.up = async (db) => {
  await up(db);
  reached('migration');
};
