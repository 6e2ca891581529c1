import * as assert from 'uvu/assert';
import { Outbox } from '../../src/gateway/outbox.ts';
import { Store } from '../../src/gateway/store/store.ts';
import { FakeClock } from '../../src/gateway/testing/index.ts';
import { Element, serialize } from '../../src/stanza/index.ts';
import { suite } from '../support/test.ts';
import { stanza } from '../support/xml.ts';

const test = suite('outbox');

/** A link that a test makes fast, slow, or broken. */
class FakeLink {
  online = false;
  writable = true;
  paused = false;
  readonly sent: string[] = [];
  readonly fences: { readonly after: number; readonly pass: () => void; readonly fail: () => void }[] = [];
  readonly #waiting: (() => void)[] = [];

  send(each: Element): void {
    this.sendRaw(serialize(each, 'jabber:client'));
  }

  sendRaw(xml: string): void {
    if (!this.online) throw new Error('down');
    this.sent.push(...xml.split(/(?<=\/>)(?=<)/));
  }

  async drained(): Promise<void> {
    if (!this.writable) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  fence(): Promise<void> {
    return new Promise((pass, fail) =>
      this.fences.push({ after: this.sent.length, pass, fail: () => fail(new Error()) }),
    );
  }

  pause(paused: boolean): void {
    this.paused = paused;
  }

  drain(): void {
    this.writable = true;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

async function boxed(onError: (error: unknown) => void = (error) => assert.unreachable(String(error))) {
  const link = new FakeLink();
  const clock = new FakeClock();
  const store = await Store.open(':memory:', (error) => assert.unreachable(String(error)), { clock });
  const box = new Outbox({ link, journal: store.journal, clock, onError });
  await box.load();
  /** What has been sent since the last time. */
  const news = async () => {
    await settled();
    return link.sent.splice(0);
  };
  return { link, clock, store, box, news };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

const message = (to: string) => stanza(`<message to='${to}'/>`);

test('presence :: what is not read yet is bounded, and of each the last one stays; many make the fence hurry', async () => {
  const { link, clock, box, news, store } = await boxed();
  link.online = true;
  box.online();
  const presence = (from: number, show: number) =>
    box.send(stanza(`<presence from='${from}' to='a' id='${from}.${show}'/>`));
  for (let from = 0; from < 12_000; from++) presence(from, 1);
  for (let i = 0; i < 8000; i++) presence(11_999 - (i % 2), i);
  await clock.advance(5);
  assert.is(link.fences.length, 1);
  await news();
  link.online = false;
  link.online = true;
  box.online();
  const told = (await news()).map((xml) => /id='(.*?)'/.exec(xml)?.[1]);
  assert.is(told.length, 10_000);
  assert.equal([told[0], told[9997], ...told.slice(-2)], ['2000.1', '11997.1', '11999.7998', '11998.7999']);
  await store.close();
});

test('offline :: messages wait in order; of presences the last counts; chat states are dropped', async () => {
  const { link, box, news, store } = await boxed();
  for (const xml of [
    "<message to='a'/>",
    "<presence from='x' to='a'/>",
    "<presence from='x' to='a' type='subscribe'/>",
    "<message to='a'><composing xmlns='http://jabber.org/protocol/chatstates'/><no-store xmlns='urn:xmpp:hints'/></message>",
    "<presence from='y' to='a'/>",
    "<message to='b'/>",
    "<presence from='x' to='a' type='unavailable'/>",
  ]) {
    box.send(stanza(xml));
  }
  assert.equal(await news(), []);
  link.online = true;
  box.online();
  assert.equal(await news(), [
    "<presence from='y' to='a'/>",
    "<presence from='x' to='a' type='unavailable'/>",
    "<message to='a'/>",
    "<presence from='x' to='a' type='subscribe'/>",
    "<message to='b'/>",
  ]);
  box.send(message('c'));
  assert.equal(await news(), ["<message to='c'/>"]);
  await store.close();
});

test('presence :: the last that the server may not have read is told again after a break, unless there is news', async () => {
  const { link, clock, box, news, store } = await boxed();
  link.online = true;
  box.online();
  const presence = (from: string, show: string) => box.send(stanza(`<presence from='${from}' to='a' id='${show}'/>`));
  const ids = async () => (await news()).map((xml) => /id='(.*?)'/.exec(xml)?.[1]);
  presence('x', 'x1');
  presence('y', 'y1');
  assert.equal(await ids(), ['x1', 'y1']);
  await clock.advance(1000);
  presence('z', 'z1');
  link.fences[0]?.pass();
  await settled();
  presence('v', 'v1');
  presence('z', 'z2');
  presence('y', 'y2');
  presence('v', 'v2');
  assert.equal(await ids(), ['z1', 'v1', 'z2', 'y2', 'v2']);
  link.online = false;
  presence('y', 'y3');
  presence('x', 'x2');
  link.online = true;
  box.online();
  assert.equal(await ids(), ['z2', 'v2', 'y3', 'x2']);
  // A message makes the fence hurry, which is for both.
  box.send(message('a'));
  await news();
  await clock.advance(5);
  assert.is(link.fences.length, 2);
  link.fences[1]?.pass();
  await settled();
  link.online = false;
  link.online = true;
  box.online();
  assert.equal(await ids(), []);
  await clock.advance(5000);
  assert.is(link.fences.length, 2, 'nothing is asked when everything is read');
  await store.close();
});

test('database :: what is stored and cannot be read is read again, though nothing else is to be sent', async () => {
  const errors: unknown[] = [];
  const { link, clock, box, news, store } = await boxed((error) => errors.push(error));
  box.send(message('a'));
  await news();
  const { stored } = store.journal;
  const read = stored.outgoingAfter.bind(stored);
  stored.outgoingAfter = () => Promise.reject(new Error('away'));
  link.online = true;
  box.online();
  assert.equal([await news(), errors.map(String)], [[], ['Error: away']]);
  stored.outgoingAfter = read;
  await clock.advance(1000);
  assert.equal(await news(), ["<message to='a'/>"]);
  await store.close();
});

test('fence :: what is behind it is kept until it is passed, and sent again when the link breaks', async () => {
  const { link, clock, box, news, store } = await boxed();
  link.online = true;
  box.online();
  for (const to of ['a', 'b']) box.send(message(to));
  await news();
  await clock.advance(5);
  assert.is(link.fences.length, 1);
  link.fences[0]?.pass();
  await settled();
  box.send(message('c'));
  box.send(stanza("<presence from='x' to='a'/>"));
  assert.equal(await news(), ["<message to='c'/>", "<presence from='x' to='a'/>"]);
  await clock.advance(5);
  link.online = false;
  link.fences[1]?.fail();
  box.send(message('d'));
  await settled();
  link.online = true;
  box.online();
  const again = ["<presence from='x' to='a'/>", "<message to='c'/>", "<message to='d'/>"];
  assert.equal(await news(), again, 'not a and b; c comes first');
  await clock.advance(5);
  link.fences[2]?.pass();
  await settled();
  assert.is(await store.journal.stored.lastOutgoing(), 0);
  await store.close();
});

test('fence :: one at a time; what is written meanwhile is behind the next', async () => {
  const { link, clock, box, news, store } = await boxed();
  link.online = true;
  box.online();
  for (const to of ['a', 'b', 'c']) {
    box.send(message(to));
    await news();
    await clock.advance(5);
  }
  assert.is(link.fences.length, 1);
  link.fences[0]?.pass();
  await settled();
  assert.not.equal(await store.journal.stored.lastOutgoing(), 0, 'b and c are not proven');
  await clock.advance(5);
  assert.is(link.fences.length, 2);
  link.fences[1]?.pass();
  await settled();
  assert.is(await store.journal.stored.lastOutgoing(), 0);
  await store.close();
});

test('a slow server :: messages stay in the journal and come in order when there is room', async () => {
  const { link, box, news, store } = await boxed();
  link.online = true;
  box.online();
  box.send(message('first'));
  assert.equal(await news(), ["<message to='first'/>"]);
  link.writable = false;
  const expected: string[] = [];
  // More than is read back at a time.
  for (let i = 0; i < 40; i++) {
    const to = `${i}-${'x'.repeat(70_000)}`;
    box.send(message(to));
    expected.push(`<message to='${to}'/>`);
    await settled();
  }
  assert.equal(await news(), []);
  link.drain();
  box.send(message('last'));
  assert.ok((await news()).every((xml, i) => xml === [...expected, "<message to='last'/>"][i]));
  await store.close();
});

test('a slow server :: when too many answers wait, nothing more is read', async () => {
  const { link, box, news, store } = await boxed();
  link.online = true;
  box.online();
  link.writable = false;
  for (let i = 0; i < 10_000; i++) box.send(stanza("<iq type='result'/>"));
  assert.ok(link.paused);
  link.drain();
  assert.is((await news()).length, 10_000);
  assert.not(link.paused);
  await store.close();
});

test('text :: what XML cannot carry is left out', async () => {
  const { link, box, news, store } = await boxed();
  link.online = true;
  box.online();
  box.send(new Element('message', 'jabber:client', { to: 'a\u0001b' }));
  assert.equal(await news(), ["<message to='ab'/>"]);
  await store.close();
});

test('finish :: what is written while the fence is on its way is behind it', async () => {
  const { link, store, box, news } = await boxed();
  link.online = true;
  box.online();
  box.send(message('a'));
  await news();
  const finished = box.finish();
  await settled();
  box.send(message('b'));
  await news();
  for (const { pass } of link.fences) pass();
  await finished;
  await settled();
  assert.is((await store.journal.stored.outgoingAfter(0)).length, 1);
  await store.close();
});

test.run();
