/** The log: structured, to standard output, without secrets. */

import { pino } from 'pino';
import { redacted } from './redact.ts';
import { logContext } from './watch/context.ts';
import { LogOutput } from './watch/log-output.ts';

/** What Slipway logs to. Any pino-like logger fits. */
export interface Log {
  /** May be changed at any time. */
  level: string;
  /** What only those want to know who look for a mistake. @param data what goes with the text, by name. */
  debug(data: object, text: string): void;
  info(data: object, text: string): void;
  warn(data: object, text: string): void;
  error(data: object, text: string): void;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/** From which importance on something is logged. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Writes a JSON object a line to standard output, or readable lines when that is a terminal. Secrets are left out, however
 * deep they stand: see `redact.ts`. What is logged about one message has the same `trace` in all its lines.
 * @param destination takes the lines instead of standard output.
 */
export function createLog(level: LogLevel, destination?: { write(line: string): void }): Log {
  const options = {
    // What is written is decided here, since for single users it can be more.
    level: 'debug',
    base: undefined,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (data: object) => redacted(data) as Record<string, unknown>,
    },
    mixin: () => {
      const trace = logContext()?.trace;
      return trace === undefined ? {} : { trace };
    },
  };
  return new LevelledLog(level, pino(options, destination ?? standardOutput()));
}

class LevelledLog implements Log {
  level: string;
  readonly #out: Omit<Log, 'level'>;

  constructor(level: LogLevel, out: Omit<Log, 'level'>) {
    this.level = level;
    this.#out = out;
  }

  debug(data: object, text: string): void {
    if (this.#writes('debug')) this.#out.debug(data, text);
  }

  info(data: object, text: string): void {
    if (this.#writes('info')) this.#out.info(data, text);
  }

  warn(data: object, text: string): void {
    if (this.#writes('warn')) this.#out.warn(data, text);
  }

  error(data: object, text: string): void {
    if (this.#writes('error')) this.#out.error(data, text);
  }

  #writes(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(this.level as LogLevel) || logContext()?.isVerbose === true;
  }
}

function standardOutput(): { write(line: string): void } {
  const output = new LogOutput(1);
  return process.stdout.isTTY ? { write: (line) => output.write(readable(line)) } : output;
}

/** A log that writes nothing. */
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
