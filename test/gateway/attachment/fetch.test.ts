/** Files that others name are fetched from the public network only, whatever names and redirects say. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import { FetchError, type FetchLimits, fetchLimited, type Network } from '../../../src/gateway/attachment/fetch.ts';
import { suite } from '../../support/test.ts';

const test = suite('fetch');

/** In these tests 127.0.0.1 is the public network, and everything else is private. */
const PUBLIC = '127.0.0.1';
const isPrivate = (address: string) => address !== PUBLIC;

const asked: string[] = [];
const server: Server = createServer((request, response) => {
  const { host = '' } = request.headers;
  asked.push(`${host.split(':')[0]}${request.url}`);
  const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to');
  if (to !== null) response.writeHead(302, { location: to.replace('PORT', String(port())) });
  response.end('content');
});
const port = () => (server.address() as AddressInfo).port;

test.before(() => new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve)));
test.after(() => server.close());
test.before.each(() => void asked.splice(0));

/** A network where names have these addresses, one after the other when they are looked up again. */
function network(names: Readonly<Record<string, readonly string[]>>): Network & { lookups: number } {
  const counts = new Map<string, number>();
  const made = {
    lookups: 0,
    isPrivate,
    lookup: (name: string, _: object, callback: Parameters<Network['lookup']>[2]) => {
      made.lookups++;
      const addresses = names[name] ?? [];
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      const address = addresses[Math.min(count, addresses.length - 1)];
      if (address === undefined) callback(new Error('ENOTFOUND'), []);
      else callback(null, [{ address, family: 4 }]);
    },
  };
  return made;
}

async function outcome(url: string, over: Network): Promise<string> {
  const limits: FetchLimits = { maxBytes: 1000, timeout: 5000, allowPrivate: false, network: over };
  try {
    const { body } = await fetchLimited(url.replace('PORT', String(port())), limits);
    let text = '';
    for await (const piece of body) text += piece;
    return text;
  } catch (error) {
    assert.instance(error, FetchError);
    return (error as Error).message;
  }
}

const REFUSED = /the file is on a private network/;

test('redirect :: from the public network to a private address, or to a name that has one', async () => {
  const names = { 'public.example': [PUBLIC], 'inside.example': ['127.0.0.2'] };
  for (const to of ['http://127.0.0.2:PORT/secret', 'http://inside.example:PORT/secret', 'http://[::1]:PORT/secret']) {
    assert.match(
      await outcome(`http://public.example:PORT/?to=${encodeURIComponent(to)}`, network(names)),
      REFUSED,
      to,
    );
  }
  assert.ok(
    asked.every((each) => each.startsWith('public.example/?to=')),
    asked.join(),
  );
  assert.is(asked.length, 3);
});

test('redirect :: from one public place to another is followed', async () => {
  const names = network({ 'a.example': [PUBLIC], 'b.example': [PUBLIC] });
  assert.is(await outcome('http://a.example:PORT/?to=http://b.example:PORT/x', names), 'content');
});

test('DNS rebinding :: the address that was checked is the one that is connected to', async () => {
  // Who looked up before connecting would see the public address, and connect to the other one.
  const rebound = network({ 'rebind.example': [PUBLIC, '127.0.0.2'] });
  assert.is(await outcome('http://rebind.example:PORT/1', rebound), 'content');
  assert.is(rebound.lookups, 1);
  assert.match(await outcome('http://rebind.example:PORT/2', rebound), REFUSED);
  assert.equal(asked, ['rebind.example/1']);
});

test('DNS rebinding :: also between a request and the redirect to the same name', async () => {
  const rebound = network({ 'rebind.example': [PUBLIC, '127.0.0.2'] });
  assert.match(await outcome('http://rebind.example:PORT/?to=/again', rebound), REFUSED);
  assert.is(asked.length, 1);
});

test('addresses :: in whatever way they are written', async () => {
  const inside = network({ localhost: ['127.0.0.2'] });
  for (const host of [
    '127.0.0.2',
    '2130706434',
    '0x7f.2',
    '0177.0.0.2',
    '127.2',
    '[::1]',
    '[::ffff:7f00:2]',
    '[::ffff:127.0.0.1]',
    'localhost',
    'LOCALHOST',
  ]) {
    assert.match(await outcome(`http://${host}:PORT/`, inside), REFUSED, host);
  }
  assert.equal(asked, []);
});

test('schemes :: only those of the web', async () => {
  for (const url of ['file:///etc/passwd', 'ftp://public.example/', 'data:text/plain,x', 'javascript:1', 'x']) {
    assert.match(await outcome(url, network({})), /is not one of the web/, url);
  }
  assert.match(
    await outcome('http://public.example:PORT/?to=file:///etc/passwd', network({ 'public.example': [PUBLIC] })),
    /is not one of the web/,
  );
});

test.run();
