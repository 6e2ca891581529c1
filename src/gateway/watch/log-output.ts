/**
 * Where the lines of a log leave the process: a file, a pipe, a terminal. Nothing that happens there may end or hold up the
 * gateway: lines that cannot be written, since the disk is full or nobody reads, are left out, and counted in a later one.
 */

import { write, writeSync } from 'node:fs';

/** Bytes that may wait while nobody reads. */
const MAX_WAITING = 4 * 1024 * 1024;

/** Milliseconds after which a reader that was busy is tried again, and that the end of the process may take for it. */
const PAUSE = 50;
const LAST_PATIENCE = 500;

export class LogOutput {
  readonly #fd: number;
  #waiting: string[] = [];
  #size = 0;
  /** What is being written. */
  #current = Buffer.alloc(0);
  #isWriting = false;
  /** Whether the operating system has it at this moment. */
  #isUnderWay = false;
  /** Nobody reads any more, nor will. */
  #isClosed = false;
  #lost = 0;

  /** @param fd the number of an open file. */
  constructor(fd: number) {
    this.#fd = fd;
    process.on('exit', () => this.#writeLast());
  }

  /** Takes a line. Returns at once. */
  write(line: string): void {
    if (this.#isClosed) return;
    if (this.#size > MAX_WAITING) {
      this.#lost++;
      return;
    }
    this.#waiting.push(line);
    this.#size += line.length;
    if (!this.#isWriting) this.#writeNext();
  }

  #writeNext(): void {
    this.#isWriting = this.#take();
    if (!this.#isWriting) return;
    this.#isUnderWay = true;
    write(this.#fd, this.#current, (error, written) => this.#written(error, written));
  }

  /** Returns whether there is something to write. */
  #take(): boolean {
    if (this.#current.length > 0) return true;
    if (this.#waiting.length === 0) return false;
    this.#current = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#size = 0;
    return true;
  }

  #written(error: NodeJS.ErrnoException | null, written: number): void {
    this.#isUnderWay = false;
    if (error === null) {
      this.#current = this.#current.subarray(written);
      if (this.#current.length === 0) this.#tellLost();
      return this.#writeNext();
    }
    if (isBusy(error)) {
      setTimeout(() => this.#writeNext(), PAUSE);
      return;
    }
    this.#isClosed = error.code === 'EPIPE';
    this.#lost += linesIn(this.#current);
    this.#current = Buffer.alloc(0);
    // One attempt for what came meanwhile; the next with the next line.
    this.#isWriting = false;
  }

  #tellLost(): void {
    if (this.#lost === 0) return;
    const line = { level: 'warn', time: new Date().toISOString(), lines: this.#lost, msg: 'lines of the log are lost' };
    this.#lost = 0;
    this.#waiting.push(`${JSON.stringify(line)}\n`);
  }

  /** At the end of the process only this can still be done, and not for long. */
  #writeLast(): void {
    if (this.#isUnderWay) {
      // Another thread writes it: it only needs a moment.
      sleep(PAUSE);
      this.#current = Buffer.alloc(0);
    }
    const end = Date.now() + LAST_PATIENCE;
    while (!this.#isClosed && this.#take() && Date.now() < end) {
      try {
        this.#current = this.#current.subarray(writeSync(this.#fd, this.#current));
      } catch (error) {
        if (!isBusy(error as NodeJS.ErrnoException)) return;
        sleep(PAUSE);
      }
    }
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function isBusy({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EAGAIN' || code === 'EBUSY' || code === 'EINTR';
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (const byte of bytes) if (byte === 10) lines++;
  return lines;
}
