/** A client that does what all clients do, and keeps what comes for whoever asks. */

import {
  ClientStream,
  type Element,
  errorReply,
  find,
  has,
  type NewId,
  presence,
  result,
  roster,
  StanzaError,
} from '../../../stanza/index.ts';
import { type Info, info } from '../../../xep/0030-disco.ts';
import { ping, sendPing } from '../../../xep/0199-ping.ts';
import { LOOPBACK, type XmppServer } from '../server/server.ts';

/** Whose client it is, and what it can do. */
export interface TestClientOptions {
  readonly name: string;
  readonly resource: string;
  readonly password: string;
  /** What the client says when it is asked what it can do. */
  readonly features?: readonly string[];
  /** What stands in its first presence. */
  readonly payloads?: readonly Element[];
  readonly newId?: NewId;
  /** Whether it says no to requests that it does not know. Default: they stay for whoever answers them. */
  readonly refuses?: boolean;
}

const IDENTITY = { category: 'client', type: 'pc', name: 'Test' };

/** What a test client says about itself. */
export function clientInfo(features: readonly string[]): Info {
  return { identities: [IDENTITY], features, forms: [] };
}

/** A client at the server of a test, as users of the kit have one; for tests that look at stanzas. */
export class TestClient {
  readonly stream: ClientStream;
  /** What has come and nobody has asked for. */
  readonly received: Element[] = [];
  /** Who has asked what the client can do, each time. */
  readonly askers: string[] = [];
  /** The answer when it is asked what it can do. */
  features: readonly string[];
  /** Sees what comes before anybody else does. */
  onStanza: ((stanza: Element) => void) | undefined;
  readonly #options: TestClientOptions;
  readonly #waiting = new Set<() => void>();
  readonly #diverted = new Set<(stanza: Element) => boolean>();

  constructor(server: XmppServer, options: TestClientOptions) {
    const { name, resource, password, newId } = options;
    this.#options = options;
    this.features = options.features ?? [];
    this.stream = new ClientStream({
      jid: `${name}@${server.domain}/${resource}`,
      password,
      host: LOOPBACK,
      port: server.clientPort,
      tls: 'never',
      ...(newId && { newId }),
      onStanza: (stanza) => this.#take(stanza),
    });
  }

  /** Logs in, fetches the roster, and says that it is there. @returns the roster. */
  async logIn(): Promise<roster.Roster | undefined> {
    await this.stream.start();
    const items = await roster.fetchRoster(this.stream);
    this.stream.send(presence({}, ...(this.#options.payloads ?? [])));
    return items;
  }

  /** The first stanza that fits, come already or coming; it is taken out of `received`. */
  async receives(fits: (stanza: Element) => boolean, ms = 5000): Promise<Element> {
    const end = Date.now() + ms;
    for (;;) {
      const found = this.take(fits);
      if (found !== undefined) return found;
      const left = end - Date.now();
      if (left <= 0) throw new Error(`nothing that fits has come; there were:\n${this.received.join('\n')}`);
      await this.change(left);
    }
  }

  /** The first stanza that fits of those that have come, taken out of `received`. */
  take(fits: (stanza: Element) => boolean): Element | undefined {
    const index = this.received.findIndex(fits);
    return index === -1 ? undefined : this.received.splice(index, 1)[0];
  }

  /** Gives stanzas to `take` first: those that it takes are not kept. @returns the function that ends it. */
  divert(take: (stanza: Element) => boolean): () => void {
    this.#diverted.add(take);
    return () => this.#diverted.delete(take);
  }

  /** Resolves when something has come, or after some milliseconds. */
  change(ms: number): Promise<void> {
    const waiting = this.#waiting;
    return new Promise((resolve) => {
      const timer = setTimeout(wake, ms);
      function wake() {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      }
      waiting.add(wake);
    });
  }

  /** Waits until what was sent has had its effect: some rounds through `jid` and back. */
  async settle(jid: string): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await sendPing(this.stream, jid).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #take(stanza: Element): void {
    // After the end of the session nobody can be answered.
    if (stanza.name === 'iq' && this.stream.online && this.#answer(stanza)) return;
    this.onStanza?.(stanza);
    for (const take of this.#diverted) if (take(stanza)) return;
    this.received.push(stanza);
    for (const wake of [...this.#waiting]) wake();
  }

  /** Answers a request. Returns whether that is all there is to it. */
  #answer(request: Element): boolean {
    const { type, from = '' } = request.attrs;
    if (type === 'set') this.stream.send(result(request));
    if (type !== 'get') return false;
    const asked = find(request, info);
    if (asked !== undefined) {
      this.askers.push(from);
      const node = asked.node === undefined ? {} : { node: asked.node };
      this.stream.send(result(request, info.build({ ...node, ...clientInfo(this.features) })));
      return true;
    }
    if (has(request, ping)) this.stream.send(result(request));
    else if (this.#options.refuses) this.stream.send(errorReply(request, StanzaError.of('service-unavailable')));
    return false;
  }
}
