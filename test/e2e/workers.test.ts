/**
 * Several processes at work for one component, on ejabberd and PostgreSQL: the users are spread over them; one is killed,
 * the server restarts, one is told to stop, all while everybody talks. How long and with how many people is set by the
 * environment: see docs/growing.md.
 */

import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';
import { check } from './support/account.ts';
import { type Program, until } from './support/process.ts';
import { Workers } from './support/workers.ts';

const COUNTS = (process.env.WORKERS ?? '2,3').split(',').map(Number);
const MOST = Math.max(...COUNTS);
const PEOPLE = Number(process.env.WORKERS_PEOPLE ?? 12);
/** Milliseconds between two messages in each direction, of each of them. */
const PACE = Number(process.env.WORKERS_PACE ?? 100);
/** How often a process is killed, and for how many milliseconds everybody talks before and after each time. */
const KILLS = Number(process.env.WORKERS_KILLS ?? 1);
const TALK = Number(process.env.WORKERS_TALK ?? 1000);
/** Messages that the network says to everybody, all at once. */
const BURST = 50;

const test = suite('workers', { timeout: 160_000 + KILLS * (20_000 + 2 * TALK) });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs `play` while everybody talks. Afterwards nothing is lost or doubled, and nobody was logged in twice. */
async function talking(workers: number, what: string, play: (all: Workers) => Promise<void>): Promise<void> {
  const all = await Workers.start({ workers, people: PEOPLE, pace: PACE });
  try {
    await all.allIn(all.processes);
    assertSpread(all, workers);
    all.talk();
    await pause(TALK);
    await play(all);
    await pause(TALK);
    await all.hush();
    if (process.env.SHOW_LOGS) for (const { pid, output } of all.processes) console.log(`--- ${pid}\n${output}`);
    for (const each of all.people) check(each.account, { isIdempotent: false });
    assert.equal(all.network.doubleLogins, []);
    assertSpread(all, workers);
    console.log(`    ${workers} workers, ${what}: ${summary(all)}`);
    for (const each of all.alive) each.signal('SIGTERM');
    for (const each of all.alive) assert.is(await each.exit(), 0);
  } catch (error) {
    if (process.env.SHOW_LOGS) for (const { pid, output } of all.processes) console.log(`--- ${pid}\n${output}`);
    throw error;
  } finally {
    await all.stop();
  }
}

/** Each of them has some of the people, and all people are with one. */
function assertSpread(all: Workers, workers: number): void {
  const pids = all.alive.map(({ pid }) => pid);
  const { spread } = all;
  assert.is(spread.size, workers, `spread: ${JSON.stringify([...spread])}`);
  assert.ok([...spread.keys()].every((pid) => pids.includes(pid)));
}

function summary({ people, spread }: Workers): string {
  const accounts = people.map(({ account }) => account);
  const sum = (count: (account: (typeof accounts)[number]) => number) =>
    accounts.reduce((total, account) => total + count(account), 0);
  return (
    `${people.length} people, spread ${[...spread.values()].map(({ length }) => length).join(' and ')}; ` +
    `${sum(({ sent }) => sent)} messages sent and ${sum(({ said }) => said)} received, none lost, none doubled; ` +
    `${sum(({ repeated }) => repeated)} sent again, ${sum(({ unknown }) => unknown.length)} of unknown fate, ` +
    `${sum(({ refused }) => refused)} refused, ${sum(({ copies }) => copies)} copies`
  );
}

for (const workers of COUNTS) {
  test(`${workers} workers :: one is killed, and another takes over: nothing lost, nobody logged in twice`, () =>
    talking(workers, 'killed', async (all) => {
      for (let kill = 0; kill < KILLS; kill++) {
        const spare = await all.addSpare();
        if (kill > 0) await pause(TALK);
        const victim = all.busiest;
        const its = all.spread.get(victim.pid)?.length;
        const killed = Date.now();
        await victim.kill();
        await spare.printed(/"msg":"connected"/);
        const connected = Date.now() - killed;
        await all.allIn(all.alive);
        const last = Math.max(...all.people.map(({ mailbox }) => mailbox.logins.at(-1)?.at ?? 0)) - killed;
        console.log(
          `    killed with ${its} people; another connected after ${connected} ms, all logged in after ${last} ms`,
        );
        assert.is(all.spread.get(spare.pid)?.length, its, 'it has the same people');
      }
    }));
}

