/** A whole conversation in one process: the development server, a gateway, and users at real clients. */

import * as assert from 'uvu/assert';
import type { BaseGateway, Log, PluginClasses, RawConfig } from '../../src/gateway/index.ts';
import {
  TestClient,
  type TestKit,
  testKit,
  type XmppServer,
  type XmppServerOptions,
} from '../../src/gateway/testing/index.ts';
import {
  type ClientStream,
  type Clock,
  type Element,
  JID,
  newId,
  StanzaError,
  systemClock,
} from '../../src/stanza/index.ts';
import { register } from '../../src/xep/0077-register.ts';
import { eventually } from './eventually.ts';
import { TEST_PLUGIN, type TestGateway, type TestSession } from './plugin.ts';
import { assertValid, hasValidator } from './validator.ts';
import { stanza } from './xml.ts';

export const GATEWAY = 'gw.localhost';

export interface StageOptions {
  readonly plugin?: Partial<PluginClasses>;
  readonly server?: XmppServerOptions;
  readonly config?: RawConfig;
  readonly homeDir?: string;
  readonly clock?: Clock;
  /** Default: nothing is logged. */
  readonly log?: Log;
}

/** The kit with a plugin of our own, for tests that look at stanzas. Nothing of it is kept, and the time is the real one. */
export class Stage {
  readonly #kit: TestKit;
  readonly #users: User[] = [];
  /** What the gateways have said, also what the server does not take. */
  readonly #said: Element[] = [];

  private constructor(kit: TestKit) {
    this.#kit = kit;
    overhear(this.gateway, this.#said);
  }

  static async open({ plugin, server = {}, config = {}, homeDir, clock, log }: StageOptions = {}): Promise<Stage> {
    const kit = await testKit({ ...TEST_PLUGIN, ...plugin } as PluginClasses, {
      domain: GATEWAY,
      server: { users: { romeo: 'romeo', mercutio: 'mercutio' }, ...server },
      config: { 'allow-private-urls': false, ...config },
      homeDir: homeDir ?? false,
      clock: clock ?? systemClock,
      newId,
      ...(log && { log }),
    });
    return new Stage(kit);
  }

  get server(): XmppServer {
    return this.#kit.server;
  }

  get gateway(): TestGateway {
    return this.#kit.gateway as TestGateway;
  }

  /** Everything that has passed through the server. */
  get routed(): Element[] {
    return this.#kit.routed;
  }

  /** Opens a stage, plays, and clears it away. */
  static async with(options: StageOptions, play: (stage: Stage) => Promise<void>): Promise<void> {
    const stage = await Stage.open(options);
    try {
      await play(stage);
    } finally {
      await stage.close();
    }
  }

  /** A user at a client, with roster and presence. */
  async logIn(name = 'romeo', resource = 'test', options: LogInOptions = {}): Promise<User> {
    const user = await User.logIn(this.server, name, resource, options);
    this.#users.push(user);
    return user;
  }

  /** A user who is registered with the gateway and whose session is ready; nothing of that is left to be received. */
  async registered(name = 'romeo', password = 'right'): Promise<User> {
    const user = await this.logIn(name);
    await register(user.client, GATEWAY, { username: name, password });
    await this.session(name).waitForReady();
    await user.settle();
    user.received.length = 0;
    // What was called besides the login: the presence of the client that is there, where the plugin wants to know.
    this.session(name).calls.splice(1);
    return user;
  }

  session(name = 'romeo'): TestSession {
    const session = this.gateway.getSessionFromJid(`${name}@localhost`);
    if (session === undefined) throw new Error(`${name} has no session`);
    return session as TestSession;
  }

  /** Stops the gateway and starts another one with the same options. */
  async restart(): Promise<void> {
    await this.#kit.restart();
    overhear(this.gateway, this.#said);
  }

  /** Starts a gateway after the one before was shut down. */
  async start(): Promise<void> {
    await this.#kit.resume();
    overhear(this.gateway, this.#said);
  }

  /** Resolves when the server is known to have read everything: then a break of the link repeats nothing. */
  async fenced(): Promise<void> {
    const { journal } = this.gateway.store;
    await eventually(async () => assert.is(await journal.stored.lastOutgoing(), 0));
  }

  async close(): Promise<void> {
    for (const user of this.#users) await user.client.stop();
    // Each test looks at what went wrong itself.
    this.#kit.takeTroubles();
    await this.#kit.stop();
    for (const each of this.#said) assertDeliverable(each);
    const sent = this.routed.filter(({ attrs }) => JID.parse(attrs.from ?? '').domain === GATEWAY);
    if (hasValidator) assertValid(sent, { component: true });
  }
}

function overhear(gateway: BaseGateway, said: Element[]): void {
  const send = gateway.send.bind(gateway) as (stanza: Element, ...pair: unknown[]) => void;
  const sendTransient = gateway.sendTransient.bind(gateway);
  gateway.send = (each: Element, ...pair: unknown[]) => {
    said.push(each);
    send(each, ...pair);
  };
  gateway.sendTransient = (each) => {
    said.push(each);
    sendTransient(each);
  };
}

const SHOWS = [undefined, 'away', 'chat', 'dnd', 'xa'];

/** RFC 6120 §8.1 for components: without addresses the server ends the stream. RFC 6121 §4.7.2.1: other shows are none. */
function assertDeliverable(each: Element): void {
  const { from = '', to = '' } = each.attrs;
  const shown = each.name === 'presence' ? each.getChild('show')?.text() : undefined;
  if (from === '' || to === '') throw new Error(`not addressed: ${each}`);
  if (!SHOWS.includes(shown)) throw new Error(`no legal show: ${each}`);
}

export interface LogInOptions {
  /** What the client says when it is asked what it can do. */
  readonly features?: readonly string[];
  /** What stands in its first presence. */
  readonly payloads?: readonly Element[];
}

export class User extends TestClient {
  /** What came while the client logged in. */
  justReceived: readonly Element[] = [];

  static async logIn(server: XmppServer, name: string, resource: string, options: LogInOptions): Promise<User> {
    const user = new User(server, { name, resource, password: name, ...options });
    await user.logIn();
    await user.settle();
    user.justReceived = user.received.splice(0);
    return user;
  }

  get client(): ClientStream {
    return this.stream;
  }

  /** How often the gateway has asked what the client can do. */
  get asked(): number {
    return this.askers.filter((from) => from === GATEWAY).length;
  }

  /** Sends a stanza as it is written. */
  sends(xml: string): void {
    this.client.send(stanza(xml));
  }

  /** The payload that answers a request, or the error. */
  async asks(type: 'get' | 'set', to: string, payload: string): Promise<Element | StanzaError | undefined> {
    try {
      return await this.client.request({ type, to, payload: stanza(payload) });
    } catch (error) {
      if (error instanceof StanzaError) return error;
      throw error;
    }
  }

  /** All messages, or all presences, that have come so far, as XML; and forgets them. */
  async all(kind: 'message' | 'presence'): Promise<string[]> {
    await this.settle();
    const found = this.received.filter((each) => each.name === kind);
    this.received.length = 0;
    return found.map(String);
  }

  /** On a machine that is busy a file or a picture may take its time. */
  override receives(fits: (stanza: Element) => boolean, ms = 15_000): Promise<Element> {
    return super.receives(fits, ms);
  }

  override settle(jid = GATEWAY): Promise<void> {
    return super.settle(jid);
  }
}
