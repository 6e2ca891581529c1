/** People on IRC: one at a real client, `ii` from Debian, which is all files; and any number whose lines are seen as they are. */

import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCommand, need } from './install.ts';
import { Program, until } from './process.ts';

/** At `ii`: what is written into the file `in` of a channel is said there, and what is said stands in the file `out`. */
export class IiUser {
  readonly nick: string;
  readonly #folder: string;
  readonly #program: Program;

  private constructor(nick: string, folder: string, program: Program) {
    this.nick = nick;
    this.#folder = folder;
    this.#program = program;
  }

  static async connect(nick: string, port: number): Promise<IiUser> {
    need(() => hasCommand('ii'), 'ii');
    const folder = mkdtempSync(join(tmpdir(), 'slipway-ii-'));
    const program = new Program('/usr/bin/ii', ['-s', '127.0.0.1', '-p', String(port), '-n', nick, '-i', folder]);
    const user = new IiUser(nick, folder, program);
    await until(() => user.#read('').includes('Welcome'), `${nick} is connected`);
    return user;
  }

  /** Writes a line as ii takes it: a text, or a command such as `/j #channel`. */
  types(line: string, where = ''): void {
    appendFileSync(join(this.#folder, '127.0.0.1', where, 'in'), `${line}\n`);
  }

  async joins(channel: string): Promise<void> {
    this.types(`/j ${channel}`);
    await until(() => existsSync(join(this.#folder, '127.0.0.1', channel, 'in')), `${this.nick} is in ${channel}`);
  }

  /** Resolves with the line of a channel, or of somebody, that matches, or has this in it. */
  sees(pattern: RegExp | string, where: string): Promise<string> {
    const found = () =>
      this.#read(where)
        .split('\n')
        .find((line) => fits(line, pattern));
    return until(found, `${this.nick} sees ${pattern} in ${where}, where there is:\n${this.#read(where)}`);
  }

  async leaves(): Promise<void> {
    await this.#program.kill();
    rmSync(this.#folder, { recursive: true });
  }

  #read(where: string): string {
    const file = join(this.#folder, '127.0.0.1', where, 'out');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }
}

/** Somebody whose lines are written by hand, for exact comparisons, and for crowds. */
export class RawUser {
  readonly nick: string;
  readonly lines: string[] = [];
  readonly #socket: Socket;

  private constructor(nick: string, socket: Socket) {
    this.nick = nick;
    this.#socket = socket;
    let rest = '';
    socket.setEncoding('utf8').on('data', (data) => {
      const lines = (rest + data).split('\r\n');
      rest = lines.pop() as string;
      for (const line of lines) {
        if (line.startsWith('PING')) this.sends(line.replace('PING', 'PONG'));
        else this.lines.push(line);
      }
    });
    socket.on('error', () => undefined);
  }

  /** @param capabilities of IRCv3. */
  static async connect(nick: string, port: number, capabilities: readonly string[] = []): Promise<RawUser> {
    const user = new RawUser(nick, connect(port, '127.0.0.1'));
    if (capabilities.length > 0) user.sends('CAP LS 302', `CAP REQ :${capabilities.join(' ')}`, 'CAP END');
    user.sends(`NICK ${nick}`, `USER ${nick.replace(/\W/g, '')} 0 * :${nick} of Verona`);
    await user.sees(/ 001 /);
    return user;
  }

  sends(...lines: readonly string[]): void {
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  /** Resolves with the line that matches, or has this in it; it is then forgotten. */
  async sees(pattern: RegExp | string): Promise<string> {
    const found = () => this.lines.findIndex((line) => fits(line, pattern)) + 1;
    const index = await until(found, `${this.nick} sees ${pattern}`).catch((error) => {
      throw new Error(`${error.message}; there was:\n${this.lines.join('\n')}`);
    });
    return this.lines.splice(index - 1, 1)[0] as string;
  }

  leaves(message = 'bye'): void {
    this.sends(`QUIT :${message}`);
    this.#socket.end();
  }
}

function fits(line: string, pattern: RegExp | string): boolean {
  return typeof pattern === 'string' ? line.includes(pattern) : pattern.test(line);
}
