/**
 * Date and time profiles: how points in time are written.
 * XEP-0082 v1.1.1 <https://xmpp.org/extensions/xep-0082.html>
 */

import { dateTime, type Value } from '../stanza/value.ts';

/** A point in time: `1969-07-21T02:56:15Z`. §3.2 */
export { dateTime } from '../stanza/value.ts';

export const features: readonly string[] = [];

/** A day: `1776-07-04`, as midnight in UTC. §3.1 */
export const date: Value<Date> = {
  expected: 'a date',
  parse: (text) => (/^\d{4}-\d\d-\d\d$/.test(text.trim()) ? dayOf(text.trim()) : undefined),
  format: (value) => value.toISOString().slice(0, 10),
};

/** A time of day. */
export interface Time {
  readonly hours: number;
  readonly minutes: number;
  /** With fractions, to the millisecond. */
  readonly seconds: number;
  /** Minutes east of UTC; `undefined` when it is not said where. */
  readonly zone?: number;
}
/** A time of day: `16:00:00-05:00`. §3.3 */
export const time: Value<Time> = {
  expected: 'a time of day',
  parse(text) {
    const match = /^(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(text.trim());
    if (match === null) return undefined;
    const hours = Number(match[1]);
    const minutes = Number(match[2]);
    const seconds = Number(`${match[3]}.${(match[4] ?? '0').slice(0, 3)}`);
    const offset = match[5] === undefined ? undefined : zone.parse(match[5]);
    if (hours > 23 || minutes > 59 || seconds >= 60 || (match[5] !== undefined && offset === undefined))
      return undefined;
    return { hours, minutes, seconds, ...(offset !== undefined && { zone: offset }) };
  },
  format({ hours, minutes, seconds, zone: offset }) {
    const milliseconds = Math.round(seconds * 1000);
    const fraction = milliseconds % 1000 === 0 ? '' : `.${padded(milliseconds % 1000, 3)}`;
    const whole = padded(Math.floor(milliseconds / 1000), 2);
    return `${padded(hours, 2)}:${padded(minutes, 2)}:${whole}${fraction}${offset === undefined ? '' : zone.format(offset)}`;
  },
};

/** Minutes east of UTC: `-06:00`. §3.2 */
export const zone: Value<number> = {
  expected: 'a time zone, as Z or +hh:mm',
  parse(text) {
    const word = text.trim();
    if (word === 'Z') return 0;
    const match = /^([+-])(\d\d):([0-5]\d)$/.exec(word);
    if (match === null || Number(match[2]) > 14) return undefined;
    const minutes = Number(match[2]) * 60 + Number(match[3]);
    return match[1] === '-' && minutes !== 0 ? -minutes : minutes;
  },
  format(value) {
    if (value === 0) return 'Z';
    const minutes = Math.abs(value);
    return `${value < 0 ? '-' : '+'}${padded(Math.floor(minutes / 60), 2)}:${padded(minutes % 60, 2)}`;
  },
};

/**
 * COMPAT(jabber:x:delay, jabber:iq:time): `20020910T23:08:25`, in UTC. Read in the current form as well.
 */
export const legacyDateTime: Value<Date> = {
  expected: 'a date and time',
  parse(text) {
    const match = /^(\d{4})(\d\d)(\d\d)T(\d\d:\d\d:\d\d)$/.exec(text.trim());
    return dateTime.parse(match === null ? text : `${match[1]}-${match[2]}-${match[3]}T${match[4]}Z`);
  },
  format: (value) => `${value.toISOString().slice(0, 10).replaceAll('-', '')}T${value.toISOString().slice(11, 19)}`,
};

/** `undefined` for the 30th of February, which the Date of JavaScript moves to March. */
function dayOf(text: string): Date | undefined {
  const day = dateTime.parse(`${text}T00:00:00Z`);
  return day?.toISOString().startsWith(text) ? day : undefined;
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
