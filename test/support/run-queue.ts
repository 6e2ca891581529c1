/** Test files are run by processes that take the next one whenever they are done with one. */

import { type ChildProcess, fork } from 'node:child_process';
import { join, relative, resolve } from 'node:path';

/** What the tests of a file came to. */
export interface Outcome {
  passed: number;
  failed: number;
  skipped: string[];
}

/** What a process prints after each file: its output and the counts come by different ways. */
export const END_OF_OUTPUT = '\0end\0';

const ROOT = resolve(import.meta.dirname, '../..');
const ARGS = ['--import', 'tsx', '--conditions=slipway-source'];

interface Options {
  /** How many files a process runs before another takes its place. Default: all that there are. */
  readonly filesEach?: number;
  /** Milliseconds that each test may take at least, whatever its suite says. */
  readonly timeout?: number;
  readonly print: (text: string) => void;
  readonly onOutcome: (outcome: Outcome) => void;
}

/**
 * Runs the files of the queue, in one process at a time, until it is empty; others may take from it too. A file that ends
 * its process has failed, whatever passed before; those after it are run by another process.
 */
export async function runQueue(queue: string[], options: Options): Promise<void> {
  while (queue.length > 0) await oneProcess(queue, options);
}

function oneProcess(queue: string[], { filesEach = Infinity, timeout = 0, print, onOutcome }: Options): Promise<void> {
  const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const;
  const env = { ...process.env, TEST_TIMEOUT: `${timeout}` };
  const child = fork(join(ROOT, 'test/support/run-files.ts'), { cwd: ROOT, execArgv: ARGS, env, stdio: [...stdio] });
  const output = new Output(child);
  let left = filesEach;
  let last = '';
  let isRunning = false;
  const next = () => {
    // A process that has just died takes no file with it.
    if (!child.connected) return;
    const file = left-- > 0 ? queue.shift() : undefined;
    // Not by disconnecting: Node never says `close` of a child of which the parent has disconnected.
    child.send({ file });
    if (file === undefined) return;
    last = relative(ROOT, file);
    isRunning = true;
  };
  return new Promise((done) => {
    child.on('message', async (outcome: Outcome) => {
      isRunning = false;
      print(await output.ofFile());
      onOutcome(outcome);
      next();
    });
    child.on('close', (code, signal) => {
      print(output.rest());
      if (isRunning || code !== 0) {
        const when = isRunning ? '' : ', by what it left behind';
        print(`\n  FAIL  ${last}: it ended its process with ${signal ?? `code ${code}`}${when}\n`);
        onOutcome({ passed: 0, failed: 1, skipped: [] });
      }
      done();
    });
    next();
  });
}

/** What a process prints, file by file: so what two of them print does not mix. */
class Output {
  #text = '';
  #onData = () => {};

  constructor({ stdout, stderr }: ChildProcess) {
    for (const stream of [stdout, stderr]) {
      stream?.setEncoding('utf8').on('data', (data: string) => {
        this.#text += data;
        this.#onData();
      });
    }
  }

  /** What was printed up to the end of a file, once that has come. */
  ofFile(): Promise<string> {
    return new Promise((resolve) => {
      this.#onData = () => {
        const end = this.#text.indexOf(END_OF_OUTPUT);
        if (end === -1) return;
        resolve(this.#text.slice(0, end));
        this.#text = this.#text.slice(end + END_OF_OUTPUT.length);
        this.#onData = () => {};
      };
      this.#onData();
    });
  }

  rest(): string {
    return this.#text;
  }
}
