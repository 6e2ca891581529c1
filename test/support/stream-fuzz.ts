/** Streams of components and clients at servers that do what they like: whatever those do, all that was begun ends. */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket } from 'node:net';
import ConnectionTCP from '@xmpp/connection-tcp';
import { ClientStream, ComponentRefused, ComponentStream, Element } from '../../src/stanza/index.ts';
import { CLIENT_TLS, HostileServer, PASSWORD, SECRET } from './hostile-server.ts';
import { type Below, numbers } from './xml-mutants.ts';

export interface StreamFuzzReport {
  sequences: number;
  /** How many components came up, or up again, at a server that had come to its senses; how many were refused for good. */
  recovered: number;
  refused: number;
  stopped: number;
  /** How many were not waited for any more: a server that was silent on two streams is taken for one that answers no pings. */
  unnoticed: number;
  /** How many clients logged in, and how many were told why they could not. */
  loggedIn: number;
  failed: number;
  /** The longest that a `stop` has taken, in milliseconds. */
  slowestStop: number;
  problems: string[];
}

export interface StreamFuzzOptions {
  /** How many are played at a time. */
  parallel?: number;
  /** The first sequence: to play one again. */
  first?: number;
  onProgress?: (report: StreamFuzzReport) => void;
}

/** Milliseconds for each step; and after which nothing that was asked for may be open. */
const STEP = 120;
const PATIENCE = 20_000;

const PING = new Element('ping', 'urn:xmpp:ping');

/** The sockets that were opened in the name of one stream. */
const opened = new AsyncLocalStorage<Set<Socket>>();

export async function fuzzStreams(
  count: number,
  seed: number,
  { parallel = 50, first = 0, onProgress = () => {} }: StreamFuzzOptions = {},
): Promise<StreamFuzzReport> {
  const report: StreamFuzzReport = {
    ...{ sequences: 0, recovered: 0, refused: 0, stopped: 0, unnoticed: 0, loggedIn: 0, failed: 0, slowestStop: 0 },
    problems: [],
  };
  const running = new Set<number>();
  const onEscaped = (error: unknown) => {
    report.problems.push(`among ${[...running].join(', ')}: ${(error as Error)?.stack ?? String(error)}`);
  };
  process.on('uncaughtException', onEscaped);
  process.on('unhandledRejection', onEscaped);
  const { Socket: Original } = ConnectionTCP.prototype as unknown as { Socket: new () => Socket };
  const Counted = class extends Original {
    constructor() {
      super();
      opened.getStore()?.add(this);
    }
  };
  Object.assign(ConnectionTCP.prototype, { Socket: Counted });
  const timersBefore = timers();
  let next = first;
  const worker = async () => {
    while (next < first + count && report.problems.length < 8) {
      const index = next++;
      running.add(index);
      await play(numbers(seed * 7_368_787 + index), report).catch((error) => {
        report.problems.push(`sequence ${index}: ${(error as Error).stack}`);
      });
      running.delete(index);
      report.sequences++;
      if (report.sequences % 2000 === 0) onProgress(report);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(parallel, count) }, worker));
    await pause(20);
    const left = timers() - timersBefore;
    if (left > 0) report.problems.push(`${left} timers are left`);
  } finally {
    process.off('uncaughtException', onEscaped);
    process.off('unhandledRejection', onEscaped);
    Object.assign(ConnectionTCP.prototype, { Socket: Original });
  }
  return report;
}

async function play(below: Below, report: StreamFuzzReport): Promise<void> {
  const kind = below(2) === 0 ? 'component' : 'client';
  const goodFrom = kind === 'component' ? below(4) : below(8) === 0 ? 0 : 1;
  const server = new HostileServer({ kind, below, goodFrom, oddity: 4 + below(20) });
  const port = await server.listen();
  const sockets = new Set<Socket>();
  try {
    await opened.run(sockets, () => (kind === 'component' ? playComponent : playClient)(port, below, report, server));
    for (const socket of sockets) if (!socket.destroyed) throw new Error('a socket is left');
  } finally {
    await server.close();
  }
}

/** What somebody does with a stream who does not look how it is doing. */
type User = Pick<ComponentStream, 'send' | 'sendRaw' | 'request' | 'drained'> &
  Partial<Pick<ComponentStream, 'fence' | 'pause'>>;

