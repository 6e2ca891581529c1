/**
 * The gateway is killed with SIGKILL at each step on the way of a message, in the middle of a conversation on a real
 * server. How much of it is said is set by the environment: see docs/reliability.md.
 */

import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';
import { check, numbers } from './support/account.ts';
import { Conversation } from './support/conversation.ts';
import type { Account } from './support/correspondent.ts';
import { STEPS, type Step } from './support/kill.ts';
import { checkLivesByHttp, checkStoredLives } from './support/lives.ts';
import { until } from './support/process.ts';

/** Messages in each direction, and how often each step is killed at. */
const MESSAGES = Number(process.env.CRASH_MESSAGES ?? 220);
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 1);
const SEED = Number(process.env.CRASH_SEED ?? 1);

const test = suite('crash matrix', { timeout: 120_000 + ROUNDS * 120_000 });
/** Where it matters whether something can be sent twice. */
const REPEATABLE: readonly Step[] = ['stored', 'handed', 'taken', 'answered'];
/** What happens once for many messages. */
const RARE: ReadonlySet<Step> = new Set(['stored', 'fenced']);
const only = process.env.CRASH_STEPS?.split(',');
const steps = STEPS.filter((step) => step !== 'migration' && (only?.includes(step) ?? true));

/** The gateway that runs is asked for this many messages at most: each is a request. */
const ASKED = 500;

async function play(isIdempotent: boolean, kills: readonly Step[]): Promise<Account> {
  const random = numbers(SEED);
  const conversation = await Conversation.begin({ isIdempotent });
  try {
    let i = 0;
    const exchange = async () => {
      conversation.user.exchange(i++);
      // Some at once, some one after the other.
      if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, 2));
    };
    await conversation.stopGateway();
    const share = Math.floor(MESSAGES / (kills.length + 1));
    for (const step of kills) {
      const most = RARE.has(step) ? Math.min(20, share * 0.5) : share * 0.5;
      await conversation.start({ step, nth: 1 + Math.floor(random() * most) });
      for (let n = 0; n < share && !conversation.hasDied; n++) await exchange();
      // Fences come less often than messages: a little more, until it happens.
      for (let n = 0; n < 200 && !conversation.hasDied; n++) {
        await exchange();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await until(() => conversation.hasDied, `killed at ${step}`);
    }
    await conversation.start();
    while (i < MESSAGES) await exchange();
    await conversation.user.settle();
    await checkLivesByHttp(conversation, Math.ceil((2 * MESSAGES) / ASKED));
    assert.is(await conversation.stopGateway(), 0);
    await checkStoredLives(conversation);
    return conversation.account;
  } finally {
    await conversation.end();
  }
}

for (const isIdempotent of [true, false]) {
  const kind = isIdempotent ? 'idempotent sends' : 'sends that cannot be repeated';
  if (ROUNDS === 1) {
    test(`killed at every step :: ${kind}: nothing lost, nothing doubled, in order, each explained`, async () => {
      check(await play(isIdempotent, isIdempotent ? REPEATABLE : steps), { isIdempotent });
    });
    continue;
  }
  for (const step of steps) {
    test(`killed at "${step}" :: ${kind}: nothing lost, nothing doubled, in order, each explained`, async () => {
      check(await play(isIdempotent, Array<Step>(ROUNDS).fill(step)), { isIdempotent });
    });
  }
}

test('killed in the middle of a migration :: the next start does it as a whole', async () => {
  const conversation = await Conversation.begin({ isIdempotent: false });
  try {
    await conversation.stopGateway();
    await conversation.toOldTables();
    await conversation.start({ step: 'migration', nth: 1 });
    await until(() => conversation.hasDied, 'killed in the migration');
    await conversation.start();
    for (let i = 0; i < 20; i++) conversation.user.exchange(i);
    await conversation.user.settle();
    check(conversation.account, { isIdempotent: false });
    assert.is(conversation.account.receipts, 20);
  } finally {
    await conversation.end();
  }
});

test.run();
