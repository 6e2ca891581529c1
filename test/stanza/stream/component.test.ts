import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import * as assert from 'uvu/assert';
import {
  body,
  ComponentRefused,
  ComponentStream,
  type ComponentStreamOptions,
  type Element,
  message,
  payload,
  StanzaError,
} from '../../../src/stanza/index.ts';
import { eventually } from '../../support/eventually.ts';
import { type Listening, listenTcp } from '../../support/tcp.ts';
import { suite } from '../../support/test.ts';
import { stanza } from '../../support/xml.ts';

const test = suite('component stream');
const SECRET = 'sécret & co';
const HEADER = `<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' from='gw.localhost' id='a&amp;b'>`;

/** A server that takes the component, then does what `serve` says; `received` collects what comes after. */
async function serving(serve: (socket: Socket, count: number) => void): Promise<Listening & { received: string[] }> {
  const received: string[] = [];
  let count = 0;
  const listening = await listenTcp((socket) => {
    const index = count++;
    let isOpen = false;
    socket.on('data', (data) => {
      const text = String(data);
      if (!isOpen && text.includes('<stream:stream')) {
        isOpen = true;
        socket.write(HEADER);
      } else if (text.includes('<handshake')) {
        const digest = createHash('sha1').update(`a&b${SECRET}`).digest('hex');
        received.push(text.includes(digest) ? 'handshake' : 'wrong handshake');
        socket.write('<handshake/>');
        serve(socket, index);
      } else {
        received.push(text);
        if (text.endsWith('</stream:stream>')) socket.end('</stream:stream>');
      }
    });
  });
  return Object.assign(listening, { received });
}

interface Played {
  readonly stream: ComponentStream;
  readonly stanzas: string[];
  readonly log: string[];
  /** Resolves when the log has this many lines. */
  logged(count: number): Promise<void>;
}

