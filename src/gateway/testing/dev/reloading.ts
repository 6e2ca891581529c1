/** A gateway in a process of its own, which is replaced when the plugin's files change. */

import { type ChildProcess, fork } from 'node:child_process';
import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readsTypeScript, tsxFor } from '../../import-module.ts';
import type { RawValues } from '../../options.ts';
import { MARK, type Report } from './gateway-process.ts';

export interface ReloadingOptions {
  /** The absolute path of the plugin. */
  readonly plugin: string;
  readonly values: RawValues;
  /** Says something to whoever develops the plugin. */
  readonly say: (line: string) => void;
}

/** Milliseconds: editors write files in several steps. */
const PAUSE = 100;
const SOURCE = /\.([mc]?[jt]sx?|json)$/;
const IGNORED = new Set(['node_modules', 'dist', 'coverage']);

/** Until then an old process may take its leave, in milliseconds. */
const PATIENCE = 5000;

export class ReloadingGateway {
  readonly #options: ReloadingOptions;
  #values: RawValues;
  #current: ChildProcess | undefined;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Replaces one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: ReloadingOptions) {
    this.#options = options;
    this.#values = options.values;
  }

  /** Sets an option of the gateway, from the next start on. */
  set(name: string, value: unknown): void {
    this.#values = { ...this.#values, [name]: value };
  }

  /** Starts it, and watches the folder of the plugin. A plugin that cannot be started is told, and waited for. */
  async start(): Promise<void> {
    await this.#replace();
    this.#watcher = watch(dirname(this.#options.plugin), { recursive: true }, (_, file) => {
      if (file !== null && isSource(file)) this.#later(file);
    });
    // As when there are more files than the system watches.
    this.#watcher.on('error', (error) => {
      this.#options.say(`Changes of files are not noticed any more: ${error.message}`);
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#watcher?.close();
    await this.#work;
    await end(this.#current);
  }

  #later(file: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#options.say(`${basename(file)} has changed`);
      this.#work = this.#work.then(() => this.#replace());
    }, PAUSE);
  }

  /** The old one goes on until the new one can be loaded: a slip of the pen ends nothing. */
  async #replace(): Promise<void> {
    const { say } = this.#options;
    const start = Date.now();
    const next = this.#spawn();
    const loaded = await reportOf(next);
    if (loaded.kind === 'failed') {
      say(
        `${loaded.reason}\n${this.#current === undefined ? 'It is tried again when a file changes.' : 'The version before goes on.'}`,
      );
      return;
    }
    await end(this.#current);
    this.#current = next;
    next.send({ values: this.#values });
    const started = await reportOf(next);
    if (started.kind === 'failed') {
      this.#current = undefined;
      say(`${started.reason}\nIt is tried again when a file changes.`);
      return;
    }
    say(`The gateway runs, after ${Date.now() - start} ms.`);
  }

  #spawn(): ChildProcess {
    const { plugin } = this.#options;
    const tsx = /\.[mc]?tsx?$/.test(plugin) && !readsTypeScript() ? tsxFor(plugin) : undefined;
    const loader = tsx === undefined ? [] : ['--import', pathToFileURL(tsx).href];
    return fork(process.argv[1] as string, ['dev', plugin], {
      execArgv: [...process.execArgv, ...loader],
      env: { ...process.env, [MARK]: '1' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }
}

function isSource(file: string): boolean {
  return SOURCE.test(file) && !file.split(sep).some((part) => IGNORED.has(part) || part.startsWith('.'));
}

function reportOf(child: ChildProcess): Promise<Report> {
  return new Promise((resolve) => {
    const onExit = (code: number | null) =>
      resolve({ kind: 'failed', reason: `the plugin ended the process (${code})` });
    child.once('exit', onExit);
    // It could not be started, or had ended when it was told something.
    child.on('error', (error) => resolve({ kind: 'failed', reason: error.message }));
    child.once('message', (report) => {
      child.off('exit', onExit);
      resolve(report as Report);
    });
  });
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
