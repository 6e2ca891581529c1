/** The log: structured, to standard output, without secrets. */

import { pino } from 'pino';
import { redacted } from './redact.ts';

/** What Slipway logs to. Any pino-like logger fits. */
export interface Log {
  /** May be changed at any time. */
  level: string;
  debug(data: object, text: string): void;
  info(data: object, text: string): void;
  warn(data: object, text: string): void;
  error(data: object, text: string): void;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Writes a JSON object a line to standard output, or readable lines when that is a terminal. Secrets are left out, however
 * deep they stand: see `redact.ts`.
 * @param destination takes the lines instead of standard output.
 */
export function createLog(level: LogLevel, destination?: { write(line: string): void }): Log {
  const options = {
    level,
    base: undefined,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (data: object) => redacted(data) as Record<string, unknown>,
    },
  };
  if (destination !== undefined) return pino(options, destination);
  return process.stdout.isTTY
    ? pino(options, { write: (line) => process.stdout.write(readable(line)) })
    : pino(options);
}

export const silentLog: Log = { level: 'silent', debug() {}, info() {}, warn() {}, error() {} };

/** `02:55:18 warn  not connected, will try again  server=localhost port=5347`. */
function readable(line: string): string {
  const { level, time, msg, err, ...data } = JSON.parse(line);
  const shown = Object.entries(data).map(([name, value]) => {
    return `${name}=${typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value)}`;
  });
  const stack = err?.stack === undefined ? '' : `\n${err.stack}`;
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${[msg, ...shown].join('  ')}${stack}\n`;
}
