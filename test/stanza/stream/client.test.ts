import * as assert from 'uvu/assert';
import { LOOPBACK, XmppServer } from '../../../src/gateway/testing/index.ts';
import { ClientStream, type ClientStreamOptions } from '../../../src/stanza/index.ts';
import { Plain, Scram } from '../../../src/stanza/stream/scram.ts';
import { eventually } from '../../support/eventually.ts';
import { type Listening, listenTcp } from '../../support/tcp.ts';
import { suite } from '../../support/test.ts';
import { stanza } from '../../support/xml.ts';

const test = suite('client stream');

test('scram :: the exchange of RFC 5802 §5', async () => {
  const scram = new Scram('sha1', 'fyko+d2lbbFgONRv9qkxdawL');
  const user = { username: 'user', password: 'pencil' };
  assert.is(await scram.response(user), 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL');
  scram.challenge('r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096');
  assert.is(
    await scram.response(user),
    'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
  );
  assert.throws(() => new Scram('sha1', 'x').success('v=rmF9pqV8S7suAoZWja4dJRkFsKQ='));
  assert.throws(() => scram.success('v=AAAA'));
  scram.success('v=rmF9pqV8S7suAoZWja4dJRkFsKQ=');
});

test('scram :: the exchange of RFC 7677 §3', async () => {
  const scram = new Scram('sha256', 'rOprNGfwEbeRWgbNEkqO');
  const user = { username: 'user', password: 'pencil' };
  await scram.response(user);
  scram.challenge('r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096');
  assert.is(
    await scram.response(user),
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  );
  scram.success('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});

test('scram :: a server that changes the nonce, or asks for too little or too much work, is refused', async () => {
  const user = { username: 'user', password: 'pencil' };
  for (const challenge of ['r=other,s=QSXCR+Q6sek8bf92,i=4096', 'r=n1,s=QSXC,i=1', 'r=n1,s=QSXC,i=999999999', '']) {
    const scram = new Scram('sha1', 'n');
    await scram.response(user);
    scram.challenge(challenge);
    const error = await scram.response(user).then(
      () => undefined,
      (e: unknown) => e,
    );
    assert.instance(error, Error);
  }
});

test('plain :: user name and password, separated', () => {
  assert.is(new Plain().response({ username: 'tim', password: 'tanstaaftanstaaf' }), '\0tim\0tanstaaftanstaaf');
});

async function withServer(play: (server: XmppServer) => Promise<void>): Promise<void> {
  const server = new XmppServer({ users: { romeo: 'pencil, ü' } });
  await server.start();
  try {
    await play(server);
  } finally {
    await server.stop();
  }
}

function options(port: number, more: Partial<ClientStreamOptions> = {}): ClientStreamOptions {
  return { jid: 'romeo@localhost/orchard', password: 'pencil, ü', host: LOOPBACK, port, tls: 'never', ...more };
}

test('log in :: binds the resource asked for, or one of the server’s choice', () =>
  withServer(async (server) => {
    const first = new ClientStream(options(server.clientPort));
    assert.is((await first.start()).full, 'romeo@localhost/orchard');
    const second = new ClientStream(options(server.clientPort, { jid: 'romeo@localhost' }));
    const jid = await second.start();
    assert.is(jid.bare, 'romeo@localhost');
    assert.ok(jid.resource.length > 0);
    await first.stop();
    await second.stop();
  }));

test('log in :: a wrong password is an error with its condition', () =>
  withServer(async (server) => {
    const client = new ClientStream(options(server.clientPort, { password: 'wrong' }));
    const error = await client.start().then(
      () => undefined,
      (e: unknown) => e,
    );
    assert.is((error as { condition?: string }).condition, 'not-authorized');
  }));

test('log in :: without TLS nothing is sent unless allowed', () =>
  withServer(async (server) => {
    const required = new ClientStream(options(server.clientPort, { tls: 'required' }));
    const error = await required.start().then(
      () => undefined,
      (e: unknown) => e as Error,
    );
    assert.match(error?.message ?? '', /offers no TLS/);
  }));

test('log in :: a server that only takes passwords as they are gets none without TLS', async () => {
  const received: string[] = [];
  const server = await listenTcp((socket) => {
    socket.once('data', () => {
      socket.write(
        `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>` +
          "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>",
      );
      socket.on('data', (data) => received.push(String(data)));
    });
  });
  const error = await new ClientStream(options(server.port)).start().then(
    () => undefined,
    (e: unknown) => e as Error,
  );
  assert.match(error?.message ?? '', /PLAIN needs TLS, or the option allowPlain/);
  assert.not.match(received.join(''), /<auth/);
  await server.close();
});

test('log in :: a server that cannot prove that it knows the password is left', async () => {
  const server = await listenTcp((socket) => {
    let step = 0;
    socket.on('data', (data) => {
      const sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
      const text = String(data);
      if (step++ === 0) {
        socket.write(
          `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>` +
            `<stream:features><mechanisms ${sasl}><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>`,
        );
      } else if (text.includes('<auth')) {
        const first = Buffer.from(/>([^<]+)</.exec(text)?.[1] ?? '', 'base64').toString();
        const nonce = /r=(.*)$/.exec(first)?.[1];
        const challenge = Buffer.from(`r=${nonce}server,s=QSXCR+Q6sek8bf92,i=4096`).toString('base64');
        socket.write(`<challenge ${sasl}>${challenge}</challenge>`);
      } else {
        socket.write(`<success ${sasl}/>`);
      }
    });
  });
  const error = await new ClientStream(options(server.port)).start().then(
    () => undefined,
    (e: unknown) => e as Error,
  );
  assert.match(error?.message ?? '', /did not prove/);
  await server.close();
});

test('session :: asks, is asked, hears of its end', () =>
  withServer(async (server) => {
    const stanzas: string[] = [];
    let ended: Error | undefined;
    const client = new ClientStream(
      options(server.clientPort, {
        onStanza: (each) => stanzas.push(String(each)),
        onEnd: (reason) => {
          ended = reason;
        },
      }),
    );
    await client.start();
    assert.is(await client.request({ type: 'get', payload: stanza("<ping xmlns='urn:xmpp:ping'/>") }), undefined);
    client.send(stanza("<message to='romeo@localhost/orchard' type='chat'><body>to myself</body></message>"));
    await client.request({ type: 'get', payload: stanza("<ping xmlns='urn:xmpp:ping'/>") });
    assert.match(stanzas[0] ?? '', /to myself/);
    await server.stop();
    await eventually(() => assert.match(ended?.message ?? '', /system-shutdown/));
  }));

const STREAM = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>`;
const STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const PLAIN = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
const SUCCESS = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";

/** A server that answers each thing that it is told with the next of these, and then says nothing more. */
function saying(...answers: readonly string[]): Promise<Listening> {
  return listenTcp((socket) => {
    let step = 0;
    socket.on('data', () => void socket.write(answers[step++] ?? ' '));
  });
}

test('silence :: in each step of the login ends it, and is told by what did not come', async () => {
  const withPlain = `${STREAM}<stream:features>${PLAIN}</stream:features>`;
  const rows: readonly (readonly [string, readonly string[], Partial<ClientStreamOptions>])[] = [
    ['no stream header within 1000 ms', [], {}],
    ['no stream features within 1000 ms', [STREAM], {}],
    [
      'no answer about TLS within 1000 ms',
      [`${STREAM}<stream:features>${STARTTLS}</stream:features>`],
      { tls: 'required' },
    ],
    [
      'no TLS session within 1000 ms',
      [`${STREAM}<stream:features>${STARTTLS}</stream:features>`, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
      { tls: 'required' },
    ],
    ['no end of the authentication within 1000 ms', [withPlain], {}],
    ['no stream features within 1000 ms', [withPlain, SUCCESS, STREAM], {}],
    [
      'no answer from the server within 1000 ms',
      [
        withPlain,
        SUCCESS,
        `${STREAM}<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>`,
      ],
      {},
    ],
  ];
  const play = async ([reason, answers, more]: (typeof rows)[number]) => {
    const server = await saying(...answers);
    const client = new ClientStream(options(server.port, { timeout: 1000, allowPlain: true, ...more }));
    const error = await client.start().then(
      () => undefined,
      (e: unknown) => e as Error,
    );
    assert.ok(error?.message.includes(reason), `${error?.message} for ${reason}`);
    await eventually(() => assert.is(server.sockets.size, 0));
    await server.close();
  };
  await Promise.all(rows.map(play));
});

test('log in :: a stream that ends with the last answer is no session', async () => {
  const bound = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>romeo@localhost/x</jid></bind>";
  const server = await listenTcp((socket) => {
    let step = 0;
    socket.on('data', (data) => {
      const id = /id=["']([^"']+)/.exec(String(data))?.[1];
      const features = (content: string) => `${STREAM}<stream:features>${content}</stream:features>`;
      const bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
      const answers = [
        features(PLAIN),
        SUCCESS,
        features(bind),
        `<iq type='result' id='${id}'>${bound}</iq></stream:stream>`,
      ];
      socket.write(answers[step++] ?? ' ');
    });
  });
  let ends = 0;
  const client = new ClientStream(options(server.port, { allowPlain: true, onEnd: () => ends++ }));
  const error = await client.start().then(String, (e: unknown) => e as Error);
  assert.is((error as Error).message, 'the server closed the stream');
  assert.equal([client.online, ends], [false, 0]);
  await server.close();
});

test('destroy :: in the middle of the TLS handshake leaves no socket', async () => {
  const server = await saying(
    `${STREAM}<stream:features>${STARTTLS}</stream:features>`,
    "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
  );
  const client = new ClientStream(options(server.port, { tls: 'required' }));
  const started = client.start().catch((error: Error) => error.message);
  await eventually(() => assert.ok([...server.sockets].some(({ bytesRead }) => bytesRead > 250)));
  client.destroy();
  assert.is(await started, 'destroyed');
  await eventually(() => assert.is(server.sockets.size, 0));
  await server.close();
});

test.run();
