/** A picture, a file of 200 MiB and files that are refused, both ways: memory stays flat, and the user is told. */

import { createHash, type Hash } from 'node:crypto';
import { open, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { withFolder } from '../support/folder.ts';
import { suite } from '../support/test.ts';
import { jidOf, People } from './support/people.ts';
import { EJABBERD, IN_PROCESS, PROSODY, type ServerKind } from './support/servers.ts';
import type { Slixmpp, SlixmppEvent } from './support/slixmpp.ts';

const MIB = 1024 * 1024;
const LARGE = 200 * MIB;
/** What the server takes, and what the gateway does: the large file just fits. */
const SERVER_LIMIT = LARGE + 10 * MIB;
const GATEWAY_LIMIT = LARGE + 5 * MIB;
/** MiB by which the gateway's process may grow at most, for files of 200. */
const ALLOWANCE = 60;

/** Milliseconds that a file may take from one place to the next, on a machine that has other things to do. */
const TRANSFER = 240_000;

const USER = 'romeo';
const JULIET = jidOf('juliet');
const isFrom = (jid: string) => (event: SlixmppEvent) => event.from?.split('/')[0] === jid;

interface About {
  readonly size: number;
  readonly sha256: string;
}

/** Writes a file in which no two MiB are the same. */
async function writeLarge(path: string): Promise<About> {
  const hash: Hash = createHash('sha256');
  const file = await open(path, 'w');
  try {
    const piece = Buffer.alloc(MIB);
    for (let i = 0; i < LARGE / MIB; i++) {
      piece.fill(`${i} `);
      hash.update(piece);
      await file.write(piece);
    }
  } finally {
    await file.close();
  }
  return { size: LARGE, sha256: hash.digest('hex') };
}

/** The contact sends a file; what arrives at the user's. */
async function toUser(people: People, client: Slixmpp, path: string): Promise<About> {
  await people.contact(USER, 'juliet', 'sendFile', path);
  const { url } = await client.expect('message', (e) => isFrom(JULIET)(e) && e.url !== '');
  return client.do('download', { url }, TRANSFER);
}

/** The user sends a file; what arrives on the network. */
async function toContact(people: People, client: Slixmpp, path: string): Promise<About> {
  const url = await client.do('upload', { path }, TRANSFER);
  await client.do('share', { to: JULIET, url });
  const [, , about] = await people.call('sendFile', USER, () => true, TRANSFER);
  const { bytes, sha256 } = about as { bytes: number; sha256: string };
  return { size: bytes, sha256 };
}

async function play(people: People, client: Slixmpp, folder: string): Promise<void> {
  const picture = join(folder, 'picture.png');
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  await writeFile(
    picture,
    await sharp({ create: { width: 1600, height: 1200, channels: 3, background: 'red', noise } })
      .png()
      .toBuffer(),
  );
  assert.equal(await toUser(people, client, picture), await toContact(people, client, picture));
  const before = people.memory('VmHWM');

  const large = join(folder, 'large.bin');
  const about = await writeLarge(large);
  assert.equal(await toUser(people, client, large), about);
  const afterOut = people.memory('VmHWM');
  assert.equal(await toContact(people, client, large), about);
  const afterIn = people.memory('VmHWM');
  const figures = [before, afterOut, afterIn].map((mib) => mib.toFixed(0)).join(', ');
  assert.ok(afterIn - before < ALLOWANCE, `MiB before, after sending, after receiving: ${figures}`);
}

async function refuse(people: People, client: Slixmpp, folder: string): Promise<void> {
  const huge = join(folder, 'huge.bin');
  await writeFile(huge, '');
  // It takes no room on the disk.
  await truncate(huge, SERVER_LIMIT + 1);
  await people.contact(USER, 'juliet', 'sendFile', huge, { fileName: 'huge.bin' });
  const told = await client.expect('message', isFrom(JULIET));
  const reason = `the file has ${SERVER_LIMIT + 1} bytes, the upload service takes ${SERVER_LIMIT}`;
  assert.is(told.body, `The file "huge.bin" could not be passed on: ${reason}.`);

  // The other way: a file somewhere on the web that is too large for the gateway.
  let served = 0;
  const web = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': GATEWAY_LIMIT + 1 });
    response.write(Buffer.alloc(1000));
    served++;
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/huge.bin`;
    const id = await client.do<string>('share', { to: JULIET, url });
    const error = await client.expect('message', (e) => e.type === 'error' && e.id === id);
    const why = `the file has ${GATEWAY_LIMIT + 1} bytes, ${GATEWAY_LIMIT} are allowed`;
    assert.equal([error.condition, error.text], ['not-acceptable', `The file at ${url} was not sent: ${why}.`]);
    assert.is(served, 1);
    assert.equal(people.calls('sendFile', USER), []);
  } finally {
    web.closeAllConnections();
    web.close();
  }
}

const test = suite('large files', { timeout: 600_000 });
// The way of a file is the same with privileges and without, except for who asks for the place: the user, if that is
// granted. So it is one of each.
for (const kind of [IN_PROCESS[0], PROSODY[0], EJABBERD[1]] as ServerKind[]) {
  test(`${kind.name} :: flows through, or is refused with the reason`, () =>
    withFolder(async (folder) => {
      const flags = ['--attachment-max-size', String(GATEWAY_LIMIT)];
      const people = await People.start(kind, { users: [USER], maxFileSize: SERVER_LIMIT, flags });
      try {
        const client = await people.logIn(USER);
        try {
          await people.register(USER, client);
          await play(people, client, folder);
          await refuse(people, client, folder);
        } finally {
          await client.stop();
        }
        await people.stop();
      } finally {
        await people.clear();
      }
    }));
}
test.run();
