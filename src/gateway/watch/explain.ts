/** The life of a message, as it is told: with times, ids on both sides, and what went wrong. */

import type { Trace } from './trace.ts';

export interface Event {
  /** ISO 8601. */
  readonly at: string;
  readonly what: string;
  /** Milliseconds since the event before. */
  readonly ms: number;
}

export interface Life {
  /** What the log calls it. */
  readonly trace: string;
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
  const names = [`XMPP id ${xmppId ?? '(none)'}`, `network id ${legacyId ?? '(none)'}`, `trace ${trace}`].join(', ');
  const lines = events.map(({ at, what, ms }) => `  ${at}  ${what}${ms === 0 ? '' : `  (+${ms} ms)`}`);
  return [`From ${from} to ${to}: ${outcome}${error === undefined ? '' : `: ${error}`}`, `  ${names}`, ...lines].join(
    '\n',
  );
}
