/** Sends a gateway what nobody should send, over a real stream, and looks what becomes of it. */

import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Config, type Log, resolveConfig, startGateway } from '../../src/gateway/index.ts';
import { Element, JID, StanzaError, serialize } from '../../src/stanza/index.ts';
import { StreamParser } from '../../src/stanza/xml/parser.ts';
import { DOMAIN, hostileCorpus, USERS } from './hostile-corpus.ts';
import { HOSTILE_PLUGIN, type HostileGateway } from './hostile-plugin.ts';
import { mutants } from './mutants.ts';
import { randomNumbers } from './random.ts';
import { type Listening, listenTcp } from './tcp.ts';

export interface HostileOptions {
  /** Stanzas. */
  readonly count: number;
  readonly seed: number;
  /** Of how many batches one has broken bytes, which mostly end the stream. Default 20. */
  readonly every?: number;
  readonly homeDir?: string;
  readonly onProgress?: (report: HostileReport) => void;
}

export interface HostileReport {
  stanzas: number;
  /** Requests that had to be answered, and were. */
  requests: number;
  answered: number;
  /** How many of the answers were results, and how many said what is wrong, by condition. */
  readonly answers: Record<string, number>;
  /** Streams that ended because of broken bytes, and requests that were on their way then. */
  streams: number;
  cut: number;
  /** MiB of the heap after a collection, from time to time. */
  readonly heap: number[];
  /** What must not be. */
  readonly problems: string[];
}

const NS = 'jabber:component:accept';
const HEADER = `<stream:stream xmlns='${NS}' xmlns:stream='http://etherx.jabber.org/streams' from='${DOMAIN}' id='s'>`;
const BATCH = 100;
const PATIENCE = 30_000;
const SENTINEL = 'romeo@localhost/sentinel';

export async function assail(options: HostileOptions): Promise<HostileReport> {
  const attack = new Attack(options);
  try {
    return await attack.run();
  } finally {
    await attack.close();
  }
}

class Attack {
  readonly report: HostileReport = {
    stanzas: 0,
    requests: 0,
    answered: 0,
    answers: {},
    streams: 0,
    cut: 0,
    heap: [],
    problems: [],
  };
  readonly #options: HostileOptions;
  readonly #random: () => number;
  /** How many requests wait for their answers, by sender and id. */
  #open = new Map<string, number>();
  /** Those that have been answered lately. */
  #closed = new Set<string>();
  #wasClosed = new Set<string>();
  /** Those whose stream broke: they may be answered on the next one. */
  readonly #lost = new Set<string>();
  #server: Listening | undefined;
  #gateway: HostileGateway | undefined;
  #socket: Socket | undefined;
  /** Reads what we write, as the gateway must read it. */
  #mirror: StreamParser | undefined;
  #isBroken = false;
  /** The last presence that the gateway must have read. */
  #marker: string | undefined;
  #online: (() => void) | undefined;
  #sentinel: { readonly id: string; readonly seen: () => void } | undefined;
  #lastId = 0;

  constructor(options: HostileOptions) {
    this.#options = options;
    this.#random = randomNumbers(options.seed);
  }

