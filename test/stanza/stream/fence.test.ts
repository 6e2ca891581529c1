import * as assert from 'uvu/assert';
import { FakeClock } from '../../../src/gateway/testing/index.ts';
import { type Element, errorReply, iq, result, StanzaError } from '../../../src/stanza/index.ts';
import { Fence } from '../../../src/stanza/stream/fence.ts';
import { suite } from '../../support/test.ts';

const test = suite('fence');

function fenced(sharers = 1) {
  const clock = new FakeClock();
  const sent: Element[] = [];
  const log: string[] = [];
  let count = 0;
  const fence = new Fence({
    send: (ping) => sent.push(ping),
    domain: 'gw.example.com',
    timeout: 8000,
    onTimeout: () => log.push('timeout'),
    sharers,
    clock,
    newId: () => `id-${++count}`,
  });
  const pass = (name: string) =>
    void fence.pass().then(
      () => log.push(name),
      () => log.push(`not ${name}`),
    );
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, sent, log, fence, pass, settled };
}

const last = (sent: readonly Element[]) => sent.at(-1) as Element;

test('pass :: the ping that comes back, its result and its error all prove that it was read', async () => {
  const { fence, pass, sent, log, settled } = fenced();
  for (const answer of [
    (ping: Element) => ping,
    (ping: Element) => result(ping),
    (ping: Element) => errorReply(ping, StanzaError.of('service-unavailable')),
  ]) {
    pass('passed');
    assert.equal([last(sent).attrs.from, last(sent).attrs.to], ['gw.example.com', 'gw.example.com']);
    assert.ok(fence.handle(answer(last(sent))));
    await settled();
  }
  assert.equal(log, ['passed', 'passed', 'passed']);
});

test('pass :: one ping at a time; who comes meanwhile waits for the next', async () => {
  const { fence, pass, sent, log, settled } = fenced();
  pass('a');
  pass('b');
  pass('c');
  assert.is(sent.length, 1);
  fence.handle(last(sent));
  await settled();
  assert.equal([log, sent.length], [['a'], 2]);
  fence.handle(last(sent));
  await settled();
  assert.equal([log, sent.length], [['a', 'b', 'c'], 2]);
});

test('handle :: nobody else can answer, and nothing else is taken', async () => {
  const { fence, pass, sent, log, settled } = fenced();
  pass('a');
  const forged = { type: 'result', to: 'gw.example.com', id: last(sent).attrs.id as string } as const;
  assert.not(fence.handle(iq({ ...forged, from: 'mallory@example.com/x' })));
  assert.not(fence.handle(iq({ ...forged, from: 'gw.example.com', id: 'other' })));
  await settled();
  assert.equal(log, []);
});

test('timeout :: is reported once it is known that the server answers; not while we do not read', async () => {
  const { fence, pass, sent, log, clock, settled } = fenced();
  pass('a');
  fence.handle(last(sent));
  await settled();
  pass('b');
  fence.pause(true);
  await clock.advance(20_000);
  assert.equal(log, ['a']);
  fence.pause(false);
  await clock.advance(7999);
  assert.equal(log, ['a']);
  await clock.advance(1);
  assert.equal(log, ['a', 'timeout']);
  fence.reset();
  await settled();
  assert.equal(log, ['a', 'timeout', 'not b']);
});

/** A stream on which nothing is answered. */
async function silentStream({ fence, pass, clock, settled }: ReturnType<typeof fenced>): Promise<void> {
  pass('silence');
  await clock.advance(8000);
  fence.reset();
  await settled();
}

test('courses :: where our own address is silent the domain above is asked; then the link is opened anew', async () => {
  const { pass, sent, log, clock, settled } = fenced();
  pass('a');
  await clock.advance(8000);
  await settled();
  assert.equal(log, ['timeout']);
  assert.equal(
    sent.map(({ attrs }) => `${attrs.from} → ${attrs.to}`),
    ['gw.example.com → gw.example.com', 'gw.example.com → example.com'],
  );
});

test('courses :: a server that is silent on the next stream too answers no pings: nothing is asked any more', async () => {
  const all = fenced();
  const { pass, sent, log, clock, settled } = all;
  await silentStream(all);
  assert.equal(log.splice(0), ['timeout', 'not silence']);
  pass('a');
  await clock.advance(8000);
  await settled();
  assert.equal(log, ['a']);
  assert.is(sent.length, 4);
  pass('b');
  await settled();
  assert.equal(log, ['a', 'b']);
  assert.is(sent.length, 4);
});

test('courses :: an answer that comes late counts, also when nothing more was hoped for', async () => {
  const all = fenced();
  const { fence, pass, sent, log, clock, settled } = all;
  await silentStream(all);
  log.splice(0);
  sent.splice(0);
  pass('a');
  await clock.advance(8000);
  await settled();
  assert.equal(log, ['a']);
  assert.ok(fence.handle(result(sent[0] as Element)));
  pass('b');
  await settled();
  assert.equal([log, sent.length, last(sent).attrs.to], [['a'], 3, 'gw.example.com']);
  fence.handle(last(sent));
  await settled();
  assert.equal(log, ['a', 'b']);
});

test('courses :: the one that was answered is kept', async () => {
  const { fence, pass, sent, log, clock, settled } = fenced();
  pass('a');
  await clock.advance(4000);
  assert.ok(fence.handle(result(last(sent))));
  pass('b');
  assert.is(last(sent).attrs.to, 'example.com');
  fence.handle(result(last(sent)));
  await settled();
  assert.equal(log, ['a', 'b']);
});

test('sharers :: many senders are tried at once, on each stream anew; the one that comes back is kept', async () => {
  const { fence, pass, sent, log, settled } = fenced(2);
  for (const mine of [7, 30]) {
    sent.length = 0;
    pass('a');
    assert.is(sent.length, 32);
    assert.is(new Set(sent.map(({ attrs }) => attrs.from)).size, 32);
    assert.ok(fence.handle(sent[mine] as Element));
    pass('b');
    assert.equal([sent.length, last(sent).attrs.from], [33, (sent[mine] as Element).attrs.from]);
    fence.handle(last(sent));
    await settled();
    fence.reset();
  }
  assert.equal(log, ['a', 'b', 'a', 'b']);
});

test('sharers :: when none comes back the server has no place for this process, which must connect anew', async () => {
  const { fence, pass, log, clock, settled } = fenced(2);
  pass('a');
  await clock.advance(4000);
  assert.equal(log, ['timeout']);
  fence.reset();
  await settled();
  assert.equal(log, ['timeout', 'not a']);
  pass('b');
  await clock.advance(4000);
  assert.equal(log, ['timeout', 'not a', 'timeout']);
});

test.run();
