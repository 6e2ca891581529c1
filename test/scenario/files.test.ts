/** Files, pictures, stickers: from the network to the user, and from the user to the network. */

import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import type { LegacyContact } from '../../src/gateway/index.ts';
import { body, type Element, find, StanzaError } from '../../src/stanza/index.ts';
import { x as oob } from '../../src/xep/0066-oob.ts';
import { contentId } from '../../src/xep/0231-bob.ts';
import { sharedMedia } from '../../src/xep/0385-sims.ts';
import { fileSharing } from '../../src/xep/0447-sfs.ts';
import { eventually } from '../support/eventually.ts';
import { withFolder } from '../support/folder.ts';
import { FULL_PLUGIN, FullContact, type FullSession } from '../support/full-plugin.ts';
import { TestSession } from '../support/plugin.ts';
import { Stage, type StageOptions, type User } from '../support/stage.ts';
import { suite } from '../support/test.ts';

const test = suite('files');
const JULIET = 'juliet@gw.localhost';

const play = (scene: (stage: Stage, romeo: User, juliet: LegacyContact) => Promise<void>, options: StageOptions = {}) =>
  Stage.with({ ...options, plugin: { ...FULL_PLUGIN, ...options.plugin } }, async (stage) => {
    const romeo = await stage.registered();
    await scene(stage, romeo, await stage.session().contacts.byLegacyId('juliet'));
  });

/** A web server on a private address, as all of this machine. */
async function withWeb(answer: RequestListener, use: (origin: string) => Promise<void>): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
const LOCAL = { config: { 'allow-private-urls': true } };

const bytes = (text: string) => new TextEncoder().encode(text);
const picture = () =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
const messages = async (romeo: User): Promise<Element[]> => {
  await romeo.settle();
  return romeo.received.splice(0).filter((s) => s.name === 'message');
};
const fetched = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
const urlIn = (stanza: Element | undefined) => (stanza && find(stanza, oob)?.url) ?? '';

// --- from the network

test('from a contact :: a picture, described in every way that clients know', () =>
  play(async (_stage, romeo, juliet) => {
    const png = await picture();
    const url = await juliet.sendFile(png, { fileName: 'a b.png', legacyMsgId: 'n1', thread: 't' });
    const [message, ...more] = await messages(romeo);
    assert.equal([more.length, message?.attrs.id, urlIn(message)], [0, 'n1', url]);
    // Clients show it in place when the body is the address, and nothing else.
    assert.is(find(message as Element, body), url);
    assert.equal(await fetched(url ?? ''), png);
    const sharing = find(message as Element, fileSharing);
    assert.equal([sharing?.disposition, sharing?.sources?.urls.map(({ target }) => target)], ['inline', [url]]);
    const { name, mediaType, size, width, height, hashes = [], thumbnails = [] } = sharing?.file ?? {};
    assert.equal([name, mediaType, size, width, height], ['a b.png', 'image/png', png.length, 60, 40]);
    const [hash] = hashes;
    assert.equal([hash?.algo, Buffer.from(hash?.value ?? [])], ['sha-256', createHash('sha256').update(png).digest()]);
    assert.match(thumbnails[0]?.uri ?? '', /^data:image\/thumbhash;base64,./);
    const [media] = sharedMedia(message as Element);
    assert.equal([media?.file.name, media?.sources.map(({ uri }) => uri)], ['a b.png', [url]]);
    assert.is((message as Element).getChildText('thread'), 't');
  }));

const SOURCES: [what: string, source: (folder: string) => unknown, name: string][] = [
  ['a path', (folder) => join(folder, 'file.txt'), 'file.txt'],
  ['a URL of a file', (folder) => new URL(`file://${join(folder, 'file.txt')}`), 'file.txt'],
  ['a stream', (folder) => Readable.from([readFileSync(join(folder, 'file.txt'))]), 'file'],
  ['pieces', (folder) => pieces(readFileSync(join(folder, 'file.txt'))), 'file'],
];
async function* pieces(whole: Uint8Array): AsyncIterable<Uint8Array> {
  for (const byte of whole) yield Uint8Array.of(byte);
}
for (const [what, source, name] of SOURCES) {
  test(`from a contact :: a file as ${what}`, () =>
    play(async (_stage, romeo, juliet) =>
      withFolder(async (folder) => {
        writeFileSync(join(folder, 'file.txt'), 'hello');
        const url = await juliet.sendFile(source(folder) as string);
        assert.is(String(await fetched(url ?? '')), 'hello');
        const [message] = await messages(romeo);
        assert.is(find(message as Element, fileSharing)?.file.name, name);
      }),
    ));
}

