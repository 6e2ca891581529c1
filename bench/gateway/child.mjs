/** In the benchmark: a child process, and calling its functions. `rpc.mjs` is the other end. */

import { fork } from 'node:child_process';

export class Child {
  #process;
  #calls = new Map();
  #exited;
  /** Rejects when the process ends. */
  ended;
  output = '';

  constructor(file, args = [], { execArgv = [], env = {} } = {}) {
    this.#process = fork(file, args, {
      execArgv,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (data) => {
        this.output = (this.output + data).slice(-20_000);
      });
    }
    this.#process.on('message', ({ id, result, error }) => {
      const { resolve, reject } = this.#calls.get(id) ?? {};
      this.#calls.delete(id);
      if (error === undefined) resolve?.(result);
      else reject?.(new Error(error));
    });
    let fail;
    this.ended = new Promise((_, reject) => {
      fail = reject;
    });
    this.ended.catch(() => {});
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        const error = new Error(`${file} ended (${code ?? signal}) ${this.output}`);
        for (const { reject } of this.#calls.values()) reject(error);
        this.#calls.clear();
        fail(error);
        resolve();
      });
    });
  }

  get pid() {
    return this.#process.pid;
  }

  call(method, ...args) {
    return new Promise((resolve, reject) => {
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
        return reject(new Error(`the process has ended: ${this.output}`));
      }
      const id = nextId++;
      this.#calls.set(id, { resolve, reject });
      this.#process.send({ id, method, args });
    });
  }

  async stop(signal = 'SIGTERM') {
    this.#process.kill(signal);
    const impatience = setTimeout(() => this.#process.kill('SIGKILL'), 20_000);
    await this.#exited;
    clearTimeout(impatience);
  }
}

let nextId = 0;