async function use(stream: User, below: Below): Promise<void> {
  const asked: Promise<unknown>[] = [];
  const quietly = (act: () => unknown) => {
    try {
      asked.push(Promise.resolve(act()).catch(() => undefined));
    } catch {
      // The stream is down.
    }
  };
  for (let acts = below(6); acts > 0; acts--) {
    const act = below(8);
    if (act === 0) quietly(() => stream.send(new Element('presence', 'jabber:client', { to: 'a@b' })));
    if (act === 1)
      quietly(() =>
        stream.sendRaw(`<message to='a@b'><body>${'x'.repeat(below(4) === 0 ? 3_000_000 : 9)}</body></message>`),
      );
    if (act === 2) quietly(() => stream.request({ type: 'get', to: 'a@b', payload: PING, timeout: STEP }));
    if (act === 3) quietly(() => stream.drained());
    if (act === 4) quietly(() => stream.fence?.());
    if (act === 5) {
      stream.pause?.(true);
      await pause(below(10));
      stream.pause?.(false);
    }
    if (act > 5) await pause(below(15));
  }
  stream.pause?.(false);
  // They end with the stream at the latest.
  pending.set(stream, Promise.all(asked));
}

const pending = new WeakMap<User, Promise<unknown>>();

async function playComponent(
  port: number,
  below: Below,
  report: StreamFuzzReport,
  server: HostileServer,
): Promise<void> {
  const stream = new ComponentStream({
    ...{ domain: 'gw.localhost', secret: SECRET, host: '127.0.0.1', port, timeout: STEP, onStanza: () => {} },
    backoff: { initial: 1, max: 4, random: () => below(1000) / 1000 },
    keepalive: { period: 40, timeout: STEP },
  });
  const started = stream.start().then(
    () => undefined,
    (error: Error) => error,
  );
  await use(stream, below);
  if (below(4) > 0) {
    const refusal = await within(started, 'start', PATIENCE);
    if (refusal instanceof ComponentRefused) report.refused++;
    else if (refusal !== undefined) throw refusal;
    else await answered(stream, report, server);
  } else report.stopped++;
  await stop(stream, report);
  await within(started, 'start, after stop', PATIENCE);
  await within(pending.get(stream) ?? Promise.resolve(), 'what was asked for', PATIENCE);
}

/** A server that has come to its senses is found again, and answers. */
async function answered(stream: ComponentStream, report: StreamFuzzReport, server: HostileServer): Promise<void> {
  const end = Date.now() + PATIENCE;
  const isSoon = Date.now() + 10 * STEP;
  for (;;) {
    const isAnswered = await stream.request({ type: 'get', to: 'a@b', payload: PING, timeout: 2 * STEP }).then(
      () => true,
      () => false,
    );
    if (isAnswered) break;
    if (server.mutes >= 2 && Date.now() > isSoon) {
      report.unnoticed++;
      return;
    }
    if (Date.now() > end) throw new Error('it does not come back');
    await pause(5);
  }
  report.recovered++;
}

async function playClient(
  port: number,
  below: Below,
  report: StreamFuzzReport,
  { goodFrom }: HostileServer,
): Promise<void> {
  let ends = 0;
  const tls = (['never', 'optional', 'required'] as const)[below(3)] as 'never';
  const stream = new ClientStream({
    ...{
      jid: 'romeo@localhost/x',
      password: PASSWORD,
      host: '127.0.0.1',
      port,
      timeout: goodFrom === 0 ? PATIENCE : STEP,
    },
    ...{ tls, tlsOptions: CLIENT_TLS as object, allowPlain: true, onStanza: () => {}, onEnd: () => ends++ },
  });
  const started = stream.start().then(
    () => undefined,
    (error: Error) => error,
  );
  if (below(4) === 0) {
    await pause(below(15));
    if (below(2) === 0) stream.destroy();
    else await stop(stream, report);
    await within(started, 'start, after its end', PATIENCE);
    report.stopped++;
    return;
  }
  const failure = await within(started, 'start', PATIENCE);
  if (failure !== undefined) {
    if (!(failure instanceof Error) || failure.message === '') throw new Error('a failure says nothing');
    if (goodFrom === 0) throw failure;
    report.failed++;
    return;
  }
  report.loggedIn++;
  await use(stream, below);
  if (below(2) === 0) stream.destroy();
  else await stop(stream, report);
  await within(pending.get(stream) ?? Promise.resolve(), 'what was asked for', PATIENCE);
  if (ends !== 1) throw new Error(`it has ended ${ends} times`);
}

async function stop(stream: { stop(): Promise<void> }, report: StreamFuzzReport): Promise<void> {
  const start = performance.now();
  await within(stream.stop(), 'stop', PATIENCE);
  report.slowestStop = Math.max(report.slowestStop, Math.round(performance.now() - start));
}

/** @throws Error when it takes longer. */
async function within<T>(task: Promise<T>, what: string, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  return Promise.race([task, expired]).finally(() => clearTimeout(timer));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
}
