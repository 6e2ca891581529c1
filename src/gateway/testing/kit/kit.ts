/** A whole world for testing a plugin, in this process: an XMPP server, the gateway, and users who talk. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareOf, type Clock, type Element, type NewId } from '../../../stanza/index.ts';
import { NS_INFO } from '../../../xep/0030-disco.ts';
import { NS_METADATA } from '../../../xep/0084-avatar.ts';
import { NS as NS_CHAT_STATES } from '../../../xep/0085-chat-states.ts';
import { c as caps, capsOf } from '../../../xep/0115-caps.ts';
import { NS as NS_NICK } from '../../../xep/0172-nick.ts';
import { NS as NS_RECEIPTS } from '../../../xep/0184-receipts.ts';
import { sendPing } from '../../../xep/0199-ping.ts';
import { enableCarbons } from '../../../xep/0280-carbons.ts';
import { NS as NS_CORRECTION } from '../../../xep/0308-correction.ts';
import { NS as NS_MARKERS } from '../../../xep/0333-markers.ts';
import { NS as NS_BOOKMARKS } from '../../../xep/0402-bookmarks.ts';
import { NS as NS_RETRACTION } from '../../../xep/0424-retraction.ts';
import { NS as NS_REACTIONS } from '../../../xep/0444-reactions.ts';
import { NS as NS_REPLIES } from '../../../xep/0461-replies.ts';
import type { FormValues } from '../../command/form.ts';
import { OPTIONS, type RawConfig, resolveConfig } from '../../config.ts';
import type { BaseGateway } from '../../gateway.ts';
import { type Log, silentLog } from '../../log.ts';
import { ConfigError, type PluginOptions } from '../../options.ts';
import { loadPlugin, pluginClasses } from '../../plugin.ts';
import type { PluginClasses } from '../../services.ts';
import { startGateway } from '../../start.ts';
import { FakeClock } from '../fake-clock.ts';
import type { Faults } from '../server/faults.ts';
import { LOOPBACK, XmppServer, type XmppServerOptions } from '../server/server.ts';
import { clientInfo, TestClient, type TestClientOptions } from './client.ts';
import { ExpectationError } from './expectations.ts';
import { Recorder, type Recording, type ScrubOptions } from './recording.ts';
import { User, type World } from './user.ts';
import { during, elapse, until } from './waiting.ts';

/** A plugin: its module, as `import * as plugin` gives it; its path or package; or its classes. */
export type Plugin = string | Readonly<Record<string, unknown>> | PluginClasses;

/** A plugin's classes, and the options that it declares. */
export type Classes = PluginClasses & { readonly options?: PluginOptions | undefined };

/** Options of the gateway, and those that the plugin declares. */
export type KitConfig = RawConfig & Readonly<Record<string, unknown>>;

/** How the world of a test is furnished. */
export interface KitOptions {
  /** The domain of the gateway. Default `gw.localhost`. */
  readonly domain?: string;
  /** What users fill in who register, by their name. Default: the name as user name and as password. */
  readonly account?: (name: string) => FormValues;
  /** Options of the gateway and of the plugin, by the names of the command line. Files on private addresses may be fetched. */
  readonly config?: KitConfig;
  /** Options of the server, such as `privileges: false`. */
  readonly server?: Omit<XmppServerOptions, 'clock' | 'components' | 'newId'>;
  /**
   * Time, for gateway and server. Default: a `FakeClock`, which goes on when something is waited for and nothing moves.
   * Where the plugin talks to somebody outside, such as a server of its network, take `systemClock`.
   */
  readonly clock?: Clock;
  /** Where the gateway keeps its data. Default: a folder that is removed at the end. `false`: in memory. */
  readonly homeDir?: string | false;
  /** Makes the ids of server and gateway. Default: `server-1`, `gateway-1`, …, the same each time. */
  readonly newId?: NewId;
  /** Where the gateway logs to, besides `troubles`. Default: nowhere. */
  readonly log?: Log;
  /** Milliseconds of real time that anything may take, when the clock is a fake. Default 5000. */
  readonly patience?: number;
}