  async run(): Promise<HostileReport> {
    const { count, seed, every = 20, onProgress } = this.#options;
    const unhandled = (error: unknown) => this.#problem(`unhandled: ${(error as Error)?.stack ?? error}`);
    process.on('unhandledRejection', unhandled);
    process.on('uncaughtException', unhandled);
    try {
      await this.#start();
      const source = mutants(hostileCorpus(), count, seed);
      for (let batch = 0; this.report.stanzas < count && this.report.problems.length < 8; batch++) {
        if (batch % 20 === 0) this.#register();
        const stanzas: Element[] = [];
        for (let i = 0; i < BATCH; i++) {
          const next = source.next();
          if (!next.done) stanzas.push(this.#addressed(next.value));
        }
        this.report.stanzas += stanzas.length;
        if (batch % every === every - 1) await this.#sendBroken(stanzas);
        else this.#write(stanzas.map((each) => serialize(each)).join(''));
        await this.#settle();
        if (batch % 500 === 499) {
          this.#measure();
          onProgress?.(this.report);
        }
      }
      await this.#drain();
      this.#measure();
    } finally {
      process.off('unhandledRejection', unhandled);
      process.off('uncaughtException', unhandled);
    }
    for (const surprise of this.#gateway?.surprises ?? []) {
      this.#problem(`unexpected: ${(surprise as Error)?.stack ?? surprise}`);
    }
    return this.report;
  }

  async close(): Promise<void> {
    await this.#gateway?.shutdown();
    await this.#server?.close();
  }

  // The server.

  async #start(): Promise<void> {
    this.#server = await listenTcp((socket) => this.#accept(socket));
    const limits = [
      'messages',
      'bytes',
      'requests',
      'joins',
      'uploads',
      'logins',
      'registrations',
      'pending',
      'commands',
    ];
    const config: Config = {
      ...resolveConfig({
        jid: DOMAIN,
        secret: 's',
        server: '127.0.0.1',
        port: this.#server.port,
        'allow-private-urls': true,
        ...Object.fromEntries(limits.map((name) => [`limit-${name}`, 0])),
      }),
      homeDir: this.#options.homeDir,
    };
    const online = this.#whenOnline();
    this.#gateway = (await startGateway(HOSTILE_PLUGIN, config, {
      log: this.#log(),
      reconnectAfter: 1,
    })) as HostileGateway;
    await online;
  }

  #log(): Log {
    const nothing = () => {};
    const error = (data: object, text: string) => {
      const { err } = data as { err?: Error };
      this.#problem(`logged: ${text} ${err?.stack ?? JSON.stringify(data)}`);
    };
    return { level: 'error', debug: nothing, info: nothing, warn: nothing, error };
  }

  #whenOnline(): Promise<void> {
    return new Promise((resolve) => {
      this.#online = resolve;
    });
  }

  #accept(socket: Socket): void {
    const mirror = new StreamParser({
      limits: { bytes: 10 * 1024 * 1024 },
      onStart: () => {},
      onElement: (stanza) => this.#sent(stanza),
      onEnd: () => {
        this.#isBroken = true;
      },
      onError: () => {
        this.#isBroken = true;
      },
    });
    const parser = new StreamParser({
      onStart: () => socket.write(HEADER),
      onElement: (element) => {
        if (element.name !== 'handshake') return this.#received(element);
        this.#socket = socket;
        this.#mirror = mirror;
        this.#isBroken = false;
        mirror.write(Buffer.from(`${HEADER}<handshake/>`));
        socket.write('<handshake/>');
        this.#online?.();
        return undefined;
      },
      // Else the gateway waits for it in vain when it is shut down.
      onEnd: () => socket.end('</stream:stream>'),
      onError: (error) => this.#problem(`the gateway wrote what is no XML: ${error.condition}`),
    });
    socket.on('data', (data) => parser.write(data));
  }

  #write(text: string | Uint8Array): void {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    this.#mirror?.write(bytes);
    this.#socket?.write(bytes);
  }

  /** What the gateway must have read. */
  #sent(stanza: Element): void {
    const { from, to, id, type } = stanza.attrs;
    if (stanza.name === 'presence') this.#marker = id;
    if (stanza.name !== 'iq' || stanza.ns !== NS || id === undefined || (type !== 'get' && type !== 'set')) return;
    if (JID.tryParse(from) === undefined || JID.tryParse(to)?.domain !== DOMAIN) return;
    const key = `${from}\n${id}`;
    this.report.requests++;
    this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
  }

  #received(stanza: Element): void {
    if (String(stanza).includes('planted')) this.#problem(`the inside is shown: ${stanza}`);
    const { type, id, to } = stanza.attrs;
    if (stanza.name !== 'iq') return;
    if (type === 'get' || type === 'set') return this.#answer(stanza);
    if (id !== undefined && id === this.#sentinel?.id) return this.#sentinel.seen();
    const key = `${to}\n${id}`;
    if (this.#lost.has(key)) return;
    const count = this.#open.get(key) ?? 0;
    if (count > 0) {
      this.report.answered++;
      const kind = type === 'result' ? 'result' : StanzaError.fromStanza(stanza).condition;
      this.report.answers[kind] = (this.report.answers[kind] ?? 0) + 1;
      if (count > 1) this.#open.set(key, count - 1);
      else this.#open.delete(key);
      this.#closed.add(key);
    } else if (this.#closed.has(key) || this.#wasClosed.has(key)) this.#problem(`answered twice: ${stanza}`);
  }

  /** Requests of the gateway: answered well, badly, or by nonsense; a ping always well. */
  #answer({ attrs: { id, from, to }, children }: Element): void {
    const [payload] = children;
    const isPing = typeof payload === 'object' && payload.name === 'ping';
    const address = `id='${id}' from='${to}' to='${from}'`;
    const choice = isPing ? 0 : this.#below(4);
    if (choice === 0) return this.#write(`<iq type='result' ${address}/>`);
    if (choice === 1) {
      const [nonsense] = mutants(hostileCorpusOnce(), 1, this.#below(1e9));
      return this.#write(
        serialize(
          new Element(
            'iq',
            NS,
            { id, from: to, to: from, type: 'result' },
            nonsense?.children.filter((child) => typeof child === 'object'),
          ),
        ),
      );
    }
    return this.#write(
      `<iq type='error' ${address}><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
  }

  // The attack.

  #addressed(mutant: Element): Element {
    const isOwn = mutant.name !== 'iq' && this.#below(20) === 0;
    const id = isOwn ? mutant.attrs.id : `f${++this.#lastId}`;
    const from = this.#below(50) === 0 ? mutant.attrs.from : this.#sender();
    const to = this.#below(40) === 0 ? `made-up-${this.#below(1000)}@${DOMAIN}` : mutant.attrs.to;
    return inNs(new Element(mutant.name, mutant.ns, { ...mutant.attrs, id, from, to }, mutant.children));
  }

  #sender(): string {
    const user = USERS[this.#below(USERS.length)] as string;
    const choice = this.#below(20);
    if (choice < 13) return `${user}/desk`;
    if (choice < 15) return `${user}/r${this.#below(300)}`;
    if (choice < 16) return user;
    if (choice < 17) return `stranger${this.#below(1000)}@localhost/x`;
    if (choice < 18) return 'evil@elsewhere.example/x';
    return ['localhost', 'evil.example', DOMAIN, `juliet@${DOMAIN}`][this.#below(4)] as string;
  }

  #register(): void {
    for (const user of USERS) {
      const fields = '<username>u</username><password>p</password>';
      this.#write(
        `<iq type='set' id='f${++this.#lastId}' from='${user}/desk' to='${DOMAIN}'><query xmlns='jabber:iq:register'>${fields}</query></iq>`,
      );
    }
  }

  /** Bytes changed, left out, put in. Where that ends the stream, the gateway must come back. */
  async #sendBroken(stanzas: readonly Element[]): Promise<void> {
    const bytes = Buffer.from(stanzas.map((each) => serialize(each)).join(''));
    const at = this.#below(bytes.length);
    const junk = Buffer.from(JUNK[this.#below(JUNK.length)] as string, 'latin1');
    const skipped = this.#below(2) * this.#below(20);
    const online = this.#whenOnline();
    this.#write(Buffer.concat([bytes.subarray(0, at), junk, bytes.subarray(at + skipped)]));
    // What is broken may be seen only at its end; and what is left open swallows all that follows.
    const marker = `marker-${++this.#lastId}`;
    if (!this.#isBroken) this.#write(`<presence from='localhost' to='nobody' id='${marker}'/>`);
    // Little is only looked at when more has come, or when it can bring an element to its end: so it is not little.
    if (!this.#isBroken && this.#marker !== marker) this.#write(`</stream:stream>${' '.repeat(100)}`);
    if (!this.#isBroken) return;
    await this.#within(online, 'the gateway has not come back');
    this.report.streams++;
    for (const count of this.#open.values()) this.report.cut += count;
    for (const key of this.#open.keys()) this.#lost.add(key);
    this.#open.clear();
  }

  /** Waits until the gateway has read everything; what it does takes as long as it takes. */
  async #settle(): Promise<void> {
    const id = `sentinel-${++this.#lastId}`;
    const seen = new Promise<void>((resolve) => {
      this.#sentinel = { id, seen: resolve };
    });
    this.#socket?.write(
      `<iq type='get' id='${id}' from='${SENTINEL}' to='${DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
    await this.#within(seen, 'the gateway does not answer');
    if (this.#closed.size < 20_000) return;
    this.#wasClosed = this.#closed;
    this.#closed = new Set();
  }

  async #drain(): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (this.#open.size > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
    for (const key of this.#open.keys()) this.#problem(`not answered: ${key.replace('\n', ' ')}`);
  }

  async #within(promise: Promise<void>, what: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${what} within ${PATIENCE} ms`)), PATIENCE);
    });
    try {
      await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #measure(): void {
    collectGarbage();
    this.report.heap.push(Math.round(process.memoryUsage().heapUsed / 1024 / 1024));
  }

  #problem(text: string): void {
    // What comes for a user who has just left has nowhere to be.
    if (text.includes('FOREIGN KEY')) return;
    if (this.report.problems.length < 20) this.report.problems.push(text);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

const JUNK = [
  '<',
  '>',
  '&',
  '&amp;',
  '&lt;',
  '<!--',
  '<?x?>',
  '<!DOCTYPE x>',
  ']]>',
  '<a',
  "'",
  '"',
  '\0',
  '\x80',
  '\xff',
  '\xc3',
  '\xed\xa0\x80',
  '</stream:stream>',
  '<x:y/>',
  ' ',
  'x',
  '<a><b/></a>',
  '&#0;',
  '&#x1F44B;',
  'xmlns=""',
];

let corpus: Element[] | undefined;
function hostileCorpusOnce(): Element[] {
  corpus ??= hostileCorpus();
  return corpus;
}

/** In memory stanzas are in `jabber:client`; on the wire of components they are not. */
function inNs(element: Element): Element {
  const { name, ns, attrs, children } = element;
  const inside = children.map((child) =>
    typeof child === 'string' || child.ns !== 'jabber:client' ? child : inNs(child),
  );
  return new Element(name, ns === 'jabber:client' ? NS : ns, attrs, inside);
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