test('from a contact :: a file on the web is copied; or its address is passed on, if the operator says so', () =>
  withWeb(
    (_request, response) => response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('web'),
    async (origin) => {
      await play(async (_stage, romeo, juliet) => {
        const url = await juliet.sendFile(`${origin}/dir/note.txt?x=1`);
        assert.not.equal(url, `${origin}/dir/note.txt?x=1`);
        assert.is(String(await fetched(url ?? '')), 'web');
        const { name, mediaType } = find((await messages(romeo))[0] as Element, fileSharing)?.file ?? {};
        assert.equal([name, mediaType], ['note.txt', 'text/plain']);
      }, LOCAL);
      // A `%` that no two digits follow is one that somebody has not escaped.
      await play(async (_stage, romeo, juliet) => {
        assert.ok(await juliet.sendFile(`${origin}/100%.txt`));
        assert.is(find((await messages(romeo))[0] as Element, fileSharing)?.file.name, '100%.txt');
      }, LOCAL);
      await play(
        async (_stage, romeo, juliet) => {
          assert.is(await juliet.sendFile(`${origin}/note.txt`), `${origin}/note.txt`);
          const [message] = await messages(romeo);
          assert.is(urlIn(message), `${origin}/note.txt`);
          assert.is(find(message as Element, fileSharing)?.file.name, 'note.txt');
        },
        { config: { 'use-attachment-original-urls': true } },
      );
    },
  ));

test('from a contact :: what cannot be fetched is said, in the place of the file', () =>
  withWeb(
    (_request, response) => response.writeHead(404).end(),
    async (origin) => {
      const told = (options: StageOptions, source: string) =>
        new Promise<string>((resolve) => {
          void play(async (_stage, romeo, juliet) => {
            assert.is(await juliet.sendFile(source, { fileName: 'x.jpg', legacyMsgId: 'n' }), undefined);
            const [message] = await messages(romeo);
            resolve(find(message as Element, body) ?? '');
          }, options);
        });
      const about = 'The file "x.jpg" could not be passed on';
      assert.is(await told(LOCAL, `${origin}/x`), `${about}: the server of the file answers with status 404.`);
      assert.is(await told({}, `${origin}/x`), `${about}: the file is on a private network.`);
      assert.is(await told({}, 'http://[::ffff:127.0.0.1]/x'), `${about}: the file is on a private network.`);
      assert.is(
        await told({}, 'http://localhost:1/x'),
        `${about}: the file cannot be fetched: the file is on a private network.`,
      );
      assert.is(await told({}, 'https://user@'), `${about}: the address of the file is not one of the web.`);
      // What is wrong on this machine is nobody else's business.
      assert.is(await told({}, '/no/such/file'), `${about}.`);
    },
  ));

test('from a contact :: what cannot be uploaded is said, too', async () => {
  const told = async (server: StageOptions['server'], content: Uint8Array) => {
    let said = '';
    await play(
      async (_stage, romeo, juliet) => {
        await juliet.sendFile(content, { fileName: 'x.bin' });
        said = find((await messages(romeo))[0] as Element, body) ?? '';
      },
      { server },
    );
    return said.replace('The file "x.bin" could not be passed on: ', '');
  };
  assert.is(await told({ upload: false }, bytes('x')), 'the server has no upload service.');
  assert.is(await told({ maxFileSize: 4 }, bytes('12345')), 'the file has 5 bytes, the upload service takes 4.');
  assert.is(await told({}, new Uint8Array()), 'the file is empty.');
});

