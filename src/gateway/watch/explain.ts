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
  /** Its other id (XEP-0359), when that is what it was found by. */
  readonly originId?: string | undefined;
  readonly legacyId: string | undefined;
  /** As the journal has it (see `EventState`, `StoredLife.state`); of what is not stored, `in progress` as long as it has none. */
  readonly outcome: string;
  readonly error: string | undefined;
  readonly events: readonly Event[];
}

export function lifeOf(trace: Trace): Life {
  const { id, direction, user, chat, xmppId, legacyId, outcome = 'in progress', error } = trace;
  return { trace: id, direction, user, chat, xmppId, legacyId, outcome, error, events: eventsOf(trace) };
}

const STATES: Readonly<Record<Life['direction'], Readonly<Record<string, string>>>> = {
  'to-network': {
    pending: 'waits to be given to the plugin',
    handed: 'given to the plugin, which has not answered',
    sent: 'the plugin has taken it',
    failed: 'refused: the sender was told',
    unknown: 'it is not known whether it arrived: the sender was told',
    parked: 'given up after several attempts: an administrator can try again',
  },
  'to-user': {
    pending: 'not acknowledged by the server yet',
    sent: 'it is not known whether the server has read it',
    acknowledged: 'the server has read it',
    failed: 'it did not arrive',
    archived: 'only kept for later: it was not sent then',
  },
};

/** From what is stored, also after a crash. @param domain of the gateway. */
export function lifeOfStored(stored: StoredLife, domain: string): Life {
  const { user, chat, direction, isCarbon, xmppId, originId, legacyId, state, error } = stored;
  const { storedAt, stateAt, since, until } = stored;
  const origin =
    direction === 'to-network'
      ? 'came from the server, and was stored'
      : isCarbon
        ? 'the plugin says it, as written by the user elsewhere: stored'
        : 'the plugin says it: stored';
  const bounds = [
    ...(since === undefined ? [] : [{ at: since.toISOString(), what: 'not stored yet', ms: 0 }]),
    ...(until === undefined ? [] : [{ at: until.toISOString(), what: 'has been stored before', ms: 0 }]),
  ];
  return {
    ...{ trace: undefined, direction, user, chat: `${chat}@${domain}`, xmppId, originId, legacyId },
    ...{ outcome: state, error },
    events: [
      ...(storedAt === undefined ? bounds : [{ at: storedAt.toISOString(), what: origin, ms: 0 }]),
      {
        at: stateAt?.toISOString() ?? '',
        what: STATES[direction][state] ?? state,
        ms: stateAt === undefined || storedAt === undefined ? 0 : Math.max(0, Number(stateAt) - Number(storedAt)),
      },
    ],
  };
}

/**
 * One story of each message: what the process remembers in detail, with what the database has of it, and of the others.
 * Where both know what came of it, the database is right: that is what a restart goes on with.
 */
export function together(remembered: readonly Life[], stored: readonly Life[]): Life[] {
  const isTold = new Set<Life>();
  const known = remembered.map((life) => {
    // A client that counts its ids anew gives several the same: they came at other times.
    const [more] = stored.filter((each) => isSame(each, life)).sort((a, b) => distance(a, life) - distance(b, life));
    if (more === undefined) return life;
    isTold.add(more);
    const { outcome, legacyId = life.legacyId } = more;
    const error = life.error ?? more.error;
    return { ...life, legacyId, outcome, error, events: [...life.events, ...more.events.slice(-1).map(after(life))] };
  });
  return [...stored.filter((each) => !isTold.has(each)), ...known];
}

/** The same event, when it follows what is known of a message. */
function after({ events }: Life): (event: Event) => Event {
  const before = Date.parse(events.at(-1)?.at ?? '');
  return ({ at, what }) => ({ at, what, ms: Math.max(0, Date.parse(at) - before) || 0 });
}

function isSame(a: Life, b: Life): boolean {
  return a.direction === b.direction && a.user === b.user && a.chat === b.chat && a.xmppId === b.xmppId;
}

/** Milliseconds between their beginnings. */
function distance(a: Life, b: Life): number {
  const begin = ({ events: [first] }: Life) => Date.parse(first?.at || '1970-01-01');
  return Math.abs(begin(a) - begin(b));
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
  const { direction, user, chat, xmppId, originId, legacyId, trace, outcome, error, events } = life;
  const [from, to] = direction === 'to-network' ? [user, chat] : [chat, user];
  const names = [
    `XMPP id ${xmppId ?? '(none)'}`,
    ...(originId === undefined ? [] : [`origin-id ${originId}`]),
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