/** Who comes, with which client, and whether they are registered. */
export interface UserOptions {
  /** The resource of the client. Default `test`. Another one is another client of the same user. */
  readonly resource?: string;
  /** Whether to register with the gateway, if that is not done. Default true. */
  readonly register?: boolean;
  /** What to fill in. Default: what the kit's `account` gives. */
  readonly account?: FormValues;
  /** What the client can do, as features of disco. Default: everything that the kit can. */
  readonly features?: readonly string[];
}

/** Milliseconds after which a gateway that does not answer is not there: its connection has just been cut. */
const GONE = 1000;

/** Seconds that the login to the network may take, by the clock of the kit. */
const READY = 60;

/** Milliseconds that a shutdown may take, by the clock of the kit. */
const SHUTDOWN = 3600_000;

/** Milliseconds. */
const NEVER = 1e12;

const SECRET = 'secret';
const RESOURCE = 'test';

const FEATURES: readonly string[] = [
  NS_INFO,
  NS_CHAT_STATES,
  NS_RECEIPTS,
  NS_CORRECTION,
  NS_MARKERS,
  NS_RETRACTION,
  NS_REACTIONS,
  NS_REPLIES,
  ...[NS_METADATA, NS_NICK, NS_BOOKMARKS].flatMap((ns) => [ns, `${ns}+notify`]),
];

/**
 * Starts a server and a gateway with the plugin. Stop it at the end: `await kit.stop()`.
 *
 *     const kit = await testKit(plugin);
 *     const romeo = await kit.user('romeo');
 *     await romeo.sends('hi', { to: 'juliet' });
 *     await romeo.expects.text('hello', { from: 'juliet' });
 *     await kit.stop();
 *
 * @throws ConfigError when the plugin cannot be used.
 */
export function testKit(plugin: Plugin, options: KitOptions = {}): Promise<TestKit> {
  return TestKit.start(plugin, options);
}

/** Something that the plugin, or the gateway, did not expect. */
export interface Trouble {
  /** What was going on. */
  readonly text: string;
  readonly error: unknown;
}

/** A server, a gateway with the plugin, and users: made by `testKit`, to be ended with `stop`. */
export class TestKit implements World {
  /** The XMPP server that users and gateway are connected to. */
  readonly server: XmppServer;
  /** The domain of the gateway. */
  readonly domain: string;
  /** What has been logged as an error and not been asked for with `takeTroubles`. */
  readonly troubles: Trouble[] = [];
  /** Everything that has passed through the server. */
  readonly routed: Element[] = [];
  /** Milliseconds of real time that anything may take, when the clock is a fake. */
  readonly patience: number;
  readonly #options: KitOptions;
  readonly #classes: Classes;
  readonly #clock: Clock;
  readonly #clients = new Set<TestClient>();
  readonly #recorder: Recorder;
  #gateway: BaseGateway | undefined;
  #folder: string | undefined;
  #restarts = 0;
  /** Counts what passes through the server, but for the kit's own pings. */
  #activity = 0;