test(`${MOST} workers :: two die while the server is behind, and only one follows at first: chats keep their order`, () =>
  talking(MOST, 'two killed', async (all) => {
    let count = 0;
    const burst = (size: number, padding: string) => {
      for (let i = 0; i < size; i++, count++) for (const { mailbox } of all.people) mailbox.say('fay', padding + count);
    };
    for (let kill = 0; kill < KILLS; kill++) {
      if (kill > 0) await pause(TALK);
      const [low, , high] = [all.byNumber[0], all.byNumber[1], all.byNumber.at(-1)] as [Program, Program, Program];
      // More than there is room for on the way: it is left in the journal of who dies.
      all.ejabberd.signal('SIGSTOP');
      burst(BURST, `${'x'.repeat(60_000)} `);
      await pause(1000);
      await high.kill();
      all.ejabberd.signal('SIGCONT');
      await pause(300);
      await low.kill();
      // Who comes takes the number of the one, and gets the people of the other: the server counts otherwise.
      await all.add();
      const later = setInterval(() => burst(1, ''), 100);
      await pause(1000 + TALK);
      await all.add();
      await all.allIn(all.alive);
      clearInterval(later);
    }
  }));

test(`${MOST} workers :: one is told to stop, and another takes over`, () =>
  talking(MOST, 'stopped', async (all) => {
    const spare = await all.addSpare();
    const stopping = all.busiest;
    stopping.signal('SIGTERM');
    assert.is(await stopping.exit(), 0);
    await spare.printed(/"msg":"connected"/);
    await all.allIn(all.alive);
  }));

test(`${MOST} workers :: the server restarts, and spreads people otherwise`, () =>
  talking(MOST, 'server restarted', async (all) => {
    for (let restart = 0; restart < KILLS; restart++) {
      if (restart > 0) await pause(TALK);
      await all.restartServer();
      await all.allIn(all.alive);
    }
  }));

test('2 workers :: the server takes a dead one for alive: who comes instead connects until there is a place', () =>
  talking(2, 'no place', async (all) => {
    const spare = await all.addSpare();
    await all.busiest.kill();
    const ghost = await all.takePlace();
    await spare.printed(/"msg":"connected"/);
    const connected = Date.now();
    await ghost.stop();
    // The place is free, but goes to who connects next.
    const offset = spare.output.length;
    await spare.printed(/"msg":"not connected, will try again"/, offset);
    await spare.printed(/"msg":"connected"/, offset);
    console.log(`    without a place it connected anew after ${Date.now() - connected} ms`);
    await all.allIn(all.alive);
  }));

test('administrators reach everybody, wherever they are', async () => {
  const all = await Workers.start({ workers: MOST, people: PEOPLE, pace: PACE });
  try {
    const [admin] = all.people;
    const answer = async (command: string) => {
      const before = admin?.notices.length ?? 0;
      admin?.command(command);
      return until(
        () => admin?.notices.slice(before).find((text) => !text.startsWith('We ')),
        `an answer to ${command}`,
      );
    };
    assert.is(await answer('announce We are moving.'), `Sent to ${PEOPLE} users.`);
    await until(() => all.people.every(({ notices }) => notices.includes('We are moving.')), 'everybody reads it');
    const list = await answer('list_users');
    for (const { mailbox } of all.people) assert.match(list, mailbox.user);
    for (const { mailbox } of all.people.slice(0, 6)) {
      const logins = mailbox.logins.length;
      assert.is(await answer(`re-login_user ${mailbox.user}`), `The session of ${mailbox.user}: ready.`);
      assert.is(mailbox.logins.length, logins + 1);
    }
    assertSpread(all, MOST);
    assert.equal(all.network.doubleLogins, []);
  } finally {
    await all.stop();
  }
});

test.run();
