/**
 * The plugin of the scenarios, in a process of its own: it is told over standard input what happens on its network, and
 * says on standard output what it is asked to do, one JSON object a line. `people.ts` is the other end.
 */

import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { GatewayServices, SendFileOptions, SendTextOptions } from '../../../src/gateway/index.ts';
import { FullContact, FullGateway, FullSession } from '../../support/full-plugin.ts';
import { type Call, type TestContact, TestRoster } from '../../support/plugin.ts';

/** What happens on the network: a method of a contact is called, or a property set. */
export interface Order {
  readonly order: number;
  /** Bare JID. */
  readonly user: string;
  /** Id on the network. */
  readonly contact: string;
  readonly verb: string;
  readonly args: readonly unknown[];
}

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Tells the other end of each call of a hook. */
class Reported extends Array<Call> {
  readonly #user: () => string;

  constructor(user: () => string) {
    super();
    this.#user = user;
  }

  override push(...calls: Call[]): number {
    for (const call of calls) say({ hook: call[0], user: this.#user(), args: call.slice(1) });
    return super.push(...calls);
  }
}

export class PeopleSession extends FullSession {
  override readonly calls = new Reported(() => this.user.jid.bare);

  override async sendText(chat: TestContact, text: string, options: SendTextOptions): Promise<string> {
    const { replyTo, replyToMsgId, replyToFallbackText } = options;
    if (replyToMsgId !== undefined) {
      this.calls.push([
        'replied',
        chat.legacyId,
        replyToMsgId,
        (replyTo as TestContact | undefined)?.legacyId,
        replyToFallbackText,
      ]);
    }
    return super.sendText(chat, text, options);
  }

  override async sendFile(chat: TestContact, url: string, options: SendFileOptions): Promise<string> {
    const { fileName, contentType, size, caption } = options;
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of options.httpResponse.body) {
      bytes += (piece as Uint8Array).length;
      hash.update(piece as Uint8Array);
    }
    const about = { fileName, contentType, size, caption, bytes, sha256: hash.digest('hex') };
    this.calls.push(['sendFile', chat.legacyId, url, about]);
    return `file-of-${bytes}`;
  }
}

export class PeopleGateway extends FullGateway {
  constructor(services: GatewayServices) {
    super(services);
    createInterface({ input: process.stdin }).on('line', (line) => this.#obey(JSON.parse(line, revived)));
  }

  override exception(error: unknown): void {
    say({ exception: error instanceof Error ? error.stack : String(error) });
  }

  async #obey({ order, user, contact, verb, args }: Order): Promise<void> {
    try {
      const session = this.getSessionFromJid(user);
      if (session === undefined) throw new Error(`${user} has no session`);
      const target = await session.contacts.byLegacyId(contact);
      const method: unknown = Reflect.get(target, verb);
      if (typeof method === 'function') say({ done: order, result: await method.apply(target, args) });
      else say({ done: order, result: Reflect.set(target, verb, args[0]) });
    } catch (error) {
      say({ done: order, error: String(error) });
    }
  }
}

/** JSON knows no dates. */
function revived(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? new Date(value) : value;
}

export { FullContact as PeopleContact, TestRoster as PeopleRoster };