test('from a contact :: a caption is what can be changed; the file goes with it', () =>
  play(async (_stage, romeo, juliet) => {
    await juliet.sendFile(bytes('1'), { fileName: '1.txt', caption: 'one', legacyMsgId: 'n1' });
    const [file, caption, ...more] = await messages(romeo);
    assert.equal([more.length, find(caption as Element, body), caption?.attrs.id], [0, 'one', 'n1']);
    assert.not.equal(file?.attrs.id, 'n1');
    await juliet.sendFile(bytes('2'), { fileName: '2.txt', caption: 'two', legacyMsgId: 'n1', correction: true });
    const [gone, again, changed] = await messages(romeo);
    assert.is(gone?.getChild('retract')?.attrs.id, file?.attrs.id);
    assert.match(urlIn(again), '2.txt');
    assert.equal([find(changed as Element, body), changed?.getChild('replace')?.attrs.id], ['two', 'n1']);
    // Taken back as a whole.
    juliet.retract('n1');
    const retracted = (await messages(romeo)).map((s) => s.getChild('retract')?.attrs.id);
    assert.equal(retracted.sort(), ['n1', again?.attrs.id].sort());
  }));

test('from a contact :: a file alone is changed by another one', () =>
  play(async (_stage, romeo, juliet) => {
    await juliet.sendFile(bytes('1'), { fileName: '1.txt', legacyMsgId: 'n1' });
    await juliet.sendFile(bytes('2'), { fileName: '2.txt', legacyMsgId: 'n1', correction: true });
    const [first, second, ...more] = await messages(romeo);
    assert.equal([more.length, first?.attrs.id, second?.getChild('replace')?.attrs.id], [0, 'n1', 'n1']);
    assert.match(urlIn(second), '2.txt');
  }));

test('from a contact :: several files and a text are one message of the network', () =>
  play(async (stage, romeo, juliet) => {
    const files = ['a', 'b'].map((name) => ({ source: bytes(name), fileName: `${name}.txt` }));
    const inWords = async () =>
      (await messages(romeo)).map(
        (s) => `${s.attrs.id?.startsWith('n-') ? 'n: ' : ''}${urlIn(s).slice(-5) || find(s, body)}`,
      );
    await juliet.sendFiles([], {});
    await juliet.sendFiles([], { body: '' });
    assert.equal(await inWords(), []);
    await juliet.sendFiles([], { body: 'text', legacyMsgId: 'n-1' });
    assert.equal(await inWords(), ['n: text']);
    await juliet.sendFiles(files, { body: 'text', legacyMsgId: 'n-2' });
    assert.equal(await inWords(), ['a.txt', 'b.txt', 'n: text']);
    await juliet.sendFiles(files, { body: 'text', bodyFirst: true, legacyMsgId: 'n-3' });
    assert.equal(await inWords(), ['n: text', 'a.txt', 'b.txt']);
    await juliet.sendFiles(files, { legacyMsgId: 'n-4' });
    assert.equal(await inWords(), ['a.txt', 'n: b.txt']);
    await juliet.sendFiles(files, { body: 'text', legacyMsgId: 'n-2' });
    await juliet.sendFile(bytes('c'), { legacyMsgId: 'n-4' });
    assert.equal(await inWords(), [], 'the network tells its history once more');
    await juliet.sendFiles(files, {});
    assert.equal(await inWords(), ['a.txt', 'b.txt']);
    // What cannot be passed on does not take the rest with it.
    await juliet.sendFiles([{ source: '/no/such/file' }, ...files.slice(0, 1)], { legacyMsgId: 'n-5' });
    assert.equal(await inWords(), ['A file could not be passed on.', 'n: a.txt']);
    assert.equal(stage.gateway.errors, []);
  }));

test('from a contact :: an answer with a file: the answer is there, the quotation is not', () =>
  play(async (_stage, romeo, juliet) => {
    await juliet.sendFile(bytes('x'), {
      fileName: 'x.txt',
      replyTo: { legacyId: 'n0', author: 'user', body: 'quoted' },
    });
    const [message] = await messages(romeo);
    assert.is(message?.getChild('reply')?.attrs.id, 'n0');
    assert.is(find(message as Element, body), urlIn(message));
  }));

