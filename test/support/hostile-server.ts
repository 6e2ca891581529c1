/**
 * A server of components and clients that does what it likes: mostly what the protocol says, and at any moment something
 * else, from a seed. From its `goodFrom`th connection on it behaves.
 */

import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { beginSasl, type SaslExchange } from '../../src/gateway/testing/server/sasl.ts';
import { type Element, NS_STREAMS, StreamParser } from '../../src/stanza/index.ts';
import type { Below } from './xml-mutants.ts';

export const SECRET = 'a secret';
export const PASSWORD = 'pencil';

/** A key that both sides know takes no certificates. */
const PSK = { ciphers: 'PSK', maxVersion: 'TLSv1.2' as const };
const KEY = Buffer.alloc(16, 7);
export const CLIENT_TLS = {
  ...PSK,
  pskCallback: () => ({ psk: KEY, identity: 'romeo' }),
  checkServerIdentity: () => undefined,
};
const SERVER_TLS = { ...PSK, pskCallback: () => KEY };

const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const TLS = "xmlns='urn:ietf:params:xml:ns:xmpp-tls'";
const BIND = "xmlns='urn:ietf:params:xml:ns:xmpp-bind'";
const ERROR = "xmlns='urn:ietf:params:xml:ns:xmpp-streams'";
const header = (ns: string) =>
  `<?xml version='1.0'?><stream:stream xmlns='${ns}' xmlns:stream='${NS_STREAMS}' id='s1' from='localhost' version='1.0'>`;
const COMPONENT_HEADER = header('jabber:component:accept');
const CLIENT_HEADER = header('jabber:client');

/** What may come at any moment; there is no order in which it makes sense. */
const PIECES: readonly (string | Uint8Array)[] = [
  ...[COMPONENT_HEADER, CLIENT_HEADER, header('jabber:server'), '<stream:stream>', '<stream>', "<?xml version='1.0'?>"],
  ...['</stream:stream>', '</stream:stream>', '</stream:stream><message/>', '</stream:stream></stream:stream>', '</x>'],
  ...[
    ' ',
    '\n',
    '\0',
    '<',
    '&',
    ']]>',
    'text',
    '<!-- no -->',
    '<!DOCTYPE x>',
    '<![CDATA[x]]>',
    '\ufeff',
    '<a b=',
    '<a:b/>',
  ],
  Uint8Array.of(0xff, 0xfe),
  Uint8Array.of(0xe2, 0x82),
  ...['<handshake/>', '<handshake>no</handshake>', "<handshake xmlns='x'/>"],
  ...['not-authorized', 'host-unknown', 'conflict', 'system-shutdown', 'see-other-host'].map(
    (condition) => `<stream:error><${condition} ${ERROR}/></stream:error>`,
  ),
  ...['<stream:error/>', '<stream:error>?</stream:error></stream:stream>', '<stream:features/>', '<features/>'],
  `<stream:features><starttls ${TLS}/><mechanisms ${SASL}><mechanism>PLAIN</mechanism></mechanisms></stream:features>`,
  `<stream:features><mechanisms ${SASL}><mechanism>NTLM</mechanism></mechanisms></stream:features>`,
  `<stream:features><bind ${BIND}/></stream:features>`,
  ...[`<proceed ${TLS}/>`, `<failure ${TLS}/>`, `<proceed/>`],
  ...[`<challenge ${SASL}>====</challenge>`, `<challenge ${SASL}/>`, `<challenge ${SASL}>cj0s</challenge>`],
  ...[`<success ${SASL}/>`, `<success ${SASL}>dj0=</success>`, `<success ${SASL}>&#x1F44B;</success>`],
  ...[`<failure ${SASL}><not-authorized/></failure>`, `<failure ${SASL}/>`],
  ...["<iq type='result' id='1'/>", "<iq type='error' id='2'/>", "<iq type='get' id='3'/>", '<iq/>', '<presence/>'],
  "<message from='a@b' to='gw.localhost'><body>hi</body></message>",
  "<message from='a@b' to='gw.localhost'><body>h👋</body></message>".repeat(50),
  `<message>${'<a>'.repeat(200)}${'</a>'.repeat(200)}</message>`,
  `<message>${'x'.repeat(70_000)}</message>`,
];

