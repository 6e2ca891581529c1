import * as assert from 'uvu/assert';
import { body, type Element, leaf, MalformedError, parse, Router, StanzaError } from '../../src/stanza/index.ts';
import { info } from '../../src/xep/0030-disco.ts';
import { query as version } from '../../src/xep/0092-version.ts';
import { received, request } from '../../src/xep/0184-receipts.ts';
import { displayed } from '../../src/xep/0333-markers.ts';
import { reactions } from '../../src/xep/0444-reactions.ts';
import { suite } from '../support/test.ts';

const test = suite('router');

const RECEIVED = "<received xmlns='urn:xmpp:receipts' id='1'/>";
const DISPLAYED = "<displayed xmlns='urn:xmpp:chat-markers:0' id='2'/>";
const message = (inner: string, attrs = '') => parse(`<message xmlns='jabber:client' ${attrs}>${inner}</message>`);
const iq = (type: string, inner: string) =>
  parse(`<iq xmlns='jabber:client' type='${type}' id='7' from='a@b/c' to='d'>${inner}</iq>`);

/** A router with what it sent and what went wrong. */
function routed() {
  const sent: string[] = [];
  const errors: unknown[] = [];
  const router = new Router({
    send: (stanza: Element) => sent.push(String(stanza)),
    onError: (error) => errors.push(error),
  });
  return { router, sent, errors };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('on :: each payload, in the order of the stanza', () => {
  const { router, sent } = routed();
  const log: string[] = [];
  router.on(received, (stanza, { id }) => void log.push(`${stanza.name} received ${id}`));
  router.on(displayed, (_, { id }) => void log.push(`displayed ${id}`));
  router.on(body, (_, text) => void log.push(`body ${text}`));
  router.handle(message(`${DISPLAYED}text<body>hi</body>${RECEIVED}<other xmlns='x'/>`));
  assert.equal(log, ['displayed 2', 'body hi', 'message received 1']);
  assert.equal(sent, []);
});

test('on :: the first of a kind, for every handler of it, in their order', () => {
  const { router } = routed();
  const log: string[] = [];
  router.on(body, (_, text) => void log.push(`a ${text}`));
  router.on(body, (_, text) => void log.push(`b ${text}`));
  router.handle(message('<body>one</body><body>two</body>'));
  assert.equal(log, ['a one', 'b one']);
});

test('on :: presences too, but no errors', () => {
  const { router } = routed();
  const log: string[] = [];
  router.on(received, (stanza) => void log.push(stanza.name));
  router.handle(parse(`<presence xmlns='jabber:client'>${RECEIVED}</presence>`));
  router.handle(message(RECEIVED, "type='error'"));
  router.handle(parse(`<presence xmlns='jabber:client' type='error'>${RECEIVED}</presence>`));
  assert.equal(log, ['presence']);
});

test('on :: a codec of several elements', () => {
  const { router } = routed();
  const seen: string[] = [];
  router.on(
    {
      ns: 'urn:x',
      names: ['a', 'b'],
      parse: (el: Element) => el.name,
      build: () => raise(new Error('nothing is built')),
    },
    (_, name) => void seen.push(name),
  );
  router.handle(message("<b xmlns='urn:x'/><a xmlns='urn:x'/>"));
  assert.equal(seen, ['b']);
  router.handle(message("<a xmlns='urn:x'/><c xmlns='urn:x'/>"));
  assert.equal(seen, ['b', 'a']);
});

test('on :: what is removed is not called, even while others are', () => {
  const { router } = routed();
  const log: string[] = [];
  const remove = router.on(body, () => {
    log.push('first');
    remove();
    router.on(body, () => void log.push('late'));
  });
  router.on(body, () => void log.push('second'));
  router.handle(message('<body/>'));
  assert.equal(log, ['first', 'second']);
  router.handle(message('<body/>'));
  assert.equal(log, ['first', 'second', 'second', 'late']);
});

test('on :: one that throws does not stop the others, now or later', async () => {
  const { router, errors } = routed();
  const log: string[] = [];
  router.on(body, () => {
    throw new RangeError('at once');
  });
  router.on(body, async () => {
    await settled();
    throw new RangeError('later');
  });
  router.on(body, () => void log.push('third'));
  router.handle(message('<body/>'));
  assert.equal(log, ['third']);
  await settled();
  await settled();
  assert.equal(errors.map(String), ['RangeError: at once', 'RangeError: later']);
});

test('on :: what is broken is reported, and nobody is called', () => {
  const { router, errors } = routed();
  router.on(reactions, () => assert.unreachable());
  router.handle(message("<reactions xmlns='urn:xmpp:reactions:0'/>"));
  assert.instance(errors[0], MalformedError);
  assert.is((errors[0] as MalformedError).path, '/message/reactions@id');
});

const RESULT = "<iq xmlns='jabber:client' to='a@b/c' from='d' id='7' type='result'/>";
const VERSION = "<query xmlns='jabber:iq:version'/>";

test('get, set :: answered with what the handler returns', async () => {
  const { router, sent } = routed();
  router.get(version, () => version.build({ name: 'x' }));
  router.set(version, async (_, { name }) => {
    await settled();
    return name === undefined ? undefined : version.build({ name });
  });
  router.handle(iq('get', VERSION));
  assert.match(sent[0] as string, "type='result'><query xmlns='jabber:iq:version'><name>x</name></query></iq>");
  router.handle(iq('set', VERSION));
  assert.is(sent.length, 1);
  await settled();
  await settled();
  assert.is(sent[1], RESULT);
});

const error = (type: string, condition: string, text = '') =>
  `${RESULT.replace("type='result'/>", "type='error'>")}<error type='${type}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>${text}</error></iq>`;

test('get, set :: every one is answered, whatever it holds', () => {
  const { router, sent, errors } = routed();
  router.get(version, () => version.build({}));
  router.get(info, () => undefined);
  const answers: [stanza: Element, answer: string][] = [
    [iq('set', VERSION), error('cancel', 'service-unavailable')],
    [iq('get', "<query xmlns='urn:unknown'/>"), error('cancel', 'service-unavailable')],
    [iq('get', ''), error('modify', 'bad-request')],
    [iq('get', VERSION + VERSION), error('modify', 'bad-request')],
    [iq('give', VERSION), error('modify', 'bad-request')],
    [parse("<iq xmlns='jabber:client'/>"), ''],
  ];
  for (const [stanza, answer] of answers) {
    router.handle(stanza);
    const last = sent.pop() as string;
    if (answer === '') assert.match(last, 'bad-request');
    else assert.is(last, answer);
  }
  assert.equal(errors, []);
});

test('get :: broken payloads are told where', () => {
  const { router, sent } = routed();
  router.get(info, () => raise(new Error('must not be called')));
  router.handle(iq('get', "<query xmlns='http://jabber.org/protocol/disco#info'><feature/></query>"));
  assert.match(sent[0] as string, 'bad-request');
  assert.match(sent[0] as string, '/iq/query/feature[1]@var: is missing');
});

test('get :: errors that are meant are sent, others are not told', async () => {
  const { router, sent, errors } = routed();
  const failures: [name: string, fail: () => never][] = [
    ['a', () => raise(StanzaError.of('item-not-found'))],
    ['b', () => raise(new RangeError('secret'))],
  ];
  for (const [name, fail] of failures) {
    router.get(leaf('urn:now', name), () => fail());
    router.get(leaf('urn:later', name), async () => {
      await settled();
      return fail();
    });
  }
  for (const ns of ['urn:now', 'urn:later']) {
    for (const name of ['a', 'b']) router.handle(iq('get', `<${name} xmlns='${ns}'/>`));
  }
  await settled();
  await settled();
  const notFound = error('cancel', 'item-not-found');
  const internal = error('cancel', 'internal-server-error');
  assert.equal(sent, [notFound, internal, notFound, internal]);
  assert.equal(errors.map(String), ['RangeError: secret', 'RangeError: secret']);
});

function raise(failure: unknown): never {
  throw failure;
}

test('get :: an answer that XML cannot carry becomes an error', () => {
  const errors: unknown[] = [];
  const sent: string[] = [];
  const router = new Router({
    send: (stanza) => void sent.push(stanza.toString()),
    onError: (failure) => errors.push(failure),
  });
  router.get(version, () => version.build({ name: '\u0000' }));
  router.handle(iq('get', VERSION));
  assert.equal(sent, [error('cancel', 'internal-server-error')]);
  assert.is(errors.length, 1);
});

test('get :: a stream that is down is reported, not thrown', () => {
  const errors: unknown[] = [];
  const router = new Router({ send: () => raise(new Error('down')), onError: (failure) => errors.push(failure) });
  router.get(version, () => version.build({}));
  router.handle(iq('get', VERSION));
  router.handle(iq('set', VERSION));
  assert.ok(errors.length >= 2);
});

test('get :: one handler for an element; another when it is gone', () => {
  const { router, sent } = routed();
  const remove = router.get(version, () => version.build({ name: 'first' }));
  assert.throws(() => router.get(version, () => undefined), /there is a handler for iqs of type get with <query\/>/);
  router.set(version, () => undefined);
  remove();
  router.get(version, () => version.build({ name: 'second' }));
  router.handle(iq('get', VERSION));
  assert.match(sent[0] as string, 'second');
});

test('handle :: answers to others are not answered', () => {
  const { router, sent } = routed();
  router.handle(iq('result', VERSION));
  router.handle(iq('error', '<error/>'));
  assert.equal(sent, []);
});

test('handle :: without onError nothing is thrown', () => {
  const router = new Router({ send: () => {} });
  router.on(request, () => raise(StanzaError.of('gone')));
  router.handle(message("<request xmlns='urn:xmpp:receipts'/>"));
});

test.run();
