/** What clients of our own HTTP servers do, and must not do to the process. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { webChat } from '../../src/gateway/testing/dev/web-chat.ts';
import { HttpFiles } from '../../src/gateway/testing/server/upload.ts';
import { HttpEndpoint } from '../../src/gateway/watch/http.ts';
import { newId } from '../../src/stanza/index.ts';
import { suite } from '../support/test.ts';

const test = suite('hostile clients of HTTP');
const folder = mkdtempSync(join(tmpdir(), 'slipway-http-'));
const dist = join(folder, 'node_modules', 'converse.js', 'dist');
mkdirSync(dist, { recursive: true });
writeFileSync(join(dist, 'converse.min.js'), 'x'.repeat(5_000_000));
test.after(() => rmSync(folder, { recursive: true }));

const PATHS = [
  '/',
  '//',
  '/%',
  '/converse/%',
  '/converse/%00',
  '/converse/../../..',
  '/converse/',
  '/upload/',
  '/upload/x/y',
  '*',
];
const REQUESTS = [
  ...PATHS.flatMap((path) =>
    ['GET', 'HEAD', 'PUT', 'POST', 'OPTIONS'].map((verb) => `${verb} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`),
  ),
  ...['http://[', 'http://x/', '?', 'x', '\\', '/\u00ff'].map((target) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`),
  ...[
    '',
    '\r\n',
    'x',
    'GET',
    'GET / HTTP/9.9\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x',
    'GET / HTTP/1.1\r\nHost: [\r\n\r\n',
  ],
  'GET /converse/converse.min.js HTTP/1.1\r\nHost: x\r\n\r\n',
  'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx',
  'PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
];

/** Says it, and goes: in good order, or not, before there is an answer or after its first bytes. */
function say(port: number, request: string, end: 'end' | 'reset' | 'reset later'): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const timer = setTimeout(() => socket.destroy(), 1000);
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.on('connect', () => socket.write(request, () => end === 'reset' && socket.resetAndDestroy()));
    socket.on('data', () => {
      if (end === 'reset later') socket.resetAndDestroy();
      else socket.end();
    });
    if (end === 'end') socket.end();
  });
}

/** Whether the server answers when all of it has been said, and nothing has escaped. */
async function withstands(port: number): Promise<void> {
  const escaped: unknown[] = [];
  const note = (error: unknown) => void escaped.push(error);
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  for (const end of ['end', 'reset', 'reset later'] as const) {
    await Promise.all(REQUESTS.map((request) => say(port, request, end)));
  }
  assert.ok((await fetch(`http://127.0.0.1:${port}/healthz`)).status > 0);
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
  assert.equal(escaped, []);
}

test('endpoint :: requests that are none, or that are broken off', async () => {
  const errors: unknown[] = [];
  const routes = { '/': { answer: () => ({ body: 'ok' }) }, '/healthz': { answer: () => ({ body: 'ok' }) } };
  const options = {
    host: '127.0.0.1',
    port: 0,
    token: 'x',
    routes,
    onError: (error: unknown) => void errors.push(error),
  };
  const endpoint = await HttpEndpoint.open(options);
  await withstands(endpoint.port);
  assert.equal(errors, []);
  await endpoint.close();
});

test('development server :: the same at its web chat, and at its uploads', async () => {
  const chat = webChat({
    ...{ from: folder, webSocketUrl: () => '', domain: 'localhost', chats: [], title: '' },
  }) as RequestListener;
  const files = new HttpFiles(1000, newId);
  const server = createServer((request, response) => {
    if (!files.handle(request, response)) chat(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  files.origin = `http://127.0.0.1:${port}`;
  const slot = new URL(files.slot('x', 10, 'text/plain')).pathname;
  await say(port, `PUT ${slot} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx`, 'reset');
  await withstands(port);
  const script = await fetch(`http://127.0.0.1:${port}/converse/converse.min.js`);
  assert.is((await script.text()).length, 5_000_000);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await files.remove();
});

test.run();
