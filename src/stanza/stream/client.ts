/** The stream between a client and its server: TLS, authentication, resource. RFC 6120 §5 to §7. */

import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type sasl from '@xmpp/sasl';
import type { Clock } from '../clock.ts';
import { element, leaf, optionalChild } from '../codec.ts';
import type { NewId } from '../id.ts';
import { type IqRequest, type IqSender, IqTracker } from '../iq-tracker.ts';
import { JID } from '../jid.ts';
import { type Header, NS as NS_CLIENT, type Payload, type StanzaKind, writeStanza } from '../stanza.ts';
import { Element } from '../xml/element.ts';
import type { Limits } from '../xml/limits.ts';
import { Connection } from './connection.ts';
import { type Mechanism, Plain, Scram } from './scram.ts';

/** The namespace of STARTTLS. */
export const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
/** The namespace of authentication. */
export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
/** The namespace of resource binding. */
export const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';

/** How a client connects and logs in. */
export interface ClientStreamOptions {
  /** The account, with the resource to ask for if there is one: `romeo@example.com/balcony`. */
  readonly jid: string;
  /** For SASL: SCRAM where the server has it, PLAIN within TLS otherwise. */
  readonly password: string;
  /** The host to connect to. Default: the domain of `jid`. */
  readonly host?: string;
  /** Default 5222. */
  readonly port?: number;
  /**
   * `required`, the default: no password is sent before TLS. `optional`: TLS when the server offers it.
   * `never`: not even then, for servers on the same machine.
   */
  readonly tls?: 'required' | 'optional' | 'never';
  /** Further options for TLS, such as `ca` or `rejectUnauthorized`. */
  readonly tlsOptions?: TlsOptions;
  /** Whether the password may be sent as it is (SASL PLAIN) without TLS. Default false. */
  readonly allowPlain?: boolean;
  /** A stanza from the server. Answers to our own requests do not come here. What it throws is not caught. */
  readonly onStanza?: (stanza: Element) => void;
  /** The stream has ended: with the reason, unless `stop` was called. */
  readonly onEnd?: (reason?: Error) => void;
  /** Limits on what the server sends. Default: as the component's. */
  readonly limits?: Partial<Limits>;
  /** Milliseconds for each step. Default 10000. */
  readonly timeout?: number;
  readonly clock?: Clock;
  /** Makes the ids of requests. Default: UUIDs that nobody can guess. */
  readonly newId?: NewId;
}

/** What `<bind/>` says: the resource asked for, then the address given. */
interface Bind {
  readonly jid?: string;
  readonly resource?: string;
}
const bind = element<Bind>(NS_BIND, 'bind', {
  jid: optionalChild(leaf(NS_BIND, 'jid')),
  resource: optionalChild(leaf(NS_BIND, 'resource')),
});

/** One session of one client. It does not reconnect: make another. */
export class ClientStream implements IqSender {
  readonly #options: ClientStreamOptions;
  readonly #account: JID;
  readonly #iqs: IqTracker;
  #connection: Connection | undefined;
  #hasEnded = false;
  /** Takes the elements that come before the session is up. */
  #negotiate: ((element: Element) => void) | undefined;
  #jid: JID | undefined;

