/**
 * An XMPP server in this process, for development and tests: real clients can log in to it over TCP and WebSocket, and
 * components connect to it. It is not for the world outside: it listens on the loopback interface only, keeps
 * everything in memory, and speaks no TLS.
 */

import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { WebSocketServer } from 'ws';
import {
  type Clock,
  type Element,
  errorReply,
  type IqRequest,
  type IqSender,
  IqTracker,
  JID,
  type NewId,
  newId,
  readdressed,
  StanzaError,
  StreamError,
  systemClock,
} from '../../../stanza/index.ts';
import { Account } from './account.ts';
import { answerBlocking, isBlocked } from './blocking.ts';
import { ClientSession } from './client-session.ts';
import { ComponentSession } from './component-session.ts';
import { answerDisco } from './disco.ts';
import { Faults } from './faults.ts';
import { copyToSender, deliverMessage, deliverOffline } from './messages.ts';
import { answerOldBookmarks } from './old-bookmarks.ts';
import { answerPep, sendLastItems } from './pep.ts';
import { fromUser, toUser, withdraw } from './presence.ts';
import { actAsUser, advertisement, answerPrivileged, type Privileges } from './privilege.ts';
import { answerRoster } from './roster.ts';
import { answerSmall } from './small-services.ts';
import { tcpTransport, webSocketTransport } from './transport.ts';
import { answerUpload, HttpFiles } from './upload.ts';

/** Whom the server knows, and what it lets them do. */
export interface XmppServerOptions {
  /** Default `localhost`. */
  readonly domain?: string;
  /** Passwords by user name. Any user may be added later with `addUser`. */
  readonly users?: Readonly<Record<string, string>>;
  /** Secrets by component domain. */
  readonly components?: Readonly<Record<string, string>>;
  /**
   * What components may do for users (XEP-0356). Default: everything a gateway can use. `false`: nothing, as on servers
   * without the module.
   */
  readonly privileges?: Privileges | false;
  /** Bytes of a file at most, for HTTP upload (XEP-0363). Default 1 GiB. */
  readonly maxFileSize?: number;
  /** Whether the server offers HTTP upload. Default true. */
  readonly upload?: boolean;
  /** Ports; 0, the default, takes free ones. */
  readonly ports?: { readonly client?: number; readonly component?: number; readonly http?: number };
  /** Answers HTTP requests for anything but the server's own paths, such as a web chat. */
  readonly onHttpRequest?: (request: IncomingMessage, response: ServerResponse) => void;
  /** Sees every stanza before it is routed: also those that components send for users, outside and inside. */
  readonly onStanza?: (stanza: Element) => void;
  /** Sees what clients send, as they sent it but for the full JID in `from`. */
  readonly onClientStanza?: (stanza: Element) => void;
  /** By which stanzas are held back, when faults are on. Default: the real time. */
  readonly clock?: Clock;
  /** Makes the ids of what the server itself sends. Default: random ones. */
  readonly newId?: NewId;
}

/** The name of the host that everything here listens on. */
export const LOOPBACK = '127.0.0.1';
/** The path of the WebSocket that clients connect to. */
export const WEBSOCKET_PATH = '/xmpp-websocket';

const DEFAULT_PRIVILEGES: Privileges = {
  roster: 'both',
  message: 'outgoing',
  iq: {
    'http://jabber.org/protocol/pubsub': 'both',
    'http://jabber.org/protocol/pubsub#owner': 'set',
    'urn:xmpp:http:upload:0': 'get',
  },
};

/** A small XMPP server in this process, on loopback addresses: for tests, the demo and `slipway dev`. */
export class XmppServer implements IqSender {
  readonly domain: string;
  readonly options: XmppServerOptions;
  readonly files: HttpFiles;
  readonly newId: NewId;
  /** What goes wrong on the way to and from components. */
  readonly faults: Faults;
  #privileges: Privileges | false;
  readonly #accounts = new Map<string, Account>();
  readonly #components = new Map<string, ComponentSession>();
  readonly #clients = new Set<ClientSession>();
  readonly #iqs: IqTracker;
  #tcp: TcpServer | undefined;
  #componentTcp: TcpServer | undefined;
  #http: HttpServer | undefined;
  #webSockets: WebSocketServer | undefined;

  constructor(options: XmppServerOptions = {}) {
    this.options = options;
    this.domain = options.domain ?? 'localhost';
    this.#privileges = options.privileges ?? DEFAULT_PRIVILEGES;
    this.newId = options.newId ?? newId;
    this.files = new HttpFiles(options.maxFileSize ?? 1_073_741_824, this.newId);
    this.faults = new Faults(options.clock ?? systemClock, () => {
      for (const component of this.components) component.cut();
    });
    this.#iqs = new IqTracker({ send: (iq) => this.route(iq), newId: this.newId });
    for (const [name, password] of Object.entries(options.users ?? {})) this.addUser(name, password);
  }

