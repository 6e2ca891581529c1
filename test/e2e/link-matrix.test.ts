/**
 * The link between gateway and server is cut at random bytes while both sides talk; the server is restarted; the server
 * stops answering without closing anything. How often and how long is set by the environment: see docs/reliability.md.
 */

import * as assert from 'uvu/assert';
import { suite } from '../support/test.ts';
import { check, numbers } from './support/account.ts';
import { Conversation, type ConversationOptions } from './support/conversation.ts';
import { CuttingProxy } from './support/cutting-proxy.ts';
import { until } from './support/process.ts';

const CUTS = Number(process.env.LINK_CUTS ?? 15);
/** Seconds that the server is silent, and in which it must answer the gateway. */
const SILENCE = Number(process.env.LINK_SILENCE ?? 6);
const TIMEOUT = Number(process.env.LINK_TIMEOUT ?? 2);
const SEED = Number(process.env.LINK_SEED ?? 1);

const test = suite('link matrix', { timeout: 120_000 + CUTS * 5000 + SILENCE * 10_000 });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Plays while both sides talk: something every `pace` milliseconds. */
async function conversing(
  { pace, ...options }: ConversationOptions & { readonly pace: number },
  play: (talk: Talk) => Promise<void>,
): Promise<void> {
  const conversation = await Conversation.begin(options);
  const talk = new Talk(conversation, pace);
  try {
    await play(talk);
    await talk.stop();
    await conversation.user.settle();
    check(conversation.account, { isIdempotent: true });
    assert.is(await conversation.stopGateway(), 0);
  } finally {
    await talk.stop();
    await conversation.end();
  }
}

/** Both sides talk for as long as it lasts. */
class Talk {
  readonly conversation: Conversation;
  readonly #pace: number;
  #isOver = false;
  #said = 0;
  readonly #done: Promise<void>;

  constructor(conversation: Conversation, pace: number) {
    this.conversation = conversation;
    this.#pace = pace;
    this.#done = this.#talk();
  }

  get said(): number {
    return this.#said;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  async #talk(): Promise<void> {
    while (!this.#isOver) {
      this.conversation.user.exchange(this.#said++);
      await pause(this.#pace);
    }
  }
}

test('cut at random bytes :: nothing lost, nothing doubled, in order', async () => {
  const random = numbers(SEED);
  let proxy: CuttingProxy | undefined;
  const through = async (port: number) => {
    proxy = await CuttingProxy.start(port, random);
    return proxy.port;
  };
  try {
    await conversing({ pace: 5, isIdempotent: false, through }, async () => {
      const line = proxy as CuttingProxy;
      line.breakEvery(8000);
      await until(() => line.cuts >= CUTS, `${CUTS} cuts`, 60_000 + CUTS * 3000);
      line.breakEvery(0);
    });
  } finally {
    await proxy?.stop();
  }
});

test('the server restarts :: nothing lost, nothing doubled, in order', () =>
  conversing({ pace: 5, isIdempotent: false }, async ({ conversation }) => {
    await pause(500);
    await conversation.prosody.halt();
    await pause(500);
    await conversation.prosody.resume();
    await conversation.user.logIn();
    await pause(1000);
  }));

test('the server is silent :: noticed, and nothing lost, nothing doubled, in order', () =>
  // Prosody writes its archive to flat files: what it finds after a silence must be within what it can do.
  conversing({ pace: 30, isIdempotent: false, timeout: TIMEOUT * 1000 }, async ({ conversation }) => {
    await pause(500);
    conversation.prosody.signal('SIGSTOP');
    await pause(SILENCE * 1000);
    conversation.prosody.signal('SIGCONT');
    await until(() => conversation.gatewayOutput.includes('the server has read nothing'), 'noticed');
    await pause(2000);
  }));

test.run();
