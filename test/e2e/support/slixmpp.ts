/** A client that is not ours: slixmpp, in a Python process. */

import { join } from 'node:path';
import { hasPythonModule, need } from './install.ts';
import { PATIENCE, Program, until } from './process.ts';

export interface SlixmppEvent {
  readonly event: string;
  readonly from?: string;
  readonly id?: string;
  readonly [name: string]: unknown;
}

export class Slixmpp {
  readonly #program: Program;
  readonly events: SlixmppEvent[] = [];
  readonly #answers = new Map<number, { ok?: unknown; error?: string; text?: string }>();
  #read = 0;
  #count = 0;

  private constructor(program: Program) {
    this.#program = program;
  }

  /** Logs in. `autoAccept`: grants and requests all subscriptions, as a user who always clicks "yes". */
  static async logIn(jid: string, password: string, port: number, autoAccept = false): Promise<Slixmpp> {
    need(() => hasPythonModule('slixmpp, aiohttp'), 'python3-slixmpp', 'python3-aiohttp');
    const script = join(import.meta.dirname, 'slixmpp_client.py');
    const args = ['-u', script, jid, password, String(port), autoAccept ? 'accept' : 'ask'];
    const client = new Slixmpp(new Program('/usr/bin/python3', args));
    await client.expect('online', () => true);
    return client;
  }

  /**
   * Has the client do something: see the `do_` methods in slixmpp_client.py. Throws the condition of an error.
   * @param ms how long it may take.
   */
  async do<T>(what: string, args: Readonly<Record<string, unknown>> = {}, ms = PATIENCE): Promise<T> {
    const id = ++this.#count;
    this.#program.write(JSON.stringify({ do: what, id, args }));
    const answered = () => {
      this.#readEvents();
      return this.#answers.get(id);
    };
    const answer = await until(answered, `slixmpp answers to ${what}`, ms);
    if (answer.error !== undefined) throw new Error(`${answer.error}: ${answer.text ?? ''}`);
    return answer.ok as T;
  }

  /** The first event of this kind that fits, come already or coming; it is taken out of `events`. */
  async expect(event: string, fits: (event: SlixmppEvent) => boolean): Promise<SlixmppEvent> {
    const find = () => {
      this.#readEvents();
      const index = this.events.findIndex((each) => each.event === event && fits(each));
      if (index === -1 && this.#program.hasExited) throw new Error('slixmpp has ended');
      return index;
    };
    try {
      const index = await until(() => find() + 1, `an event "${event}"`);
      return this.events.splice(index - 1, 1)[0] as SlixmppEvent;
    } catch (error) {
      throw new Error(`${(error as Error).message}; there were:\n${this.#program.output}`);
    }
  }

  /** Forgets what has come so far. */
  forget(): void {
    this.#readEvents();
    this.events.length = 0;
  }

  async stop(): Promise<void> {
    await this.#program.kill();
  }

  #readEvents(): void {
    const { output } = this.#program;
    for (let end = output.indexOf('\n', this.#read); end !== -1; end = output.indexOf('\n', this.#read)) {
      const line = output.slice(this.#read, end);
      this.#read = end + 1;
      if (!line.startsWith('{')) continue;
      const data = JSON.parse(line);
      if (data.re !== undefined) this.#answers.set(data.re, data);
      else this.events.push(data);
    }
  }
}