  /** Starts listening. */
  async start(): Promise<void> {
    const { ports = {}, onHttpRequest } = this.options;
    this.#tcp = createTcpServer((socket) => {
      const session = new ClientSession(this, (events) => {
        return tcpTransport(socket, {
          ...events,
          onClosed: () => {
            this.#clients.delete(session);
            events.onClosed();
          },
        });
      });
      this.#clients.add(session);
    });
    this.#componentTcp = createTcpServer((socket) => void new ComponentSession(this, socket));
    this.#http = createServer((request, response) => {
      if (this.files.handle(request, response)) return;
      if (onHttpRequest !== undefined) return onHttpRequest(request, response);
      response.writeHead(404).end();
    });
    this.#webSockets = new WebSocketServer({
      server: this.#http,
      path: WEBSOCKET_PATH,
      handleProtocols: (protocols) => (protocols.has('xmpp') ? 'xmpp' : false),
    });
    this.#webSockets.on('connection', (socket) => {
      const session = new ClientSession(this, (events) =>
        webSocketTransport(socket, {
          ...events,
          onClosed: () => {
            this.#clients.delete(session);
            events.onClosed();
          },
        }),
      );
      this.#clients.add(session);
    });
    await Promise.all([
      listen(this.#tcp, ports.client ?? 0),
      listen(this.#componentTcp, ports.component ?? 0),
      listen(this.#http, ports.http ?? 0),
    ]);
    this.files.origin = `http://${LOOPBACK}:${this.httpPort}`;
  }

  /** Ends all streams and stops listening. Uploaded files are removed. */
  async stop(): Promise<void> {
    for (const component of [...this.#components.values()]) component.close(new StreamError('system-shutdown'));
    for (const client of [...this.#clients]) client.close(new StreamError('system-shutdown'));
    this.#webSockets?.close();
    this.#http?.closeAllConnections();
    await Promise.all([close(this.#tcp), close(this.#componentTcp), close(this.#http)]);
    await this.files.remove();
  }

  /** Stops listening for components, and cuts the connected ones, as a restarting server does; `true` comes back. */
  async componentsAllowed(allowed: boolean): Promise<void> {
    const port = this.componentPort;
    if (allowed) {
      this.#componentTcp = createTcpServer((socket) => void new ComponentSession(this, socket));
      await listen(this.#componentTcp, this.#lastComponentPort);
      return;
    }
    this.#lastComponentPort = port;
    const closed = close(this.#componentTcp);
    this.faults.cut();
    await closed;
  }

  #lastComponentPort = 0;

  /** The port for clients by TCP, once it listens. */
  get clientPort(): number {
    return portOf(this.#tcp);
  }

  /** The port for components (XEP-0114), once it listens. */
  get componentPort(): number {
    return portOf(this.#componentTcp);
  }

  /** The port for uploaded files and WebSockets, once it listens. */
  get httpPort(): number {
    return portOf(this.#http);
  }

  /** Where clients connect by WebSocket (RFC 7395). */
  get webSocketUrl(): string {
    return `ws://${LOOPBACK}:${this.httpPort}${WEBSOCKET_PATH}`;
  }

  /** Makes an account. @param name the localpart of its JID. */
  addUser(name: string, password: string): Account {
    const account = new Account(new JID(name, this.domain).bare, password, this.newId);
    this.#accounts.set(account.jid, account);
    return account;
  }

  /** The account with this user name or bare JID. */
  account(nameOrJid: string): Account | undefined {
    const jid = nameOrJid.includes('@') ? nameOrJid : `${nameOrJid.toLowerCase()}@${this.domain}`;
    return this.#accounts.get(jid);
  }

  componentSecret(domain: string): string | undefined {
    return this.options.components?.[domain];
  }

  /** What components may do for users: what they were told last. */
  get privileges(): Privileges | false {
    return this.#privileges;
  }

  /** Grants other privileges from now on, and tells the components. `false` takes all of them back. */
  grant(privileges: Privileges | false): void {
    this.#privileges = privileges;
    for (const component of this.components) component.send(advertisement(this, privileges || {}, component.domain));
  }

  /** The components that are connected now. */
  get components(): ComponentSession[] {
    return [...this.#components.values()];
  }

  get uploadDomain(): string | undefined {
    return this.options.upload === false ? undefined : `upload.${this.domain}`;
  }

  /** Takes a component in; `false` when its domain is taken. */
  attach(component: ComponentSession): boolean {
    if (this.#components.has(component.domain)) return false;
    this.#components.set(component.domain, component);
    return true;
  }

  detach(component: ComponentSession): void {
    if (this.#components.get(component.domain) === component) this.#components.delete(component.domain);
  }

  advertisePrivileges(component: ComponentSession): void {
    const { privileges } = this;
    if (privileges !== false) component.send(advertisement(this, privileges, component.domain));
  }

  /** A request of the server itself. */
  request(request: IqRequest): Promise<Element | undefined> {
    return this.#iqs.request({ from: this.domain, ...request });
  }

  /** A stanza from a client, with its full JID as `from`. */
  fromClient(session: ClientSession, stanza: Element): void {
    this.options.onClientStanza?.(stanza);
    const to = stanza.attrs.to;
    if (stanza.name === 'presence') {
      if (fromUser(this, session, stanza)) sendLastItems(this, session);
      if (to === undefined && stanza.attrs.type === undefined) deliverOffline(this, session);
      return;
    }
    // RFC 6120 §10.3: without an address the account itself is meant.
    this.route(to === undefined ? readdressed(stanza, { from: stanza.attrs.from, to: session.account.jid }) : stanza);
  }

  fromComponent(stanza: Element): void {
    const take = (each: Element) => {
      if (!actAsUser(this, each)) this.route(each);
    };
    if (stanza.name === 'iq' && stanza.attrs.to === this.domain) take(stanza);
    else this.faults.pass('from-gateway', stanza, take);
  }

  clientGone(session: ClientSession): void {
    withdraw(this, session);
  }

  /** Delivers a stanza that has `from` and `to`. */
  route(stanza: Element): void {
    this.options.onStanza?.(stanza);
    if (stanza.name === 'message') copyToSender(this, stanza);
    const to = JID.tryParse(stanza.attrs.to);
    if (to === undefined) return this.bounce(stanza, StanzaError.of('jid-malformed'));
    if (to.domain === this.domain) {
      if (to.local === '') this.#toServer(stanza);
      else this.#toAccount(stanza, to);
    } else if (to.domain === this.uploadDomain) {
      this.#toUpload(stanza);
    } else {
      const component = this.#components.get(to.domain);
      if (component?.isOpen) this.#toComponent(component, stanza);
      else if (this.componentSecret(to.domain) !== undefined)
        this.bounce(stanza, StanzaError.of('service-unavailable'));
      else this.bounce(stanza, StanzaError.of('remote-server-not-found'));
    }
  }

  #toComponent(component: ComponentSession, stanza: Element): void {
    if (stanza.name === 'iq' && stanza.attrs.from === this.domain) return component.send(stanza);
    // It may be another connection by the time the stanza arrives.
    this.faults.pass('to-gateway', stanza, (each) => this.#components.get(component.domain)?.send(each));
  }

  /** Answers with an error, unless the stanza is one that must not be answered. */
  bounce(stanza: Element, error: StanzaError): void {
    const { type } = stanza.attrs;
    if (type === 'error' || type === 'result' || stanza.name === 'presence') return;
    this.route(errorReply(stanza, error));
  }

  #toServer(stanza: Element): void {
    if (stanza.name !== 'iq' || this.#iqs.handle(stanza)) return;
    answer(this, stanza, answerDisco(this, stanza) ?? answerSmall(this, stanza));
  }

  #toUpload(stanza: Element): void {
    if (stanza.name === 'iq') answer(this, stanza, answerDisco(this, stanza) ?? answerUpload(this, stanza));
  }

  #toAccount(stanza: Element, to: JID): void {
    const account = this.#accounts.get(to.bare);
    if (account !== undefined && isBlocked(account, stanza.attrs.from)) {
      return this.bounce(stanza, StanzaError.of('service-unavailable'));
    }
    if (stanza.name === 'presence') return account && toUser(this, account, stanza);
    if (account === undefined) return this.bounce(stanza, StanzaError.of('service-unavailable'));
    if (stanza.name === 'message') return deliverMessage(this, account, stanza, to);
    if (to.resource !== '') {
      const session = account.sessions.get(to.resource);
      if (session === undefined) return this.bounce(stanza, StanzaError.of('service-unavailable'));
      return session.send(stanza);
    }
    if (this.#iqs.handle(stanza)) return;
    answer(
      this,
      stanza,
      answerPrivileged(this, account, stanza) ??
        answerRoster(this, account, stanza) ??
        answerPep(this, account, stanza) ??
        answerOldBookmarks(this, account, stanza) ??
        answerBlocking(account, stanza) ??
        answerDisco(this, stanza) ??
        answerSmall(this, stanza, account),
    );
  }
}

/** Sends what a service answered to an iq; `service-unavailable` when none feels responsible. */
function answer(server: XmppServer, stanza: Element, reply: Element | StanzaError | 'later' | undefined): void {
  if (stanza.attrs.type !== 'get' && stanza.attrs.type !== 'set') return;
  if (reply === 'later') return;
  if (reply === undefined) server.bounce(stanza, StanzaError.of('service-unavailable'));
  else if (reply instanceof StanzaError) server.bounce(stanza, reply);
  else server.route(reply);
}

function listen(server: TcpServer | HttpServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => resolve());
  });
}

function close(server: TcpServer | HttpServer | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (server === undefined || !server.listening) return resolve();
    server.close(() => resolve());
  });
}

function portOf(server: TcpServer | HttpServer | undefined): number {
  return (server?.address() as AddressInfo | null | undefined)?.port ?? 0;
}