  constructor(options: ClientStreamOptions) {
    this.#options = options;
    this.#account = JID.parse(options.jid);
    this.#iqs = new IqTracker({
      send: (iq) => this.send(iq),
      account: () => this.#jid?.full,
      ...(options.clock && { clock: options.clock }),
      ...(options.newId && { newId: options.newId }),
    });
  }

  /** The address the server gave this session. Throws before `start` has resolved. */
  get jid(): JID {
    if (this.#jid === undefined) throw new Error('the session is not up');
    return this.#jid;
  }

  /** Whether the session is up. Stanzas may still come for a moment after it has ended. */
  get online(): boolean {
    return this.#connection !== undefined && !this.#hasEnded && this.#jid !== undefined;
  }

  /**
   * Connects, authenticates, binds a resource. Resolves with the full JID.
   * @throws Error naming the step that failed; a SASL failure has its `condition`.
   */
  async start(): Promise<JID> {
    const { host, port = 5222, limits, timeout, tls = 'required' } = this.#options;
    const connection = new Connection({
      host: host ?? this.#account.domain,
      port,
      domain: this.#account.domain,
      ns: NS_CLIENT,
      version: '1.0',
      limits: { bytes: 10_485_760, ...limits },
      timeout,
      onElement: (element) => this.#onElement(element),
    });
    this.#connection = connection;
    connection.ended.then((reason) => this.#onEnded(reason));
    try {
      let features = await this.#features(connection, () => connection.open());
      if (tls !== 'never' && features.getChild('starttls', NS_TLS) !== undefined) {
        await this.#startTls(connection);
        features = await this.#features(connection, () => connection.restart());
      } else if (tls === 'required') {
        throw new Error(`${this.#account.domain} offers no TLS, and the option tls is "required"`);
      }
      features = await this.#authenticate(connection, features);
      const jid = await this.#bind(connection, features);
      // It may have ended with the last answer: nobody would hear of that any more.
      if (this.#hasEnded) throw (await connection.ended) ?? new Error('the stream was closed');
      this.#jid = jid;
      return jid;
    } catch (error) {
      connection.destroy(error as Error);
      throw error;
    }
  }

  /** Ends the session in good order; a server that does not answer is left after the timeout. */
  async stop(): Promise<void> {
    await this.#connection?.close();
  }

  /** Cuts the connection without a word, as a network does. */
  destroy(reason = new Error('destroyed')): void {
    this.#connection?.destroy(reason);
  }

  /** Queues a stanza; the server fills in `from`. @throws SerializeError. @throws Error when the session is not up. */
  send(stanza: Element): void {
    this.#open.send(stanza);
  }

  /** Queues XML text as it is: one or more complete stanzas. */
  sendRaw(xml: string): void {
    this.#open.out.raw(xml);
  }

  /** Queues a stanza made from values: as `send`, but without elements in between. */
  sendValues(kind: StanzaKind, header: Header, ...payloads: readonly (Payload | Element)[]): void {
    writeStanza(this.#open.out, kind, header, ...payloads);
  }

  /** Resolves when the socket has taken what was sent, or the stream has ended: whoever sends much waits for it. */
  async drained(): Promise<void> {
    await this.#connection?.drained();
  }

  /** Asks, and waits for the answer. @throws StanzaError see `IqSender`. */
  request(request: IqRequest): Promise<Element | undefined> {
    return this.#iqs.request(request);
  }

  get #open(): Connection {
    if (this.#connection === undefined || this.#hasEnded) throw new Error('the session is not up');
    return this.#connection;
  }

  /** The `<features/>` that follow the stream header which `open` sends. */
  async #features(connection: Connection, open: () => Promise<unknown>): Promise<Element> {
    const features = this.#next();
    await open();
    return connection.answer(features, 'stream features');
  }

  async #startTls(connection: Connection): Promise<void> {
    const answer = this.#next();
    connection.send(new Element('starttls', NS_TLS));
    if (!(await connection.answer(answer, 'answer about TLS')).is('proceed', NS_TLS))
      throw new Error('the server refused to start TLS');
    await connection.upgrade({ servername: this.#account.domain, ...this.#options.tlsOptions });
  }

  async #authenticate(connection: Connection, features: Element): Promise<Element> {
    const mechanisms = features.getChild('mechanisms', NS_SASL);
    if (mechanisms === undefined) throw new Error('the server offers no authentication');
    const allowPlain = connection.secure || this.#options.allowPlain === true;
    const factory = new MechanismFactory(allowPlain);
    // Components import this file too, and never need it.
    const { default: sasl } = await import('@xmpp/sasl');
    let next: Promise<Element> | undefined;
    const feature = saslFeature(sasl, factory, async (authenticate, offered) => {
      const mechanism = offered[0];
      if (mechanism === undefined) throw new Error(factory.complaint(mechanisms));
      await authenticate({ username: this.#account.local, password: this.#options.password }, mechanism);
      next = this.#next();
    });
    if (!factory.supports(mechanisms)) throw new Error(factory.complaint(mechanisms));
    factory.watch(connection);
    const authenticated = Promise.race([feature(connection.entity, mechanisms), factory.failed]);
    await connection.answer(authenticated, 'end of the authentication');
    return connection.answer(next as unknown as Promise<Element>, 'stream features');
  }

  async #bind(connection: Connection, features: Element): Promise<JID> {
    if (features.getChild('bind', NS_BIND) === undefined) throw new Error('the server offers no resource binding');
    this.#negotiate = undefined;
    const { resource } = this.#account;
    const { timeout = 10_000 } = this.#options;
    const asked = bind.build(resource === '' ? {} : { resource });
    const answer = await connection.until(this.#iqs.request({ type: 'set', payload: asked, timeout }));
    const given = answer === undefined ? undefined : bind.parse(answer)?.jid;
    if (given === undefined) throw new Error('the server bound no resource');
    return JID.parse(given);
  }

  #next(): Promise<Element> {
    return new Promise((resolve) => {
      this.#negotiate = (element) => {
        // @xmpp/sasl listens for its own elements.
        if (element.ns !== NS_SASL) resolve(element);
      };
    });
  }

  #onElement(element: Element): void {
    if (this.#negotiate !== undefined) return this.#negotiate(element);
    if (element.name === 'iq' && this.#iqs.handle(element)) return;
    this.#options.onStanza?.(element);
  }

  #onEnded(reason?: Error): void {
    this.#hasEnded = true;
    this.#iqs.failAll();
    if (this.#jid !== undefined) this.#options.onEnd?.(reason);
  }
}

/** Makes the strongest mechanism that both sides know; @xmpp/sasl takes the first of ours that the server offers. */
class MechanismFactory {
  readonly _mechs: readonly { readonly name: string; readonly make: () => Mechanism }[];
  readonly failed: Promise<never>;
  #fail: (error: Error) => void = () => {};
  #current: Mechanism | undefined;

  constructor(allowPlain: boolean) {
    this._mechs = [
      { name: 'SCRAM-SHA-256', make: () => new Scram('sha256') },
      { name: 'SCRAM-SHA-1', make: () => new Scram('sha1') },
      ...(allowPlain ? [{ name: 'PLAIN', make: () => new Plain() }] : []),
    ];
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined);
  }

  create(names: readonly string[]): Mechanism | undefined {
    this.#current = this._mechs.find(({ name }) => names.includes(name))?.make();
    return this.#current;
  }

  supports(mechanisms: Element): boolean {
    return mechanisms.getChildren('mechanism').some((each) => this._mechs.some(({ name }) => name === each.text()));
  }

  complaint(mechanisms: Element): string {
    const offered = mechanisms.getChildren('mechanism').map((each) => each.text());
    const why = offered.includes('PLAIN') ? '; PLAIN needs TLS, or the option allowPlain' : '';
    return `the server offers only ${offered.join(', ')} for authentication${why}`;
  }

  /** @xmpp/sasl takes any `<success/>` for one: look at what comes with it. */
  watch(connection: Connection): void {
    connection.entity.prependListener('nonza', (element: Element) => {
      if (!element.is('success', NS_SASL)) return;
      try {
        this.#current?.success(Buffer.from(element.text(), 'base64').toString());
      } catch (error) {
        connection.destroy(error as Error);
        this.#fail(error as Error);
      }
    });
  }
}

type OnAuthenticate = Parameters<typeof sasl>[1];
type Feature = Parameters<Parameters<typeof sasl>[0]['streamFeatures']['use']>[2];
type Entity = Parameters<Feature>[0]['entity'];

/** The feature handler that @xmpp/sasl would register with the rest of xmpp.js. */
function saslFeature(
  register: typeof sasl,
  saslFactory: MechanismFactory,
  onAuthenticate: OnAuthenticate extends (done: infer D, m: infer M, ...rest: never[]) => infer R
    ? (done: D, mechanisms: M) => R
    : never,
): (entity: unknown, mechanisms: Element) => Promise<void> {
  let feature: Feature | undefined;
  register(
    {
      streamFeatures: {
        use: (_name, _ns, handler) => {
          feature = handler;
        },
      },
      saslFactory,
    },
    (done, mechanisms) => onAuthenticate(done, mechanisms),
  );
  return (entity, mechanisms) => (feature as Feature)({ entity: entity as Entity }, () => {}, mechanisms);
}
