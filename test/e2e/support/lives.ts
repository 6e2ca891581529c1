/** What `slipway explain` must say about every message of a conversation, whatever has happened. */

import * as assert from 'uvu/assert';
import type { Life } from '../../../src/gateway/watch/explain.ts';
import type { Conversation } from './conversation.ts';
import type { Known } from './correspondent.ts';

/** What Prosody says of a component that is away: the gateway has never heard of such a message. */
const BOUNCED = /: Component unavailable$/;
/** What the gateway says in a flood, and stores nothing: only the process that has said it may remember. */
const UNSTORED = /^resource-constraint: Too many of your messages/;

/** Asks for each message by its id on either side, of what is stored. The gateway must not run. */
export async function checkStoredLives(conversation: Conversation): Promise<void> {
  const { messages } = conversation.user;
  // What nobody told the gateway it cannot know: what a message became whose sender was told that this is unknown.
  const ids = messages.flatMap((message) => [message.xmppId, legacyIdOf(message)]);
  const lives = await conversation.explained([...new Set(ids.filter((id) => id !== undefined))]);
  const byId = new Map<string, Life[]>();
  for (const life of lives) {
    for (const id of new Set([life.xmppId, life.legacyId])) {
      if (id !== undefined) byId.set(id, [...(byId.get(id) ?? []), life]);
    }
  }
  for (const message of messages) {
    for (const id of idsOf(message)) checkLife(message, id, byId.get(id) ?? [], conversation);
  }
  if (process.env.SHOW_ACCOUNT) console.log(JSON.stringify({ explained: outcomesOf(lives) }));
}

/** Asks the gateway that runs for some of them: each `step`th. */
export async function checkLivesByHttp(conversation: Conversation, step: number): Promise<void> {
  for (const message of conversation.user.messages.filter((_, i) => i % step === 0)) {
    for (const id of idsOf(message)) checkLife(message, id, await conversation.explainedByHttp(id), conversation);
  }
}

function idsOf(message: Known): readonly string[] {
  const legacyId = legacyIdOf(message);
  return legacyId === undefined || legacyId === message.xmppId ? [message.xmppId] : [message.xmppId, legacyId];
}

function legacyIdOf({ told, direction, legacyId }: Known): string | undefined {
  return direction === 'to-user' || told === 'receipt' ? legacyId : undefined;
}

function checkLife(message: Known, id: string, lives: readonly Life[], { since }: Conversation): void {
  const { direction, user, chat, xmppId, told, error } = message;
  const what = `${id}, ${direction}, of which was told ${told} ${error}: ${JSON.stringify(lives)}`;
  if (told === 'refused' && BOUNCED.test(error ?? '')) return assert.equal(lives, [], what);
  if (told === 'refused' && UNSTORED.test(error ?? '')) {
    return assert.ok(
      lives.every((life) => life.outcome === 'refused' && life.error === error),
      what,
    );
  }
  // What a client has sent twice may be remembered twice.
  assert.ok(lives.length > 0, what);
  for (const life of lives) {
    const expected = [direction, user, chat, xmppId, legacyIdOf(message), outcomeOf(message)];
    const { legacyId, outcome, events } = life;
    assert.equal([life.direction, life.user, life.chat, life.xmppId, legacyId, outcome], expected, what);
    if (told !== 'receipt') assert.is(life.error, error, what);
    const times = events.filter(({ at }) => at !== '').map(({ at }) => Date.parse(at));
    assert.ok(times.length > 0 && times.every((time) => time >= since.getTime() && time <= Date.now()), what);
    assert.equal(times, times.toSorted(), what);
  }
}

function outcomeOf({ direction, told }: Known): string {
  if (direction === 'to-user') return 'acknowledged';
  return told === 'receipt' ? 'sent' : told === 'refused' ? 'failed' : 'unknown';
}

function outcomesOf(lives: readonly Life[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { direction, outcome } of lives) {
    const name = `${direction} ${outcome}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
