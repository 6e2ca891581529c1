/** What servers of files and of uploads do, and must not do to the gateway: all of it is an error that says so, in time. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { FetchError, type FetchLimits, fetchLimited } from '../../src/gateway/attachment/fetch.ts';
import type { LocalFile } from '../../src/gateway/attachment/source.ts';
import { HttpUploader, UploadError } from '../../src/gateway/attachment/upload.ts';
import { Element, type IqSender } from '../../src/stanza/index.ts';
import { eventually } from '../support/eventually.ts';
import { listenTcp } from '../support/tcp.ts';
import { suite } from '../support/test.ts';

const test = suite('hostile servers of files');
const TIMEOUT = 400;
/** What takes longer is never over: a busy machine needs some seconds. */
const PATIENCE = 20_000;
const LIMITS: FetchLimits = { maxBytes: 1000, timeout: TIMEOUT, allowPrivate: true };

/** Says something, and then something else again and again, for as long as somebody is there. */
function dripping(socket: Socket, first: string, text: string, ms = 20): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(text), ms);
  socket.on('close', () => clearInterval(timer));
}

const OK = 'HTTP/1.1 200 OK\r\n';

/** What a server does when it has been asked. */
const ACTS: Readonly<Record<string, (socket: Socket) => void>> = {
  'says nothing': () => {},
  'resets the connection': (socket) => socket.resetAndDestroy(),
  'closes the connection': (socket) => socket.end(),
  'speaks something else': (socket) => socket.end('220 mail.example.com ESMTP\r\n'),
  'resets the connection within the headers': (socket) => socket.write(`${OK}Content-`, () => socket.resetAndDestroy()),
  'sends headers without end': (socket) => dripping(socket, OK, `x-a: ${'x'.repeat(2000)}\r\n`, 1),
  'sends headers slowly': (socket) => dripping(socket, OK, 'x'),
  'redirects to itself': (socket) => socket.end(`HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n`),
  'redirects to nowhere': (socket) =>
    socket.end('HTTP/1.1 302 Found\r\nLocation: http://\r\nContent-Length: 0\r\n\r\n'),
  'redirects with a body without end': (socket) => {
    dripping(socket, 'HTTP/1.1 302 Found\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n');
  },
  'redirects, and resets the connection within the body': (socket) => {
    socket.write('HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 100\r\n\r\nx', () => socket.resetAndDestroy());
  },
  'announces too much': (socket) => socket.write(`${OK}Content-Length: 5000\r\n\r\nx`),
  'announces too much, and resets the connection': (socket) => {
    socket.write(`${OK}Content-Length: 5000\r\n\r\nx`, () => socket.resetAndDestroy());
  },
  'announces nonsense': (socket) => socket.end(`${OK}Content-Length: -5\r\n\r\nx`),
  'sends more than it should': (socket) => dripping(socket, `${OK}\r\n`, 'x'.repeat(5000), 1),
  'resets the connection within the body': (socket) => {
    socket.write(`${OK}Content-Length: 500\r\n\r\nx`, () => socket.resetAndDestroy());
  },
  'ends before the end': (socket) => socket.end(`${OK}Content-Length: 500\r\n\r\nx`),
  'sends broken chunks': (socket) => socket.end(`${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n`),
  'sends its body slowly': (socket) => dripping(socket, `${OK}\r\n`, 'x'),
  'changes the protocol': (socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
  'goes on for ever with 100': (socket) => dripping(socket, '', 'HTTP/1.1 100 Continue\r\n\r\n'),
};

/** Plays with a server, which is left in the end. */
async function withServer(act: (socket: Socket) => unknown, play: (url: string) => Promise<void>): Promise<void> {
  const server = await listenTcp((socket) => {
    socket.once('data', () => act(socket));
    socket.on('data', () => {});
  });
  try {
    await play(`http://127.0.0.1:${server.port}/`);
    await eventually(() => assert.is(server.sockets.size, 0));
  } finally {
    await server.close();
  }
}

/** Plays with a server of each kind, all at once: they let one wait. */
async function withEach(play: (url: string, what: string) => Promise<void>): Promise<void> {
  await Promise.all(Object.entries(ACTS).map(([what, act]) => withServer(act, (url) => play(url, what))));
}

const escaped: unknown[] = [];
const note = (error: unknown) => void escaped.push(error);
test.before.each(() => {
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
});
test.after.each(() => {
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
  // What comes of several servers cannot be told apart, but must not be at all.
  assert.equal(escaped.splice(0), []);
});

/** What is thrown within so many milliseconds. */
async function errorOf(task: Promise<unknown>, ms: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise((resolve) => {
    timer = setTimeout(() => resolve(`not within ${ms} ms`), ms);
  });
  const outcome = task.then(
    () => 'no error',
    (error: unknown) => error,
  );
  return Promise.race([outcome, expired]).finally(() => clearTimeout(timer));
}

async function read(url: string): Promise<void> {
  const { body } = await fetchLimited(url, LIMITS);
  for await (const _ of body);
}

test('fetch :: whatever the server does, a FetchError, in time', async () => {
  await withEach(async (url, what) => {
    const error = await errorOf(read(url), PATIENCE);
    assert.instance(error, FetchError, `${what}: ${(error as Error)?.stack ?? error}`);
  });
});

test('fetch :: a file that nobody reads after all breaks off without a word', async () => {
  for (const act of [ACTS['resets the connection within the body'], ACTS['sends its body slowly']]) {
    await withServer(act as (socket: Socket) => void, async (url) => {
      const { body } = await fetchLimited(url, LIMITS);
      await new Promise((resolve) => setTimeout(resolve, 50));
      body.destroy();
    });
  }
});

const folder = mkdtempSync(join(tmpdir(), 'slipway-hostile-'));
test.after(() => rmSync(folder, { recursive: true }));

/** A file that does not fit into the buffers of a connection. */
const file: LocalFile = {
  ...{
    path: join(folder, 'file'),
    name: 'file.bin',
    type: 'application/octet-stream',
    size: 20_000_000,
    url: undefined,
  },
  dispose: async () => {},
};
writeFileSync(file.path, Buffer.alloc(file.size));

function upload(put: string): Promise<string> {
  const slot = new Element('slot', 'urn:xmpp:http:upload:0', undefined, [
    new Element('put', 'urn:xmpp:http:upload:0', { url: put }),
    new Element('get', 'urn:xmpp:http:upload:0', { url: 'https://files.example.com/file.bin' }),
  ]);
  const sender: IqSender = { request: async () => slot };
  const uploader = new HttpUploader({ service: 'upload.example.com', timeout: TIMEOUT });
  return uploader.upload(file, { domain: 'example.com', gateway: sender, sender });
}

test('upload :: whatever the server does, it is over in time: with an UploadError, or the server has said that it has it', async () => {
  await withEach(async (url, what) => {
    const error = await errorOf(upload(url), PATIENCE);
    const isTaken = error === 'no error' && !/redirect|nothing|protocol|100|nonsense|headers/.test(what);
    assert.ok(isTaken || error instanceof UploadError, `${what}: ${(error as Error)?.stack ?? error}`);
  });
});

test('upload :: a server that does not read is left', async () => {
  const sockets: Socket[] = [];
  await withServer(
    (socket) => sockets.push(socket.pause()),
    async (url) => {
      const error = await errorOf(upload(url), PATIENCE);
      assert.instance(error, UploadError, `${(error as Error)?.stack ?? error}`);
      // Who does not read does not notice either that nobody is there any more.
      for (const socket of sockets) socket.resume();
    },
  );
});

test('upload :: an address that is none is an UploadError', async () => {
  for (const url of ['', 'files', 'ftp://127.0.0.1/', 'http://[', 'http://no-such-host.invalid/']) {
    const error = await errorOf(upload(url), PATIENCE);
    assert.instance(error, UploadError, `${url}: ${(error as Error)?.stack ?? error}`);
  }
});

test.run();
