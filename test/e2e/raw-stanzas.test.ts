/** The script of a stanza author, on a real server, seen by somebody else in the room. */

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as assert from 'uvu/assert';
import {
  body,
  ClientStream,
  type Codec,
  type Element,
  find,
  message,
  parse,
  presence,
  Router,
} from '../../src/stanza/index.ts';
import { configureRoom, join as joining, user } from '../../src/xep/0045-muc.ts';
import { stanzaIdBy } from '../../src/xep/0359-stanza-ids.ts';
import { realBody } from '../../src/xep/0428-fallback.ts';
import { reactions } from '../../src/xep/0444-reactions.ts';
import { fileSharing } from '../../src/xep/0447-sfs.ts';
import { NS as NS_REPLY, reply } from '../../src/xep/0461-replies.ts';
import { suite } from '../support/test.ts';
import { Program } from './support/process.ts';
import { Prosody } from './support/prosody.ts';

const test = suite('raw-stanzas', { timeout: 180_000 });
const ROOT = resolve(import.meta.dirname, '../..');
const SCRIPT = join(ROOT, 'examples/raw-stanzas/main.ts');
const ROOM = 'garden@rooms.localhost';
const ROOMS = 'Component "rooms.localhost" "muc"\n  modules_enabled = { "muc_mam" }';

/** The first message or presence with such a payload that comes after this. */
function next<T>(router: Router, codec: Codec<T>): Promise<{ stanza: Element; value: T }> {
  return new Promise((resolve) => {
    const stop = router.on(codec, (stanza, value) => {
      stop();
      resolve({ stanza, value });
    });
  });
}

test('examples/raw-stanzas :: logs in, joins, reacts, replies, shares a file, reads the archive', async () => {
  const prosody = await Prosody.start({
    users: ['romeo', 'juliet'],
    component: { domain: 'gw.localhost', secret: 'unused' },
    privileged: false,
    extra: ROOMS,
  });
  const options = { host: '127.0.0.1', port: prosody.clientPort, tls: 'never' } as const;
  const juliet = new ClientStream({
    ...options,
    jid: 'juliet@localhost',
    password: 'juliet',
    onStanza: (stanza) => router.handle(stanza),
  });
  const router = new Router({ send: (stanza) => juliet.send(stanza) });
  let romeo: Program | undefined;
  try {
    await juliet.start();
    const joined = next(router, user);
    juliet.send(presence({ to: `${ROOM}/juliet` }, joining.build({})));
    assert.ok((await joined).value.statuses.includes(201));
    await configureRoom(juliet, ROOM);
    const said = next(router, body);
    juliet.send(message({ to: ROOM, type: 'groupchat', id: '1' }, body.build('Wherefore art thou?')));
    const id = stanzaIdBy((await said).stanza, ROOM);

    const seen = [next(router, reactions), next(router, reply), next(router, fileSharing)] as const;
    romeo = new Program(process.execPath, ['--import', 'tsx', '--conditions=slipway-source', SCRIPT], {
      cwd: ROOT,
      env: {
        ...process.env,
        ACCOUNT: 'romeo@localhost',
        PASSWORD: 'romeo',
        ROOM,
        OPTIONS: JSON.stringify(options),
      },
    });
    assert.is(await romeo.exit(), 0, romeo.output);

    const [reacted, replied, shared] = await Promise.all(seen);
    assert.is(reacted.stanza.attrs.from, `${ROOM}/romeo`);
    assert.equal(reacted.value, { id, emojis: ['👋'] });
    assert.equal(replied.value, { id, to: `${ROOM}/juliet` });
    assert.is(find(replied.stanza, body), '> Wherefore art thou?\nHello!');
    assert.is(realBody(replied.stanza, NS_REPLY), 'Hello!');
    const url = shared.value.sources?.urls[0]?.target ?? '';
    assert.is(await (await fetch(url)).text(), 'Hello!');

    const archive = romeo.output
      .trim()
      .split('\n<')
      .map((xml, i) => (i === 0 ? xml : `<${xml}`));
    const stanzas = archive.map((xml) => parse(xml)).filter((el) => el.name === 'message');
    assert.is(find(stanzas.find((el) => el.attrs.id === '1') as Element, body), 'Wherefore art thou?');
    assert.ok(stanzas.some((el) => find(el, fileSharing)?.file.name === 'hello.txt'));
  } finally {
    await romeo?.kill();
    await juliet.stop();
    await prosody.stop();
  }
});

test('examples/raw-stanzas :: is 25 lines', () => {
  const lines = readFileSync(SCRIPT, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  assert.ok(lines.length <= 25, `${lines.length} lines`);
});

test.run();