test('from a contact :: the same file is uploaded once, as long as it is there', () =>
  play(async (stage, _romeo, juliet) => {
    const slots = () =>
      stage.routed.filter((s) => s.getChild('request', 'urn:xmpp:http:upload:0') !== undefined).length;
    const send = () => juliet.sendFile(bytes('same'), { fileName: 'same.txt', legacyFileId: 'f1' });
    const [first, second] = await Promise.all([send(), send()]);
    const third = await send();
    assert.equal([second, third, slots()], [first, first, 1]);
    await stage.server.files.remove();
    const again = await send();
    assert.equal([again === first, slots()], [false, 2]);
    assert.is(String(await fetched(again ?? '')), 'same');
  }));

test('from a contact :: a slot is asked for in the name of the user where the server lets us', async () => {
  const asker = async (privileges: NonNullable<StageOptions['server']>['privileges']) => {
    let from = '';
    await play(
      async (stage, _romeo, juliet) => {
        await juliet.sendFile(bytes('x'));
        from = stage.routed.find((s) => s.attrs.to === 'upload.localhost' && s.getChild('request'))?.attrs.from ?? '';
      },
      { server: { privileges: privileges ?? false } },
    );
    return from;
  };
  assert.is(await asker({ roster: 'both', iq: { 'urn:xmpp:http:upload:0': 'get' } }), 'romeo@localhost');
  assert.is(await asker(false), 'gw.localhost');
});

test('from a contact :: with a folder instead of an upload service', () =>
  withFolder(async (folder) => {
    const config = {
      'no-upload-path': folder,
      'no-upload-url-prefix': 'https://files.example/x/',
      'no-upload-file-read-others': true,
    };
    await play(
      async (_stage, romeo, juliet) => {
        const url = (await juliet.sendFile(bytes('hello'), { fileName: 'a b.txt', legacyFileId: 'f' })) ?? '';
        assert.match(url, /^https:\/\/files\.example\/x\/[0-9a-f-]+\/a%20b\.txt$/);
        const path = join(folder, decodeURIComponent(url.slice('https://files.example/x/'.length)));
        assert.is(readFileSync(path, 'utf8'), 'hello');
        assert.is(statSync(path).mode & 0o777, 0o644);
        assert.is(urlIn((await messages(romeo))[0]), url);
      },
      { config, server: { upload: false } },
    );
    for (const method of ['move', 'hardlink', 'symlink']) {
      await play(
        async (_stage, _romeo, juliet) =>
          withFolder(async (sources) => {
            const source = join(sources, 'file.txt');
            writeFileSync(source, method);
            const url = (await juliet.sendFile(source)) ?? '';
            const path = join(folder, decodeURIComponent(url.slice('https://files.example/x/'.length)));
            assert.is(readFileSync(path, 'utf8'), method);
          }),
        { config: { ...config, 'no-upload-method': method } },
      );
    }
  }));

test('names :: are made fit for URLs and disks', () =>
  play(async (_stage, romeo, juliet) => {
    const name = async (fileName: string, contentType?: string) => {
      await juliet.sendFile(bytes('x'), { fileName, ...(contentType && { contentType }) });
      return find((await messages(romeo))[0] as Element, fileSharing)?.file.name ?? '';
    };
    assert.is(await name('../../etc/passwd'), '_.._etc_passwd');
    assert.is(await name('', 'image/jpeg'), 'file.jpg');
    assert.is(await name('a\u0000b\ud800.txt'), 'a_b\ufffd.txt');
    const long = await name(`${'x'.repeat(300)}.txt`);
    assert.equal([long.length, long.slice(-4)], [200, '.txt']);
  }));

// --- from the user