/** What a connection can be in. */
type Mood = 'talking' | 'silent';

export interface HostileServerOptions {
  readonly kind: 'component' | 'client';
  readonly below: Below;
  /** Which connection is the first that is served as it should be; the last of those that are not is the one before. */
  readonly goodFrom: number;
  /** Of so many things that the server says, one is something else. */
  readonly oddity: number;
}

export class HostileServer {
  readonly #options: HostileServerOptions;
  readonly #server = createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #count = 0;
  /** How many connections have gone silent. */
  mutes = 0;

  constructor(options: HostileServerOptions) {
    this.#options = options;
  }

  /** See the options. */
  get goodFrom(): number {
    return this.#options.goodFrom;
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    socket.setNoDelay(true);
    const isGood = this.#count++ >= this.#options.goodFrom;
    const onMute = () => this.mutes++;
    new Conversation(socket, this.#options, isGood, onMute, (task) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        task();
      }, this.#options.below(12));
      this.#timers.add(timer);
    });
  }
}

class Conversation {
  readonly #options: HostileServerOptions;
  readonly #isGood: boolean;
  readonly #later: (task: () => void) => void;
  readonly #onMute: () => void;
  readonly #plain: Socket;
  #socket: Socket;
  #parser = new StreamParser();
  #mood: Mood = 'talking';
  #isSecure = false;
  #isLoggedIn = false;
  #exchange: SaslExchange | undefined;

  constructor(
    socket: Socket,
    options: HostileServerOptions,
    isGood: boolean,
    onMute: () => void,
    later: (task: () => void) => void,
  ) {
    this.#onMute = onMute;
    this.#plain = socket;
    this.#socket = socket;
    this.#options = options;
    this.#isGood = isGood;
    this.#later = later;
    this.#begin();
    this.#attach();
    if (this.#isOdd(3)) this.#misbehave();
  }

  #attach(): void {
    this.#socket.on('data', (data) => this.#parser.write(data));
  }

