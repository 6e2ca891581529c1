/** The life of a message, as it is told: with times, ids on both sides, and what went wrong. */

import type { StoredLife } from '../store/life.ts';
import type { Trace } from './trace.ts';

export interface Event {
  /** ISO 8601; empty for what is so now. */
  readonly at: string;
  readonly what: string;
  /** Milliseconds since the event before. */
  readonly ms: number;
}

export interface Life {
  /** What the log calls it; only known by the process that had it. */
  readonly trace: string | undefined;
  readonly direction: Trace['direction'];
  /** Bare JIDs. */
  readonly user: string;
  readonly chat: string;
  readonly xmppId: string | undefined;
  readonly legacyId: string | undefined;
  /** `in progress` as long as it has none. */
  readonly outcome: string;
  readonly error: string | undefined;
  readonly events: readonly Event[];
}

export function lifeOf(trace: Trace): Life {
  const { id, direction, user, chat, xmppId, legacyId, outcome = 'in progress', error } = trace;
  return { trace: id, direction, user, chat, xmppId, legacyId, outcome, error, events: eventsOf(trace) };
}

const STATES: Readonly<Record<string, string>> = {
  pending: 'waits to be given to the plugin',
  handed: 'given to the plugin, which has not answered',
  sent: 'the plugin has taken it',
  failed: 'refused: the sender was told',
  unknown: 'it is not known whether it arrived: the sender was told',
  parked: 'given up after several attempts: an administrator can try again',
};

/** From what is stored, also after a crash. @param user the bare JID. @param domain of the gateway. */
export function lifeOfStored(stored: StoredLife, user: string, domain: string): Life {
  const { chat, fromUser, xmppId, legacyId, state, error, storedAt, isAcknowledged } = stored;
  const isReturned = !fromUser && state === 'failed';
  const way = isAcknowledged ? 'acknowledged' : storedAt === undefined ? 'sent' : 'waits for the server';
  const outcome = state ?? (fromUser ? 'sent' : way);
  const what = fromUser ? 'came from the server, and was stored' : 'the plugin says it: stored';
  const outcomes = fromUser
    ? (STATES[outcome] ?? outcome)
    : isReturned
      ? "the user's server has returned it"
      : isAcknowledged
        ? 'the server has read it'
        : 'not acknowledged by the server yet';
  const at = storedAt?.toISOString() ?? '';
  return {
    ...{ trace: undefined, direction: fromUser ? 'to-network' : 'to-user', user, chat: `${chat}@${domain}` },
    ...{ xmppId, legacyId, outcome, error },
    events: [...(at === '' ? [] : [{ at, what, ms: 0 }]), { at: '', what: outcomes, ms: 0 }],
  };
}

/** One story of each message: what the process remembers in detail, with what the database has of the others. */
export function together(remembered: readonly Life[], stored: readonly Life[]): Life[] {
  const isSame = (a: Life, b: Life) =>
    a.direction === b.direction && a.user === b.user && a.chat === b.chat && a.xmppId === b.xmppId;
  const known = remembered.map((life) => {
    const more = stored.find((each) => isSame(each, life));
    if (more === undefined) return life;
    const events = [...life.events, ...more.events.slice(-1)];
    // What was sent well may have been returned afterwards.
    const isReturned = life.outcome === 'sent' && more.outcome === 'failed';
    return { ...life, ...(isReturned && { outcome: more.outcome, error: more.error }), events };
  });
  return [...stored.filter((each) => !remembered.some((life) => isSame(each, life))), ...known];
}

function eventsOf({ direction, begunAt, startedAt, calledAt, endedAt, outcome }: Trace): Event[] {
  const isOut = direction === 'to-user';
  const reached: [what: string, time: number][] = [
    [isOut ? 'the plugin says it' : 'came from the server', begunAt],
    ['its turn', startedAt],
    ['goes to the plugin', calledAt],
    [isOut ? 'goes to the server' : String(outcome), endedAt],
  ];
  const happened = reached.filter(([, time]) => time !== 0);
  return happened.map(([what, time], i) => {
    const before = happened[i - 1]?.[1] ?? time;
    return {
      at: new Date(performance.timeOrigin + time).toISOString(),
      what,
      ms: Math.round((time - before) * 1000) / 1000,
    };
  });
}

/** For a person to read. */
export function told(life: Life): string {
  const { direction, user, chat, xmppId, legacyId, trace, outcome, error, events } = life;
  const [from, to] = direction === 'to-network' ? [user, chat] : [chat, user];
  const names = [
    `XMPP id ${xmppId ?? '(none)'}`,
    `network id ${legacyId ?? '(none)'}`,
    ...(trace === undefined ? [] : [`trace ${trace}`]),
  ].join(', ');
  const lines = events.map(
    ({ at, what, ms }) => `  ${at === '' ? 'now'.padEnd(24) : at}  ${what}${ms === 0 ? '' : `  (+${ms} ms)`}`,
  );
  return [`From ${from} to ${to}: ${outcome}${error === undefined ? '' : `: ${error}`}`, `  ${names}`, ...lines].join(
    '\n',
  );
}