function component(port: number, options: Partial<ComponentStreamOptions> = {}): Played {
  const stanzas: string[] = [];
  const log: string[] = [];
  const waiting: (() => void)[] = [];
  const note = (line: string) => {
    log.push(line);
    for (const wake of waiting.splice(0)) wake();
  };
  const stream = new ComponentStream({
    domain: 'gw.localhost',
    secret: SECRET,
    host: '127.0.0.1',
    port,
    backoff: { initial: 10, max: 20 },
    timeout: 2000,
    onStanza: (each: Element) => {
      stanzas.push(String(each));
      note(`stanza ${each.name}`);
    },
    onOnline: () => note('online'),
    onOffline: (reason) => note(`offline: ${reason.message}`),
    ...options,
  });
  const logged = async (count: number) => {
    while (log.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { stream, stanzas, log, logged };
}

test('handshake :: proves the secret; stanzas are those of clients', async () => {
  const server = await serving((socket) =>
    socket.write("<message from='a@b' to='gw.localhost'><body>hi</body></message>"),
  );
  const { stream, stanzas, logged } = component(server.port);
  await stream.start();
  await logged(2);
  assert.equal(server.received, ['handshake']);
  assert.equal(stanzas, ["<message xmlns='jabber:client' from='a@b' to='gw.localhost'><body>hi</body></message>"]);
  stream.send(message({ from: 'x@gw.localhost', to: 'a@b' }, body.build('h👋é')));
  await stream.stop();
  assert.is(
    server.received.slice(1).join(''),
    "<message to='a@b' from='x@gw.localhost'><body>h👋é</body></message></stream:stream>",
  );
  await server.close();
});

test('limits :: who breaks one gets an error, and the stream of all others goes on', async () => {
  const deep = `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`;
  const wide = `<a${Array.from({ length: 200 }, (_, i) => ` b${i}=''`).join('')}/>`;
  const address = "from='a@b' to='x@gw.localhost'";
  const server = await serving((socket) =>
    socket.write(
      [
        `<message ${address} id='1'>${deep}</message>`,
        `<iq ${address} id='2' type='get'>${wide}</iq>`,
        // Neither is answered.
        `<iq ${address} id='3' type='result'>${wide}</iq>`,
        `<message ${address} id='4' type='error'>${deep}</message>`,
        `<presence ${address} id='5'>${deep}</presence>`,
        `<message ${address} id='6'/>`,
      ].join(''),
    ),
  );
  const { stream, stanzas, logged } = component(server.port);
  await stream.start();
  await logged(2);
  assert.equal(stanzas, [`<message xmlns='jabber:client' ${address} id='6'/>`]);
  await stream.stop();
  const answers = server.received
    .slice(1)
    .join('')
    .match(/<(iq|message) .*?id='.'/g);
  assert.equal(answers, [
    "<message to='a@b' from='x@gw.localhost' id='1'",
    "<iq to='a@b' from='x@gw.localhost' id='2'",
  ]);
  assert.match(server.received.join(''), '<policy-violation ');
  await server.close();
});

test('input :: a message cut at every byte arrives unchanged', async () => {
  const bytes = Buffer.from(
    "<message from='é@b' to='gw.localhost'><body>h👋é &lt;👩‍👩‍👧&gt;</body></message>".repeat(3),
  );
  const server = await serving(async (socket) => {
    for (const byte of bytes) {
      socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  const { stream, stanzas, logged } = component(server.port);
  await stream.start();
  await logged(4);
  const expected =
    "<message xmlns='jabber:client' from='é@b' to='gw.localhost'><body>h👋é &lt;👩‍👩‍👧&gt;</body></message>";
  assert.equal(stanzas, [expected, expected, expected]);
  await stream.stop();
  await server.close();
});

test('output :: what is sent in one turn is written at once, in order', async () => {
  const server = await serving(() => {});
  const { stream } = component(server.port);
  await stream.start();
  for (const text of ['one', 'two', 'three'])
    stream.send(message({ from: 'gw.localhost', to: 'a@b' }, body.build(text)));
  await stream.stop();
  assert.match(server.received[1] ?? '', /one.*two.*three/);
  await server.close();
});

test('output :: elements, values and text are written in the order they were sent; what is refused leaves no trace', async () => {
  const server = await serving(() => {});
  const { stream } = component(server.port);
  await stream.start();
  const addresses = { from: 'gw.localhost', to: 'a@b' };
  stream.send(message({ ...addresses, id: '1' }, body.build('é')));
  assert.throws(() => stream.send(message({ ...addresses, id: 'x' }, body.build('\u0000'))), /\/message\/body/);
  stream.sendValues('message', { ...addresses, id: '2' }, payload(body, '<2>'));
  assert.throws(() => stream.sendValues('message', addresses, payload(body, '\ud800')), /\/message\/body/);
  stream.sendRaw("<presence from='gw.localhost' to='é@b'/>");
  await stream.stop();
  const head = "<message to='a@b' from='gw.localhost'";
  assert.is(
    server.received.slice(1).join(''),
    `${head} id='1'><body>é</body></message>${head} id='2'><body>&lt;2&gt;</body></message><presence from='gw.localhost' to='é@b'/></stream:stream>`,
  );
  await server.close();
});

test('output :: nothing is written over what a slow server has not taken yet', async () => {
  let slow: Socket | undefined;
  const server = await serving((socket) => {
    slow = socket.pause();
  });
  const { stream } = component(server.port);
  await stream.start();
  const sent: string[] = [];
  let wasFull = false;
  for (let turn = 0; turn < 120; turn++) {
    for (let n = 0; n < 20; n++) {
      const text = `${turn} ${n} ${String(turn % 10).repeat(4000)}`;
      stream.sendValues('message', { from: 'gw.localhost', to: 'a@b' }, payload(body, text));
      sent.push(`<message to='a@b' from='gw.localhost'><body>${text}</body></message>`);
    }
    await new Promise((resolve) => setImmediate(resolve));
    wasFull ||= !stream.writable;
  }
  assert.ok(wasFull);
  slow?.resume();
  await stream.drained();
  await stream.stop();
  assert.ok(server.received.slice(1).join('') === `${sent.join('')}</stream:stream>`);
  await server.close();
});

test('refusal :: of the secret is final at the first attempt', async () => {
  const server = await listenTcp((socket) => {
    socket.on('data', (data) => {
      if (String(data).includes('<stream:stream')) socket.write(HEADER);
      else {
        const error = "<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>";
        socket.end(`${error}</stream:stream>`);
      }
    });
  });
  const { stream, log } = component(server.port);
  const error = await stream.start().then(
    () => undefined,
    (e: unknown) => e,
  );
  assert.instance(error, ComponentRefused);
  assert.is((error as ComponentRefused).condition, 'not-authorized');
  assert.equal(log, []);
  await stream.stop();
  await server.close();
});

test('reconnection :: after the server has gone, until it is back', async () => {
  const server = await serving((socket, count) => {
    if (count === 0) setImmediate(() => socket.destroy());
    if (count === 1) socket.end('</stream:stream>');
    if (count === 2) socket.write('<!-- no -->');
    // In one piece: a Prosody that is stopped under load writes on after it has closed the stream.
    if (count === 3) socket.end('</stream:stream><message/></stream:stream>');
  });
  const { stream, log, stanzas, logged } = component(server.port);
  await stream.start();
  await logged(9);
  assert.equal(log, [
    'online',
    'offline: the connection was lost',
    'online',
    'offline: the server closed the stream',
    'online',
    'offline: restricted-xml: comments and document type declarations are not allowed in XMPP',
    'online',
    'offline: the server closed the stream',
    'online',
  ]);
  assert.equal(stanzas, []);
  await stream.stop();
  await server.close();
});

test('parse error :: is told to the server by its name', async () => {
  const server = await serving((socket) => socket.write("<message from='a@b'><!DOCTYPE"));
  const { stream, logged } = component(server.port);
  await stream.start();
  await logged(2);
  await eventually(() => {
    assert.match(server.received.join(''), /<stream:error><restricted-xml xmlns='urn:ietf:params:xml:ns:xmpp-streams'/);
  });
  await stream.stop();
  await server.close();
});

test('server away :: the first connection waits for it', async () => {
  const placeholder = await listenTcp(() => {});
  const { port } = placeholder;
  await placeholder.close();
  const { stream, log, logged } = component(port);
  const started = stream.start().catch(String);
  await logged(2);
  assert.match(log[0] ?? '', /^offline: connect ECONNREFUSED/);
  await stream.stop();
  assert.is(await started, 'Error: the component was stopped');
});

test('requests :: fail when the stream breaks, and while it is down', async () => {
  const server = await serving((socket, count) => {
    if (count === 0) socket.once('data', () => socket.destroy());
  });
  const { stream, logged } = component(server.port);
  await stream.start();
  const ping = { type: 'get', to: 'a@b', payload: stanza("<ping xmlns='urn:xmpp:ping'/>") } as const;
  const condition = (e: unknown) => (e instanceof StanzaError ? e.condition : String(e));
  assert.is(await stream.request(ping).then(String, condition), 'recipient-unavailable');
  const whileDown = stream.request(ping).then(String, condition);
  await logged(2);
  assert.is(await whileDown, 'recipient-unavailable');
  await stream.stop();
  await server.close();
});

test('stop :: is no loss of the stream: it is not said that another attempt is made', async () => {
  const server = await serving(() => {});
  const { stream, log } = component(server.port);
  await stream.start();
  await stream.stop();
  assert.equal(log, ['online']);
  await server.close();
});

test('stop :: ends also an attempt to connect', async () => {
  // Takes connections and says nothing.
  const server = await listenTcp(() => {});
  const { stream } = component(server.port);
  stream.start().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await stream.stop();
  await server.close();
});

test('stop :: does not wait for a server that has ceased to read', async () => {
  const server = await serving((socket) => socket.pause());
  const { stream } = component(server.port, { timeout: 200 });
  await stream.start();
  stream.sendRaw(`<message to='a@b'><body>${'x'.repeat(20_000_000)}</body></message>`);
  const start = performance.now();
  await stream.stop();
  const ms = performance.now() - start;
  assert.ok(ms > 190, `${ms}`);
  await server.close();
});

test('stop :: does not wait for a server that has gone instead of saying goodbye', async () => {
  const server = await serving((socket) => socket.on('data', () => socket.destroy()));
  const { stream } = component(server.port, { timeout: 15_000 });
  await stream.start();
  const start = performance.now();
  await stream.stop();
  assert.ok(performance.now() - start < 14_000);
  await server.close();
});

test('end :: a server that ends the stream and leaves the connection open is left', async () => {
  const error = "<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>";
  const server = await listenTcp(
    (socket) => {
      socket.once('data', () => socket.write(HEADER));
      socket.on('data', (data) => {
        if (String(data).includes('<handshake')) socket.write(`<handshake/>${error}`);
      });
      // Only who writes hears that nobody is there any more.
      const timer = setInterval(() => socket.write(' '), 10);
      socket.on('close', () => clearInterval(timer));
    },
    { allowHalfOpen: true },
  );
  const { stream, logged, log } = component(server.port);
  await stream.start();
  await logged(6);
  assert.equal(log.slice(0, 2), ['online', 'offline: system-shutdown']);
  await stream.stop();
  await eventually(() => assert.is(server.sockets.size, 0));
  await server.close();
});

test('silence :: in each step is told by what did not come', async () => {
  const play = async (said: string, reason: string) => {
    const server = await listenTcp((socket) => socket.on('data', () => {}).write(said || ' '));
    const { stream, log, logged } = component(server.port, { timeout: 1000 });
    const started = stream.start().catch(() => undefined);
    await logged(1);
    assert.equal(log, [`offline: ${reason}`]);
    await stream.stop();
    await started;
    await server.close();
  };
  await Promise.all([
    play('', 'no stream header within 1000 ms'),
    play(HEADER, 'no answer to the handshake within 1000 ms'),
  ]);
});

test('silence :: of a server that has not answered since the beginning is noticed too', async () => {
  // Takes the component, and says nothing more on its first stream.
  const server = await serving(() => {});
  const { stream, log, logged } = component(server.port, { keepalive: { period: 20, timeout: 60 } });
  await stream.start();
  await logged(3);
  assert.equal(log, ['online', 'offline: the server has read nothing for 60 ms', 'online']);
  await stream.stop();
  await server.close();
});

test.run();
