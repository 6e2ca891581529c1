/** Child processes of tests: their output is kept, and none outlives its test. */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

/**
 * How long a program may take to do what is waited for, in milliseconds: an ejabberd with ten domains that starts on a
 * machine with four other things to do needs more than a minute.
 */
export const PATIENCE = 120_000;

/** Should the test process die, its children must go too. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Program {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  output = '';
  #watchers = new Set<() => void>();

  constructor(
    file: string,
    args: readonly string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv; uid?: number; gid?: number } = {},
  ) {
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (data) => {
        this.output += data;
        for (const watch of [...this.#watchers]) watch();
      });
    }
    this.#exited = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.output += String(error);
        resolve(null);
      });
      this.#child.on('close', (code) => resolve(code));
    });
    this.#exited.then(() => {
      for (const watch of [...this.#watchers]) watch();
    });
    running.add(this.#child);
    this.#exited.then(() => running.delete(this.#child));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code; `null` after a signal. */
  exit(): Promise<number | null> {
    return this.#exited;
  }

  async kill(): Promise<void> {
    if (!this.hasExited) this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Resolves when the output, from `offset` on, matches. */
  async printed(pattern: RegExp, offset = 0): Promise<RegExpExecArray> {
    const found = () => pattern.exec(this.output.slice(offset));
    return new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer);
        this.#watchers.delete(watch);
      };
      const fail = (why: string) => {
        finish();
        reject(new Error(`${why} while waiting for ${pattern}; the output was:\n${this.output.slice(offset)}`));
      };
      const watch = () => {
        const match = found();
        if (match !== null) {
          finish();
          resolve(match);
        } else if (this.hasExited) fail('the program ended');
      };
      const timer = setTimeout(() => fail('time was over'), PATIENCE);
      this.#watchers.add(watch);
      watch();
    });
  }
}

const given = new Set<number>();

/**
 * A port that nothing listens on, and that was not given before. Not one of those that the system takes for connections
 * to elsewhere: it could be taken by the time that a server wants it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Whether something listens on a port. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Calls `check` until it returns something true, or throws what it threw last. */
export async function until<T>(check: () => T | Promise<T>, what: string, ms = PATIENCE): Promise<NonNullable<T>> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