  #begin(): void {
    this.#parser = new StreamParser({
      onStart: () => this.#onHeader(),
      onElement: (element) => this.#onElement(element),
      onEnd: () => this.#do(() => this.#socket.end('</stream:stream>')),
      limits: { bytes: 10_485_760 },
      aliases: { 'jabber:component:accept': 'jabber:client' },
    });
  }

  #onHeader(): void {
    if (this.#options.kind === 'component') return this.#say(COMPONENT_HEADER);
    this.#say(`${CLIENT_HEADER}<stream:features>${this.#features()}</stream:features>`);
  }

  #features(): string {
    if (this.#isLoggedIn) return `<bind ${BIND}/>`;
    const { below } = this.#options;
    const mechanism = below(20) === 0 ? 'SCRAM-SHA-1' : 'PLAIN';
    const starttls = this.#isSecure ? '' : `<starttls ${TLS}/>`;
    return `${starttls}<mechanisms ${SASL}><mechanism>${mechanism}</mechanism></mechanisms>`;
  }

  #onElement(element: Element): void {
    const { name, attrs } = element;
    if (name === 'handshake') {
      const digest = createHash('sha1').update(`s1${SECRET}`).digest('hex');
      return this.#say(
        element.text() === digest ? '<handshake/>' : `<stream:error><not-authorized ${ERROR}/></stream:error>`,
      );
    }
    if (name === 'starttls') return this.#startTls();
    if (name === 'auth') this.#exchange = beginSasl(attrs.mechanism, () => PASSWORD);
    if (name === 'auth' || name === 'response') return this.#authenticate(element);
    if (name !== 'iq' || (attrs.type !== 'get' && attrs.type !== 'set')) {
      if (this.#isOdd(1)) this.#misbehave();
      return;
    }
    const content = element.getChild('bind') === undefined ? '' : `<bind ${BIND}><jid>romeo@localhost/x</jid></bind>`;
    const addresses = attrs.to === undefined ? '' : ` from='${attrs.to}'`;
    this.#say(
      `<iq type='result' id='${attrs.id}'${addresses} to='${attrs.from ?? 'romeo@localhost/x'}'>${content}</iq>`,
    );
  }

  #authenticate(element: Element): void {
    const step = this.#exchange?.(Buffer.from(element.text(), 'base64').toString());
    const encoded = (text: string) => Buffer.from(text).toString('base64');
    if (step === undefined || 'failure' in step) return this.#say(`<failure ${SASL}><not-authorized/></failure>`);
    if ('challenge' in step) return this.#say(`<challenge ${SASL}>${encoded(step.challenge)}</challenge>`);
    this.#say(`<success ${SASL}>${encoded(step.success)}</success>`);
    this.#isLoggedIn = true;
    this.#begin();
  }

  #startTls(): void {
    this.#say(`<proceed ${TLS}/>`);
    if (this.#isOdd(2)) return;
    this.#do(() => {
      this.#plain.removeAllListeners('data');
      const secure = new TLSSocket(this.#plain, { isServer: true, ...SERVER_TLS });
      secure.on('error', () => {});
      this.#socket = secure;
      this.#isSecure = true;
      this.#begin();
      this.#attach();
      if (this.#isOdd(2)) this.#misbehave();
    });
  }

  /** What the protocol says, or that with something before or behind it, or something else. */
  #say(text: string): void {
    if (this.#mood === 'silent') return;
    if (!this.#isOdd(1)) return this.#do(() => this.#socket.write(text));
    const { below } = this.#options;
    const kind = below(6);
    if (kind === 0) return this.#write([Buffer.from(text), this.#piece()]);
    if (kind === 1) return this.#write([this.#piece(), Buffer.from(text)]);
    if (kind === 2) return this.#write([Buffer.from(text), Buffer.from(text)]);
    this.#misbehave();
  }

  #misbehave(): void {
    if (this.#mood === 'silent') return;
    const { below } = this.#options;
    const pieces = () => Array.from({ length: 1 + below(4) }, () => this.#piece());
    switch (below(11)) {
      case 0:
        return this.#mute();
      case 1:
        this.#mute();
        this.#do(() => this.#plain.pause());
        return;
      case 2:
        return this.#do(() => this.#socket.end());
      case 3:
        return this.#do(() => this.#plain.destroy());
      case 4:
        return this.#do(() => this.#plain.resetAndDestroy());
      case 5:
        this.#write(pieces());
        return this.#do(() => this.#socket.end());
      case 6:
        this.#write(pieces());
        return this.#do(() => this.#plain.resetAndDestroy());
      case 7:
        this.#write(pieces());
        return this.#later(() => this.#misbehave());
      case 8:
        // Past the layer that there is by now.
        return this.#do(() => this.#plain.write(this.#piece()));
      default:
        return this.#write(pieces());
    }
  }

  #mute(): void {
    this.#mood = 'silent';
    this.#onMute();
  }

  /** In one chunk, or cut anywhere. */
  #write(pieces: readonly Uint8Array[]): void {
    const { below } = this.#options;
    let bytes: Uint8Array = Buffer.concat(pieces);
    this.#do(() => {
      for (let cuts = below(3); cuts > 0 && bytes.length > 1; cuts--) {
        const at = 1 + below(bytes.length - 1);
        this.#socket.write(bytes.subarray(0, at));
        bytes = bytes.subarray(at);
      }
      this.#socket.write(bytes);
    });
  }

  #piece(): Uint8Array {
    const piece = PIECES[this.#options.below(PIECES.length)] ?? '';
    return typeof piece === 'string' ? Buffer.from(piece) : piece;
  }

  #isOdd(often: number): boolean {
    return !this.#isGood && this.#options.below(this.#options.oddity) < often;
  }

  /** In the order in which it was meant; some of it a little later. */
  #do(task: () => void): void {
    if (!this.#socket.destroyed) task();
  }
}