  private constructor(classes: Classes, options: KitOptions) {
    this.#classes = classes;
    this.#options = options;
    this.domain = options.domain ?? 'gw.localhost';
    this.patience = options.patience ?? 5000;
    this.#clock = options.clock ?? new FakeClock();
    const { server = {} } = options;
    this.server = new XmppServer({
      ...server,
      components: { [this.domain]: SECRET },
      clock: this.#clock,
      newId: options.newId ?? counting('server'),
      onStanza: (stanza) => {
        if (!this.#isOwnPing(stanza)) this.#activity++;
        this.routed.push(stanza);
        this.#recorder.routed(stanza);
        server.onStanza?.(stanza);
      },
      onClientStanza: (stanza) => {
        this.#recorder.sent(stanza);
        server.onClientStanza?.(stanza);
      },
    });
    this.#recorder = new Recorder(this.domain, this.server.domain, this.#clock);
  }

  /** See `testKit`. @internal */
  static async start(plugin: Plugin, options: KitOptions): Promise<TestKit> {
    const kit = new TestKit(await classesOf(plugin), options);
    await kit.server.start();
    try {
      if (options.homeDir === undefined) kit.#folder = await mkdtemp(join(tmpdir(), 'slipway-kit-'));
      await kit.#startGateway();
    } catch (error) {
      await kit.stop();
      throw error;
    }
    return kit;
  }

  /** The gateway that runs now. */
  get gateway(): BaseGateway {
    if (this.#gateway === undefined) throw new Error('the gateway does not run');
    return this.#gateway;
  }

  /** What goes wrong between server and gateway. */
  get faults(): Faults {
    return this.server.faults;
  }

  /** The fake clock; `undefined` when the kit was given another one. */
  get clock(): FakeClock | undefined {
    return this.#clock instanceof FakeClock ? this.#clock : undefined;
  }

  /**
   * Somebody at a client: logged in to the server, registered with the gateway, and with everything ready. What came
   * until then is not kept. The account on the server is made when it is first needed.
   * @throws StanzaError when the gateway refuses the registration. @throws XmppError when the login to the network fails.
   */
  async user(name: string, options: UserOptions = {}): Promise<User> {
    const { resource = RESOURCE, register = true, features = FEATURES } = options;
    const account = this.server.account(name) ?? this.server.addUser(name, name);
    const ids = counting(`${name}-${resource}-iq`);
    const payloads = [caps.build(capsOf('urn:slipway:test', clientInfo(features)))];
    const client = await this.client({
      name,
      resource,
      features,
      payloads,
      password: account.password,
      newId: ids,
      refuses: true,
    });
    const user = new User(this, account.jid.split('@')[0] as string, account.jid, client);
    client.onStanza = (stanza) => user.observe(stanza);
    user.takeRoster((await client.logIn())?.items ?? []);
    await enableCarbons(client.stream);
    if (register && this.gateway.getSessionFromJid(user.jid) === undefined) {
      const answers = options.account ?? this.#options.account?.(name) ?? { username: name, password: name };
      await user.registers(answers);
    }
    if (register) await this.ready(user);
    await this.settle();
    client.received.length = 0;
    return user;
  }

  /** Resolves when nothing moves any more between clients, server and gateway. The fake clock stands still. */
  readonly settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 2; quiet++) {
      const before = this.#activity;
      await sendPing(this.server, this.domain, { timeout: GONE }).catch(() => undefined);
      // What the server has sent to a client before the answer has arrived with the answer.
      const online = [...this.#clients].filter(({ stream }) => stream.online);
      await Promise.all(online.map(({ stream }) => sendPing(stream).catch(() => undefined)));
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#activity !== before) quiet = -1;
    }
  };

  /** Lets time pass, by the kit's clock, and everything happen that is due. */
  passes(ms: number): Promise<void> {
    return elapse(this, ms);
  }

  /** Starts a gateway with the same data, when the one before was shut down: `kit.gateway.shutdown()`. */
  async resume(): Promise<void> {
    await this.#startGateway();
    await this.settle();
  }

  /** Stops the gateway and starts another one, with the same data. Users stay logged in to the server. */
  async restart(): Promise<void> {
    await this.#stopGateway();
    await this.#startGateway();
    await this.settle();
  }

  /** Resolves when the session of a user is up, and the contacts are there. @throws XmppError when that is in vain. */
  async ready(user: User): Promise<void> {
    let end: { readonly error?: unknown } | undefined;
    user.session.waitForReady(READY).then(
      () => {
        end = {};
      },
      (error) => {
        end = { error };
      },
    );
    await user.expects.becomes('their session to be ready', () => end, { within: READY * 1000 });
    if (end?.error !== undefined) throw end.error;
  }

  /** Resolves when the gateway is connected again, after `faults.cut()`. @throws ExpectationError when it does not come. */
  async reconnects(): Promise<void> {
    const back = await until(
      this,
      () => this.server.components.some(({ isOpen }) => isOpen) || undefined,
      READY * 1000,
    );
    if (back === undefined) throw new ExpectationError(`the gateway did not come back within ${READY} s`);
    await this.settle();
  }

  /** Takes what has gone wrong so far: then it does not make `stop` fail. */
  takeTroubles(): Trouble[] {
    return this.troubles.splice(0);
  }

  /** What has been said so far, without secrets, to be kept in a file and replayed. */
  recording(options: ScrubOptions = {}): Recording {
    return this.#recorder.recording(options);
  }

  /**
   * Stops everything.
   * @throws AggregateError when the plugin has thrown what nobody asked about: see `takeTroubles`.
   */
  async stop(): Promise<void> {
    for (const client of this.#clients) await client.stream.stop();
    this.#clients.clear();
    await this.#stopGateway();
    await this.server.stop();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
    const troubles = this.takeTroubles();
    if (troubles.length === 0) return;
    const lines = troubles.map(({ text, error }) => `\n  – ${text}: ${error instanceof Error ? error.message : error}`);
    throw new AggregateError(
      troubles.map(({ error }) => error),
      `something went wrong that nobody asked about:${lines.join('')}`,
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  // What the parts of the kit use.

  /** @internal */
  readonly change = async (ms: number): Promise<void> => {
    const clients = [...this.#clients];
    if (clients.length === 0) return new Promise((resolve) => setTimeout(resolve, ms));
    await Promise.race(clients.map((client) => client.change(ms)));
  };

  /** A client that has not logged in yet. @internal */
  async client(options: TestClientOptions): Promise<TestClient> {
    const client = new TestClient(this.server, options);
    this.#clients.add(client);
    return client;
  }

  /** @internal */
  hints(): readonly string[] {
    const hints = this.troubles.map(({ text, error }) => {
      return `In the meantime, ${text}: ${error instanceof Error ? (error.stack ?? error.message) : error}`;
    });
    const next = this.clock?.next;
    if (next !== undefined) hints.push(`The fake clock stands still; something is due in ${next / 1000} s.`);
    return hints;
  }

  async #startGateway(): Promise<void> {
    const { config, homeDir } = this.#options;
    const raw = {
      jid: this.domain,
      secret: SECRET,
      server: LOOPBACK,
      port: this.server.componentPort,
      'allow-private-urls': true,
      ...config,
    };
    const misspelled = unknownOption(raw, this.#classes);
    if (misspelled !== undefined) throw new ConfigError(`there is no option ${misspelled}`, misspelled);
    const folder = homeDir === false ? undefined : (homeDir ?? this.#folder);
    const prefix = this.#restarts++ === 0 ? 'gateway' : `gateway-${this.#restarts}`;
    this.#gateway = await startGateway(
      this.#classes,
      { ...resolveConfig(raw, this.#classes.options), homeDir: folder },
      {
        log: this.#log,
        clock: this.#clock,
        newId: this.#options.newId ?? counting(prefix),
        reconnectAfter: 10,
        // The server does not know that time is made: it must not seem slow.
        ...(this.clock !== undefined && { keepalive: { period: NEVER, timeout: NEVER } }),
      },
    );
  }

  async #stopGateway(): Promise<void> {
    const gateway = this.#gateway;
    this.#gateway = undefined;
    // It may wait for a plugin that does not return, by its own clock.
    if (gateway !== undefined) await during(this, gateway.shutdown(), SHUTDOWN);
  }

  /** Whether it is part of finding out whether anything moves: such as the error when the gateway is not there. */
  #isOwnPing({ name, attrs }: Element): boolean {
    const { from = '', to = '' } = attrs;
    return name === 'iq' && (from === this.server.domain || to === this.server.domain || bareOf(from) === bareOf(to));
  }

  get #log(): Log {
    const { log = { ...silentLog } } = this.#options;
    return {
      get level() {
        return log.level;
      },
      set level(level) {
        log.level = level;
      },
      debug: (data, text) => log.debug(data, text),
      info: (data, text) => log.info(data, text),
      warn: (data, text) => log.warn(data, text),
      error: (data, text) => {
        this.troubles.push({ text, error: 'err' in data ? data.err : JSON.stringify(data) });
        log.error(data, text);
      },
    };
  }
}

/** What to start a gateway with. @internal */
export async function classesOf(plugin: Plugin): Promise<Classes> {
  if (typeof plugin === 'string') return loadPlugin(plugin);
  const { gateway, session } = plugin as Partial<PluginClasses>;
  if (typeof gateway === 'function' && typeof session === 'function') return plugin as Classes;
  return pluginClasses(plugin as Readonly<Record<string, unknown>>, 'the plugin');
}

/** What is neither an option of the gateway nor of the plugin. */
function unknownOption(config: KitConfig, { options }: Classes): string | undefined {
  const known = new Set([...Object.keys(OPTIONS), ...Object.keys(options?.table ?? {})]);
  return Object.keys(config).find((name) => !known.has(name));
}

/** Ids that are the same each time. */
function counting(prefix: string): NewId {
  let last = 0;
  return () => `${prefix}-${++last}`;
}