const DESCRIBED: [what: string, payload: (url: string) => string, about: object][] = [
  ['out-of-band data', (url) => `<body>${url}</body><x xmlns='jabber:x:oob'><url>${url}</url></x>`, {}],
  [
    'stateless file sharing',
    (url) =>
      `<body>${url}</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:sfs:0'><body/></fallback><file-sharing xmlns='urn:xmpp:sfs:0' disposition='inline'><file xmlns='urn:xmpp:file:metadata:0'><media-type>image/jpeg</media-type><name>me/you.jpg</name><size>5</size></file><sources><url-data xmlns='http://jabber.org/protocol/url-data' target='${url}'/></sources></file-sharing>`,
    { fileName: 'me_you.jpg', contentType: 'image/jpeg', size: 5 },
  ],
  [
    'stateless inline media sharing',
    (url) =>
      `<body>${url}</body><reference xmlns='urn:xmpp:reference:0' type='data' begin='0' end='${url.length}'><media-sharing xmlns='urn:xmpp:sims:1'><file xmlns='urn:xmpp:jingle:apps:file-transfer:5'><media-type>image/jpeg</media-type><name>you.jpg</name><size>5</size></file><sources><reference xmlns='urn:xmpp:reference:0' type='data' uri='${url}'/></sources></media-sharing></reference>`,
    { fileName: 'you.jpg', contentType: 'image/jpeg', size: 5 },
  ],
];
const web: RequestListener = (request, response) => {
  if (request.url === '/gone') response.writeHead(410).end();
  else if (request.url === '/away') response.writeHead(302, { location: '/file' }).end();
  else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
  else if (request.url === '/large') response.writeHead(200, { 'content-length': '9999' }).end();
  else if (request.url === '/endless') Readable.from(pieces(new Uint8Array(300))).pipe(response);
  else if (request.url === '/slow') response.writeHead(200).write('x');
  else response.writeHead(200, { 'content-type': 'text/plain' }).end('hello');
};

for (const [what, payload, about] of DESCRIBED) {
  test(`to a contact :: a file as ${what}`, () =>
    withWeb(web, (origin) =>
      play(async (stage, romeo) => {
        const url = `${origin}/file`;
        romeo.sends(
          `<message to='${JULIET}' type='chat' id='1'>${payload(url)}<request xmlns='urn:xmpp:receipts'/><thread>t</thread></message>`,
        );
        await romeo.receives((s) => s.getChild('received')?.attrs.id === '1');
        assert.equal(stage.session().calls.at(-1), [
          'sendFile',
          'juliet',
          url,
          { fileName: 'file', contentType: 'text/plain', size: undefined, caption: undefined, bytes: 5, ...about },
        ]);
        assert.is((stage.session() as FullSession).options.thread, 'thread of t');
        const contact = await stage.session().contacts.byLegacyId('juliet');
        contact.received('file-1');
        await romeo.receives((s) => s.getChild('received', 'urn:xmpp:receipts')?.attrs.id === '1');
      }, LOCAL),
    ));
}

test('to a contact :: a caption that came with a file', () =>
  withWeb(web, (origin) =>
    play(async (stage, romeo) => {
      romeo.sends(
        `<message to='${JULIET}' type='chat' id='1'><body>look</body><x xmlns='jabber:x:oob'><url>${origin}/file</url></x></message>`,
      );
      await eventually(() => assert.is((stage.session() as FullSession).calls.at(-1)?.[0], 'sendFile'));
      assert.is((stage.session().calls.at(-1)?.[3] as { caption?: string } | undefined)?.caption, 'look');
    }, LOCAL),
  ));

const UNREACHABLE: [what: string, path: string, text: RegExp, config?: object][] = [
  ['is gone', '/gone', /answers with status 410\.$/],
  ['is too large', '/large', /the file has 9999 bytes, 100 are allowed\.$/, { 'attachment-max-size': 100 }],
  ['never ends', '/endless', /^$/, { 'attachment-max-size': 100 }],
  ['goes round in circles', '/loop', /more than 5 redirects\.$/],
  ['does not come', '/slow', /^$/, { 'attachment-timeout': 1 }],
  ['is on a private network', '/file', /the file is on a private network\.$/, { 'allow-private-urls': false }],
];
for (const [what, path, text, config] of UNREACHABLE) {
  test(`to a contact :: a file that ${what} comes back as an error`, () =>
    withWeb(web, (origin) =>
      play(
        async (_stage, romeo) => {
          const url = origin + path;
          romeo.sends(
            `<message to='${JULIET}' type='chat' id='1'><body>${url}</body><x xmlns='jabber:x:oob'><url>${url}</url></x></message>`,
          );
          const reply = await romeo.receives((s) => s.attrs.type === 'error');
          const error = StanzaError.fromStanza(reply);
          assert.is(error.condition, 'not-acceptable');
          if (!text.test('')) assert.match(error.text, text);
          assert.match(error.text, `The file at ${url} was not sent: `);
        },
        { config: { ...LOCAL.config, ...config } },
      ),
    ));
}

test('to a contact :: a redirect is followed', () =>
  withWeb(web, (origin) =>
    play(async (stage, romeo) => {
      romeo.sends(
        `<message to='${JULIET}' type='chat'><x xmlns='jabber:x:oob'><url>${origin}/away</url></x></message>`,
      );
      await eventually(() => assert.is((stage.session().calls.at(-1)?.[3] as { bytes?: number })?.bytes, 5));
    }, LOCAL),
  ));

test('to a contact :: where files cannot be sent, their address is a text', async () => {
  class NoFiles extends FullContact {
    override readonly upload = false;
  }
  const url = 'http://127.0.0.1:1/x';
  const xml = `<message to='${JULIET}' type='chat'><body>${url}</body><x xmlns='jabber:x:oob'><url>${url}</url></x></message>`;
  for (const plugin of [{ contact: NoFiles }, { session: TestSession }]) {
    await play(
      async (stage, romeo) => {
        romeo.sends(xml);
        await romeo.settle();
        assert.equal(stage.session().calls.at(-1), ['sendText', 'juliet', url, undefined]);
        const info = await romeo.asks(
          'get',
          `${JULIET}/slipway`,
          "<query xmlns='http://jabber.org/protocol/disco#info'/>",
        );
        assert.not.match(String(info), 'jabber:x:oob');
      },
      { plugin },
    );
  }
});

// --- stickers

test('to a contact :: a sticker is asked for once, whoever sends it again', () =>
  play(async (stage, romeo) => {
    const gif = bytes('GIF89a…');
    const cid = contentId(gif);
    let asked = 0;
    const answering = async () => {
      for (;;) {
        const request = await romeo.receives((s) => s.name === 'iq' && s.getChild('data') !== undefined, 10_000);
        asked++;
        assert.equal([request.attrs.from, request.getChild('data')?.attrs.cid], [JULIET, cid]);
        const data = `<data xmlns='urn:xmpp:bob' cid='${cid}' type='image/gif'>${Buffer.from(gif).toString('base64')}</data>`;
        romeo.sends(`<iq to='${JULIET}' type='result' id='${request.attrs.id}'>${data}</iq>`);
      }
    };
    answering().catch(() => {});
    const image = `<img src='cid:${cid}' alt='smile'/>`;
    const say = (id: string, html: string) =>
      romeo.sends(
        `<message to='${JULIET}' type='chat' id='${id}'><body>smile</body><html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>${html}</body></html></message>`,
      );
    say('1', `<p>${image}</p>`);
    say('2', `<p>${image}</p>`);
    // With words around it, it is a text.
    say('3', `<p>see ${image}</p>`);
    await eventually(() => assert.is(stage.session().calls.length, 4));
    assert.equal(stage.session().calls.slice(1), [
      ['onSticker', 'juliet', gif.length, 'image/gif', cid],
      ['onSticker', 'juliet', gif.length, 'image/gif', cid],
      ['sendText', 'juliet', 'smile', undefined],
    ]);
    assert.is(asked, 1);
    const known = await romeo.asks('get', 'gw.localhost', `<data xmlns='urn:xmpp:bob' cid='${cid}'/>`);
    assert.is(String((known as Element).text()), Buffer.from(gif).toString('base64'));
    const unknown = await romeo.asks('get', 'gw.localhost', "<data xmlns='urn:xmpp:bob' cid='sha1+0@bob.xmpp.org'/>");
    assert.is((unknown as StanzaError).condition, 'item-not-found');
  }));

test.run();
